// What the program's exit codes mean: returned by commands and `main`, listed by `graft help exit-codes`.

/** The codes, by what happened. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130, unread: 141, terminated: 143 } as const;

/** What each says. */
export const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'Done.',
  failed: 'Something in the data, the model or this machine is wrong; the message says what, where and what to do.',
  usage: 'The command line or graft.config.* asks for what there is not; the message says what there is.',
  interrupted: 'Interrupted by Ctrl-C. What the command saves on its way is saved.',
  unread: 'Whoever read the standard output went away, as `| head -1` does. A run goes on to its end all the same.',
  terminated: 'Terminated from outside (SIGTERM); otherwise as Ctrl-C.',
};
