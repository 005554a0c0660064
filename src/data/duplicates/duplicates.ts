// What is told of rows that hold the same, or nearly: groups of them, and where their labels disagree. Made by the finders beside this file for each kind of
// data; called by `openData`, splits and reports.
import { type UnionFind, unionFind } from './union-find.ts';

/** Rows that are copies of one another. */
export interface DuplicateGroup {
  /** Row numbers in ascending order, two or more. */
  readonly indices: Int32Array;
  /** `exact` where all hold the same, `near` where some only nearly do. */
  readonly kind: 'exact' | 'near';
}

/** The copies among `length` rows. */
export interface Duplicates {
  /** For each row, the first row with exactly the same content: itself, where none before it has. */
  readonly contentOf: Int32Array;
  /** For each row, the first row of its group, near copies counted in: itself, where it is alone. Near copies of near copies belong together. */
  readonly groupOf: Int32Array;
  /** In the order of their first rows. */
  readonly groups: readonly DuplicateGroup[];
  /** What else should be known, in sentences. */
  readonly facts: readonly string[];
}

/** Copies whose labels disagree. */
export interface LabelConflict {
  readonly indices: Int32Array;
  readonly kind: 'exact' | 'near';
  /** The different labels, in ascending order. */
  readonly labels: readonly number[];
}

/** Duplicates that still are being found. */
export interface DuplicatesBuilder {
  /** Says that row `b` holds exactly what row `a` does. */
  same(a: number, b: number): void;
  /** Says that row `b` holds nearly what row `a` does. */
  alike(a: number, b: number): void;
  /** Whether two rows are known to belong together. */
  together(a: number, b: number): boolean;
  finish(facts?: readonly string[]): Duplicates;
}

/** @param length number of rows. */
export function duplicatesBuilder(length: number): DuplicatesBuilder {
  const [contents, groups] = [unionFind(length), unionFind(length)];
  return {
    same(a, b) {
      contents.unite(a, b);
      groups.unite(a, b);
    },
    alike: (a, b) => groups.unite(a, b),
    together: (a, b) => groups.find(a) === groups.find(b),
    finish(facts = []) {
      const [contentOf, groupOf] = [rootsOf(contents, length), rootsOf(groups, length)];
      return { contentOf, groupOf, groups: groupsOf(contentOf, groupOf), facts };
    },
  };
}

/** The copies among the rows at `indices`, which are numbered anew in that order. */
export function takeDuplicates({ contentOf, groupOf, facts }: Duplicates, indices: ArrayLike<number>): Duplicates {
  const builder = duplicatesBuilder(indices.length);
  const [contents, groups] = [new Map<number, number>(), new Map<number, number>()];
  const firstOf = (seen: Map<number, number>, key: number, i: number) => {
    const first = seen.get(key) ?? i;
    seen.set(key, first);
    return first;
  };
  for (let i = 0; i < indices.length; i++) {
    const row = indices[i] as number;
    builder.same(firstOf(contents, contentOf[row] as number, i), i);
    builder.alike(firstOf(groups, groupOf[row] as number, i), i);
  }
  return builder.finish(facts);
}

/**
 * Groups in which labels differ: of rows with the same content where these disagree among themselves (`exact`), else of near copies (`near`).
 * @param labels one number a row: class indices, or targets, of which copies of one thing may well have several. NaN is no label.
 */
export function labelConflicts({ contentOf, groups }: Duplicates, labels: ArrayLike<number>): LabelConflict[] {
  const conflict = (indices: Int32Array, kind: LabelConflict['kind']): LabelConflict[] => {
    const different = new Set(Array.from(indices, (i) => labels[i] as number).filter((label) => !Number.isNaN(label)));
    return different.size > 1 ? [{ indices, kind, labels: [...different].sort((a, b) => a - b) }] : [];
  };
  return groups.flatMap(({ indices }) => {
    const found = [...rowsBy(indices, contentOf).values()].flatMap((rows) => conflict(Int32Array.from(rows), 'exact'));
    return found.length > 0 ? found : conflict(indices, 'near');
  });
}

function rootsOf({ find }: UnionFind, length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => find(i));
}

function groupsOf(contentOf: Int32Array, groupOf: Int32Array): DuplicateGroup[] {
  const later = Int32Array.from(groupOf.keys()).filter((i) => groupOf[i] !== i);
  const groups = [...rowsBy(later, groupOf)].map(([first, rows]) => Int32Array.from([first, ...rows]));
  groups.sort((a, b) => (a[0] as number) - (b[0] as number));
  return groups.map((indices) => ({ indices, kind: indices.every((i) => contentOf[i] === indices[0]) ? 'exact' : 'near' }));
}

function rowsBy(rows: Int32Array, keys: Int32Array): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const row of rows) {
    const key = keys[row] as number;
    const known = found.get(key);
    if (known) known.push(row);
    else found.set(key, [row]);
  }
  return found;
}
