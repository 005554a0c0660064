// What a benchmark is: rows come out one by one, each a case with what was measured. One folder each beside this file, run by run.ts.
import type { Cell, Column } from '../src/index.ts';

/** One case. `ratio` is Graft against its peer in the same run, above 1 when Graft is better. */
export interface BenchRow {
  readonly case: string;
  readonly graft: number;
  readonly peer?: number | undefined;
  readonly ratio?: number | undefined;
  readonly [key: string]: Cell;
}

export interface BenchOptions {
  /** A few minutes less, for trying out; its results are not kept with the code. */
  readonly quick: boolean;
  /** Only cases that have this in their names, where the benchmark has many. */
  readonly only?: string | undefined;
  /** Rows of an earlier run that was cut off, by case: they need not be measured again. */
  readonly done: ReadonlyMap<string, BenchRow>;
  /** Tells how far it is. */
  note(text: string): void;
}

export interface Bench {
  /** One sentence: what is measured, against what. */
  readonly about: string;
  /** Columns of the printed table, keyed by the fields of its rows. */
  readonly columns: Readonly<Record<string, Column>>;
  /** Whether a row is of the printed table; without it all are. The file has them all. */
  printed?(row: BenchRow): boolean;
  /** Versions of what is compared, beside Graft's, Node's and ONNX Runtime's. */
  versions?(): Promise<Record<string, string>>;
  rows(options: BenchOptions): AsyncGenerator<BenchRow, void, void>;
}
