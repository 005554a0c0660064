// What a shell completes of each command: its words come in, the flags as they are offered and what may follow each leave. Called by `completion`, for the
// scripts of the shells.
import { COMMON_FLAGS, type CommandWords, type FlagRecord, offeredFlag, offeredHelp } from '../command-words.ts';

/** What may stand in a place: one of some words, the name of a file, or something that no shell can know. */
export type Completed = readonly string[] | 'path' | 'text';

/** A flag as a shell offers it. */
export interface ShellFlag {
  /** With its dashes. */
  readonly flag: string;
  /** With its dash; empty where there is none. */
  readonly short: string;
  readonly help: string;
  /** Its value; left out where it takes none. */
  readonly value?: Completed;
}

/** A command as a shell offers it. */
export interface ShellCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly ShellFlag[];
  /** What stands behind it without a flag; left out where nothing does. */
  readonly argument?: Completed;
}

/** The words of a command as shells offer them. */
export function wordsOf({ name, summary, args, flags }: CommandWords): ShellCommand {
  const [first] = args;
  return {
    name,
    summary,
    flags: Object.entries({ ...flags, ...COMMON_FLAGS }).map(([flag, record]: [string, FlagRecord]) => ({
      flag: offeredFlag(flag, record),
      short: record.short === undefined ? '' : `-${record.short}`,
      help: offeredHelp(record),
      ...(typeof record.default !== 'boolean' && { value: record.values ?? (record.path ? 'path' : 'text') }),
    })),
    ...(first && { argument: first.values ?? 'path' }),
  };
}
