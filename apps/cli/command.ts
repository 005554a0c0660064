// What a command of the command line is: words and, behind `run`, the code. Whatever a command computes with is imported within `run`, so that help and
// errors of usage load none of it; records of options come from `graft-ml/options`.
import type { CommandWords, FlagRecords, FlagsOf } from './command-words.ts';
import type { Context } from './context.ts';

/** What a command was given, checked. */
export interface Given<D extends FlagRecords = FlagRecords> {
  readonly args: readonly string[];
  readonly flags: FlagsOf<D>;
}

/** A command. */
export interface Command<D extends FlagRecords = FlagRecords> extends CommandWords<D> {
  /** @returns the exit code. */
  run(given: Given<D>, context: Context): Promise<number>;
}

/** Takes a command as it is, typing what `run` is given after its flags. */
export function defineCommand<const D extends FlagRecords>(command: Command<D>): Command<D> {
  return command;
}
