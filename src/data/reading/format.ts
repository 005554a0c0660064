// What a data format is: one record in one file of formats/. Called by `openData`, the CLI's help and the conformance tests.
import type { OptionRecords, OptionsOf } from '../../core/options.ts';
import type { Cell } from './cell.ts';
import type { FileInput } from './file-input.ts';

/** The part of the data that rows were given as. */
export type Part = 'train' | 'validation' | 'test';

/** Some hundred to some thousand rows. */
export interface RowBatch {
  /** Names of the columns, in the order of the cells; a later batch may have others. */
  readonly columns: readonly string[];
  /** One list a row, as long as `columns`. */
  readonly rows: readonly (readonly Cell[])[];
  /** Of each row the line where it begins, from 1, where the format has lines. */
  readonly lines?: readonly number[] | undefined;
  /** Of each row its number in the file, from 1, where rows before it were passed over as damaged; those count too. */
  readonly numbers?: readonly number[] | undefined;
  /** Name of the file, where there are several. */
  readonly file?: string | undefined;
  /** Where these rows are given as one part, as in a folder `train/`. */
  readonly part?: Part | undefined;
}

/** What a format tells of a file that it reads. */
export interface Reading {
  /** What was found out, for people: `{ delimiter: 'semicolon', encoding: 'UTF-8' }`. */
  readonly facts: Readonly<Record<string, string>>;
  /** Rows in all, where the file says so at its beginning. */
  readonly rows?: number | undefined;
  /** The column that holds the labels, where the format has one. */
  readonly label?: string | undefined;
  /** Read once, from the first row to the last. Stopping early frees what is open. */
  readonly batches: AsyncIterable<RowBatch>;
}

/** What the reader of a file is given besides its options. */
export interface ReadContext {
  /**
   * Says that a row, or a file of a folder, cannot be read: throws, or counts it and returns where damaged rows are to be skipped.
   * @param place as people find it: `line 17, column "age"`; the file's name is added.
   * @param what the rest of a sentence that begins with the place: `holds "abc", which is no number`.
   */
  damaged(place: string, what: string): void;
  /** How decimals are written, where other data of its kind says so and this does not say otherwise. */
  readonly decimal?: 'comma' | undefined;
  /** Aborted when nobody waits any longer; formats look at it between batches. */
  readonly signal?: AbortSignal | undefined;
}

/** A data format. */
export interface Format<D extends OptionRecords = OptionRecords> {
  /** As in `--format csv`. */
  readonly name: string;
  /** One line of help. */
  readonly about: string;
  /** Endings of names, lower case, with the dot: `.csv`. `.gz` and the like come off first. */
  readonly extensions: readonly string[];
  /** What the first bytes (up to 4,096, unpacked) must be like; for files whose names do not tell. */
  readonly sniff?: ((head: Uint8Array, name: string) => boolean) | undefined;
  /** Whether a folder, by the names in it, is one data set of this format. Formats without it read single files. */
  readonly folder?: ((path: string) => Promise<boolean>) | undefined;
  readonly options: D;
  /** @throws GraftError `invalid-data` naming file, place and remedy; `io` where it cannot be read. */
  read(input: FileInput, options: OptionsOf<D>, context: ReadContext): Promise<Reading>;
}

/** Takes a format as it is, typing what `read` is given after its options. */
export function defineFormat<const D extends OptionRecords>(format: Format<D>): Format<D> {
  return format;
}
