// Ctrl-C, SIGTERM and a reader of the standard output that went away: they come from outside, an abort signal and an exit code leave.
// Begun once by the program; commands reach it through their context.
import { EXIT } from './exit-codes.ts';

/** What ends a command early. */
export interface Interrupts {
  /**
   * From the first call on, what would end the process aborts this signal instead; the second time it ends the process at once. Commands that have nothing to
   * save do not call it: Ctrl-C then ends them even while they compute without a pause.
   */
  signal(): AbortSignal;
  /** The exit code of what came, if anything came. */
  code(): number | undefined;
}

/** Begins to watch. */
export function watchInterrupts(): Interrupts {
  let abort: AbortController | undefined;
  let came: number | undefined;

  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Each further write fails as well: that is still the same reader.
    if (error.code === 'EPIPE') return came === undefined && stop(EXIT.unread);
    process.stderr.write(`error: the standard output cannot be written to: ${error.message}\n`);
    process.exit(EXIT.failed);
  });
  // Nobody is left to be told.
  process.stderr.on('error', () => {});

  return {
    signal() {
      if (abort) return abort.signal;
      abort = new AbortController();
      process.on('SIGINT', () => {
        if (came === undefined) process.stderr.write('\nStopping; Ctrl-C again ends at once.\n');
        stop(EXIT.interrupted);
      });
      process.on('SIGTERM', () => stop(EXIT.terminated));
      return abort.signal;
    },
    code: () => came,
  };

  function stop(code: number): void {
    if (came !== undefined || !abort) process.exit(code);
    came = code;
    // Where the last line finds no reader, the command has ended already.
    process.exitCode = code;
    abort.abort();
  }
}
