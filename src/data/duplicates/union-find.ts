// Which of many things belong together: pairs come in one by one, groups leave. Called by the search for duplicates and by splits.

/** Groups of the numbers `0..length-1`, at first each one alone. */
export interface UnionFind {
  /** Puts the groups of `a` and `b` together. */
  unite(a: number, b: number): void;
  /** The lowest number in the group of `a`. */
  find(a: number): number;
}

/** @param length whole number >= 0. */
export function unionFind(length: number): UnionFind {
  const parents = Int32Array.from({ length }, (_, i) => i);
  const find = (a: number): number => {
    let at = a;
    for (let up = parents[at] as number; up !== at; up = parents[at] as number) {
      const next = parents[up] as number;
      parents[at] = next;
      at = next;
    }
    return at;
  };
  return {
    find,
    unite(a, b) {
      const [x, y] = [find(a), find(b)];
      if (x < y) parents[y] = x;
      else parents[x] = y;
    },
  };
}
