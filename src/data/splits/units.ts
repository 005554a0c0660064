// Rows that must stay in one part -> units. Called by `splitRows`.
import { unionFind } from '../duplicates/union-find.ts';

/** What rows share: equal values belong together; `null` and NaN stand for none. */
export type Keys = ArrayLike<string | number | null>;

/** Lists of rows, each to be placed as a whole: those of unit `u` are `rows[starts[u]..starts[u + 1]]`. */
export interface Units {
  readonly count: number;
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

/** Puts together the rows of `pool` that share a key in any of the lists; units are in the order of their first rows. */
export function unitsOf(pool: Int32Array, keys: readonly Keys[]): Units {
  const { find, unite } = unionFind(pool.length);
  for (const list of keys) {
    const seen = new Map<string | number, number>();
    pool.forEach((row, at) => {
      const key = list[row] ?? null;
      if (key === null || Number.isNaN(key)) return;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, at);
      else unite(first, at);
    });
  }
  const unitAt = new Int32Array(pool.length);
  let count = 0;
  for (let at = 0; at < pool.length; at++) {
    const first = find(at);
    unitAt[at] = first === at ? count++ : (unitAt[first] as number);
  }
  const starts = new Int32Array(count + 1);
  for (const unit of unitAt) starts[unit + 1] = (starts[unit + 1] as number) + 1;
  for (let unit = 0; unit < count; unit++) starts[unit + 1] = (starts[unit + 1] as number) + (starts[unit] as number);
  const [rows, next] = [new Int32Array(pool.length), starts.slice()];
  unitAt.forEach((unit, at) => {
    rows[next[unit] as number] = pool[at] as number;
    next[unit] = (next[unit] as number) + 1;
  });
  return { count, starts, rows };
}

/** The rows of one unit, not copied. */
export function rowsOf({ starts, rows }: Units, unit: number): Int32Array {
  return rows.subarray(starts[unit], starts[unit + 1]);
}
