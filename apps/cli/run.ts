// Finds a command, checks what it was given and runs it; the words of the command line come in, an exit code leaves. Called by `main` for all but help. The
// library is loaded once everything is checked.
import { styleText } from 'node:util';
import { type ErrorCode, GraftError, suggest } from 'graft-ml/options';
import { ask } from './ask.ts';
import { commands, help } from './commands/index.ts';
import { readConfig } from './config.ts';
import { EXIT } from './exit-codes.ts';
import { inFlags } from './in-flags.ts';
import type { Interrupts } from './interrupts.ts';
import { checkArguments, parse } from './parse.ts';

/**
 * Runs the command `name`.
 * @param name `undefined` where no word is one.
 * @param words all others, in order.
 * @returns the exit code; whatever goes wrong has been told by then.
 */
export async function run(name: string | undefined, words: readonly string[], interrupts: Interrupts): Promise<number> {
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  const json = own.includes('--json');
  /** What the library says is put into the words of the command line once it has begun. */
  let worded = (message: string) => message;
  try {
    const command = commands.find((one) => one.name === name) ?? unknown(name, words);
    const { args, flags } = parse(command, words, await readConfig(process.cwd(), command, commands));
    const missing = command.args[args.length];
    const answer = missing?.values && !missing.optional ? await ask(missing.help, missing.values, json) : undefined;
    const all = answer === undefined ? args : [...args, answer];
    checkArguments(command, all);
    const { contextOf } = await import('./context.ts').catch(cannotLoad);
    worded = (message) => inFlags(message, command.flags);
    const code = await command.run({ args: all, flags }, contextOf(json, [...commands, help], interrupts.signal, worded));
    return interrupts.code() ?? code;
  } catch (error) {
    const code = codeOf(error);
    // A command that stops as nobody reads it stops quietly.
    if (interrupts.code() !== EXIT.unread) tell(error, { code, json, verbose: own.includes('--verbose'), worded });
    return interrupts.code() ?? (code === 'aborted' ? EXIT.interrupted : code === 'invalid-argument' ? EXIT.usage : EXIT.failed);
  }
}

function unknown(name: string | undefined, words: readonly string[]): never {
  const message =
    name === undefined
      ? `a command comes before \`${words[0]}\`: graft <command> [options].`
      : `there is no command \`${name}\`; ${suggest(
          name,
          [...commands, help].map((one) => one.name),
        )}`;
  throw new GraftError('invalid-argument', message);
}

/** Packages with native code do not load where they were installed for another platform. */
function cannotLoad(cause: Error): never {
  throw new GraftError('device', `Graft cannot be loaded: ${cause.message.split('\n', 1)[0]}. Install it anew: npm install graft-ml`, { cause });
}

/** What kind of error it is. Node's own functions that take a signal throw errors of their own when it is aborted. */
function codeOf(error: unknown): ErrorCode {
  if (error instanceof GraftError) return error.code;
  return (error as Error | undefined)?.name === 'AbortError' ? 'aborted' : 'internal';
}

interface Telling {
  readonly code: ErrorCode;
  readonly json: boolean;
  readonly verbose: boolean;
  worded(message: string): string;
}

/** A line for people; under `--json` also an object for programs. */
function tell(error: unknown, { code, json, verbose, worded }: Telling): void {
  const message = worded(error instanceof Error ? error.message : String(error));
  const hint = code === 'internal' && !verbose ? ' (a fault of Graft itself; `--verbose` shows where)' : '';
  const stack = verbose && error instanceof Error ? `\n${(error.stack ?? '').replace(/^.*?\n(?= +at )/s, '')}` : '';
  process.stderr.write(`${styleText('red', 'error:', { stream: process.stderr })} ${message}${hint}${stack}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
}
