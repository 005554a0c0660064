// What a command is given besides its arguments: where results, notes and progress go, whom to ask, what may interrupt it. Made once by `run`.
import { ask } from './ask.ts';
import type { CommandWords } from './command-words.ts';
import { type Counter, counter } from './counter.ts';

/** A command's way to the world outside. */
export interface Context {
  /** Results are wanted as JSON, and nobody is asked anything. */
  readonly json: boolean;
  /** All commands, in words. */
  readonly commands: readonly CommandWords[];
  /** A result, on the standard output: `value` as a line of JSON under `--json`, else `text`. Called once, or once for each of many. */
  result(value: object, text: string): void;
  /** A line for people, on the standard error output; options that it names in code's way become flags. */
  note(text: string): void;
  /** What the library says of its options, in the words of the command line. */
  worded(text: string): string;
  /** Shows on the standard error output how far something is that takes longer than two seconds: `reading photos`, counted in `photos`. */
  count(label: string, unit: string): Counter;
  /**
   * Asks for one of `values`, once, on a terminal; `undefined` where nobody can be asked.
   * @throws GraftError `aborted` when the question is left by Ctrl-C or Escape.
   */
  ask(question: string, values: readonly string[]): Promise<string | undefined>;
  /** Aborted by the first Ctrl-C from the first call on; a command that never calls it is ended by Ctrl-C at once. */
  signal(): AbortSignal;
}

/** Results go to the standard output, all else to the standard error output. */
export function contextOf(json: boolean, commands: readonly CommandWords[], signal: () => AbortSignal, worded: Context['worded']): Context {
  const { stdout, stderr } = process;
  return {
    json,
    commands,
    result: (value, text) => stdout.write(`${json ? JSON.stringify(value) : text}\n`),
    note: (text) => stderr.write(`${worded(text)}\n`),
    worded,
    count: (label, unit) => counter(stderr, label, unit),
    ask: (question, values) => ask(question, values, json),
    signal,
  };
}
