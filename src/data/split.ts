// Two parts of one dataset by class: labels and a seed come in, disjoint lists of example indices leave. Called before training.
import { fail } from '../core/errors.ts';
import { stream } from '../core/rng.ts';

/** Two disjoint lists of example indices, in ascending order, that together hold every example. */
export interface Split {
  readonly chosen: Int32Array;
  readonly rest: Int32Array;
}

/**
 * Draws `k` examples of each class at random; the rest is for testing.
 * @param k whole number >= 1.
 * @param classes class names, used to find absent classes and in errors; default '0', '1', ... up to the highest label.
 * @throws GraftError `invalid-data` when a class has fewer than `k` examples, or when nothing would be left over.
 */
export function fewPerClass(labels: ArrayLike<number>, k: number, seed: number, classes?: readonly string[]): Split {
  if (!Number.isInteger(k) || k < 1) fail('invalid-argument', `\`k\` (=${k}) must be a whole number of examples >= 1 for each class.`);
  const groups = groupByClass(labels, classes?.length);
  const count = classes?.length ?? Math.max(-1, ...groups.keys()) + 1;
  for (let label = 0; label < count; label++) {
    const found = groups.get(label)?.length ?? 0;
    if (found >= k) continue;
    const name = classes ? ` ("${classes[label]}")` : '';
    fail('invalid-data', `Class ${label}${name} has ${found} examples, fewer than the ${k} asked for; ask for fewer or add examples.`);
  }
  return choose(labels.length, groups, () => k, seed);
}

/**
 * Draws a part of the examples in which every class has its share, to within one example, and which has `round(fraction * N)` in all:
 * shares are rounded down, and what is missing goes to the classes with the largest remainders, lower labels first.
 * Give labels that are all 0 for a plain random split.
 * @param fraction chosen part of the examples, 0 < fraction < 1.
 * @throws GraftError `invalid-argument` when the fraction is outside (0, 1); `invalid-data` when either part would be empty.
 */
export function stratifiedSplit(labels: ArrayLike<number>, fraction: number, seed: number): Split {
  if (!(fraction > 0 && fraction < 1)) fail('invalid-argument', `\`fraction\` (=${fraction}) must be above 0 and below 1.`);
  const groups = groupByClass(labels);
  const shares = [...groups].map(([label, indices]) => ({ label, count: Math.floor(indices.length * fraction), exact: indices.length * fraction }));
  const missing = Math.round(labels.length * fraction) - shares.reduce((sum, { count }) => sum + count, 0);
  shares.sort((a, b) => b.exact - b.count - (a.exact - a.count) || a.label - b.label);
  const counts = new Map(shares.map(({ label, count }, rank) => [label, rank < missing ? count + 1 : count]));
  return choose(labels.length, groups, (label) => counts.get(label) as number, seed);
}

function choose(length: number, groups: ReadonlyMap<number, readonly number[]>, countOf: (label: number) => number, seed: number): Split {
  const isChosen = new Uint8Array(length);
  for (const [label, indices] of groups) {
    const order = stream(seed, 'split', label).permutation(indices.length);
    for (const place of order.subarray(0, countOf(label))) isChosen[indices[place] as number] = 1;
  }
  const all = Int32Array.from(isChosen.keys());
  const split = { chosen: all.filter((i) => isChosen[i] === 1), rest: all.filter((i) => isChosen[i] === 0) };
  if (split.chosen.length === 0 || split.rest.length === 0) {
    fail(
      'invalid-data',
      `Splitting ${length} examples into ${split.chosen.length} and ${split.rest.length} leaves a part empty; choose another size.`,
    );
  }
  return split;
}

/** The examples of each class that has any. */
function groupByClass(labels: ArrayLike<number>, classes = 2 ** 31): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      fail('invalid-data', `Label ${label} of example ${i} is outside 0..${classes - 1}; labels are class indices.`);
    }
    const group = groups.get(label);
    if (group) group.push(i);
    else groups.set(label, [i]);
  }
  return groups;
}
