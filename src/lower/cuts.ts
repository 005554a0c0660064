// Where to cut a forward pass into segments that are computed twice, so that little has to be kept. In: what each of its nodes costs. Called by
// recompute.ts.

/** A forward pass, node by node. */
export interface Line {
  /** Bytes of each node's results that its gradient needs. */
  readonly kept: readonly number[];
  /** Bytes that pass from the nodes before each node to it and those behind it: what a cut there must keep. */
  readonly crossing: readonly number[];
}

/** Most segments that are tried. */
const MOST = 64;

/**
 * Positions at which segments begin, 0 first, so that what the cuts keep and what the largest segment needs come to the least together (Chen et al.
 * 2016, sec. 4). For each bound on a segment, the cheapest cuts are found from front to back.
 */
export function cutsOf({ kept, crossing }: Line): number[] {
  const count = kept.length;
  const sums = [0];
  for (const bytes of kept) sums.push((sums.at(-1) as number) + bytes);
  const total = sums.at(-1) as number;
  const narrow = (i: number) =>
    i === 0 || ((crossing[i] as number) <= (crossing[i - 1] as number) && (crossing[i] as number) <= (crossing[i + 1] ?? 0));
  const places = Array.from({ length: count }, (_, i) => i).filter(narrow);
  const ends = [...places.slice(1), count];
  let best = { cuts: [0], bytes: total };
  for (let parts = 2; parts <= MOST; parts++) {
    const cuts = cheapest(places, ends, { sums, crossing, bound: total / parts });
    if (!cuts) break;
    const bytes = cuts.reduce((sum, at) => sum + (at === 0 ? 0 : (crossing[at] as number)), 0) + largest(cuts, sums);
    if (bytes < best.bytes) best = { cuts, bytes };
  }
  return best.cuts;
}

/** Of all ways to cut at `places` into segments of at most `bound` bytes, the one whose cuts keep least; `undefined` where there is none. */
function cheapest(
  places: readonly number[],
  ends: readonly number[],
  { sums, crossing, bound }: { readonly sums: readonly number[]; readonly crossing: readonly number[]; readonly bound: number },
): number[] | undefined {
  // For each end, the cost of the best cuts up to it, and where its last segment begins.
  const costs: number[] = [];
  const starts: number[] = [];
  for (const [j, end] of ends.entries()) {
    let [cost, start] = [Number.POSITIVE_INFINITY, -1];
    for (let i = j; i >= 0 && (sums[end] as number) - (sums[places[i] as number] as number) <= bound; i--) {
      const before = i === 0 ? 0 : (costs[i - 1] as number) + (crossing[places[i] as number] as number);
      if (before < cost) [cost, start] = [before, i];
    }
    costs.push(cost);
    starts.push(start);
  }
  if (costs.at(-1) === Number.POSITIVE_INFINITY) return undefined;
  const cuts: number[] = [];
  for (let j = ends.length - 1; j >= 0; j = (starts[j] as number) - 1) cuts.unshift(places[starts[j] as number] as number);
  return cuts;
}

function largest(cuts: readonly number[], sums: readonly number[]): number {
  return Math.max(...cuts.map((at, i) => (sums[cuts[i + 1] ?? sums.length - 1] as number) - (sums[at] as number)));
}
