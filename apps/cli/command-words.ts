// The words of a command, as plain data: its flags, arguments and examples. Parsing, help and completion read the same records.
import type { OptionRecord, OptionsOf } from 'graft-ml/options';

/** A flag: an option record, and what only a command line needs. `maxLength` is given as `--max-length`, a boolean `cache` also as `--no-cache`. */
export interface FlagRecord extends OptionRecord {
  /** Given once for each value; `default` is then only an example of its type, and what is not given is an empty list. */
  readonly list?: true;
  /** One letter: `-o`. */
  readonly short?: string;
  /** What stands for its value in help: `file`. */
  readonly placeholder?: string;
  /** Its value is the name of a file or folder, and completed as one. */
  readonly path?: true;
  /** Left out of `--help`, which would not fit a screen; `graft help <command> --all` shows it. */
  readonly more?: true;
}

/** Flags by name. */
export type FlagRecords = Readonly<Record<string, FlagRecord>>;

/** The resolved flags of `D`: every name present. */
export type FlagsOf<D extends FlagRecords> = {
  readonly [K in keyof D]: D[K] extends { readonly list: true } ? readonly OptionsOf<D>[K][] : OptionsOf<D>[K];
};

/** What stands behind a command without a flag. */
export interface Argument {
  /** In help: `model.onnx`. */
  readonly name: string;
  /** A line of help. */
  readonly help: string;
  /** The only values allowed; a missing one is asked for on a terminal. */
  readonly values?: readonly string[];
  readonly optional?: true;
  /** The last one may take all that follow. */
  readonly many?: true;
}

/** A command line, and what it does. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** The words of a command: all that help and completion need. */
export interface CommandWords<D extends FlagRecords = FlagRecords> {
  readonly name: string;
  /** Its line in `graft --help`; no full stop. */
  readonly summary: string;
  readonly args: readonly Argument[];
  readonly flags: D;
  readonly examples: readonly Example[];
}

/** The flags that every command takes besides its own. */
export const COMMON_FLAGS = {
  json: { default: false, help: 'Results as JSON, one object a line.' },
  verbose: { default: false, help: 'Where an error arose.' },
  help: { default: false, short: 'h', help: 'Show this.' },
} as const satisfies FlagRecords;

/** A flag as it is typed: `maxLength` is `--max-length`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A flag as it is offered: `--no-cache` for what is on unless told otherwise. */
export function offeredFlag(name: string, record: FlagRecord): string {
  return record.default === true ? flagOf(name).replace('--', '--no-') : flagOf(name);
}

/** What a flag does as it is offered; the help of what is on unless told otherwise begins with a verb. */
export function offeredHelp({ default: unset, help }: FlagRecord): string {
  return unset === true ? `Do not ${help.charAt(0).toLowerCase()}${help.slice(1)}` : help;
}
