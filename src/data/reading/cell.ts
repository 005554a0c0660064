// One value of a row, as a format gives it, before columns have types. Made by formats, collected by tables.
import type { ImageSource } from '../images/decode.ts';

/** A picture that is read when it is needed: where its bytes are, and what to call it in errors and reports. */
export interface Photo {
  /** Path as given, or the place in an archive or file: `photos.zip/cat/1.jpg`. */
  readonly name: string;
  /** A path, bytes at hand, or what reads the bytes. */
  readonly source: ImageSource | (() => Promise<Uint8Array>);
}

/** A row of numbers of which most are 0: those at `indices`, in ascending order, are `values`. */
export interface SparseRow {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** An array of numbers, row-major: a row of an `npy` file, an image of an IDX file, a list of numbers in Parquet. */
export interface DenseRow {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** `null` where the value is missing. A list of strings holds several labels. */
export type Cell = string | number | bigint | boolean | Date | null | Photo | SparseRow | DenseRow | readonly string[];
