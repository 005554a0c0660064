// How far examples lie from those seen in training: features come in, distances to the k-th nearest leave. Called by `unknown.ts`.
import { fail } from '../core/errors.ts';
import type { Code } from '../core/kernel/formula.ts';
import { defineKernel, jointArrays } from '../core/kernel/kernel.ts';
import { requireFinite, rowsOf } from './checks.ts';

/** Training features, ready to be searched. */
export interface FeatureIndex {
  /** Training examples. */
  readonly count: number;
  /** Numbers that describe one example. */
  readonly width: number;
  /**
   * The Euclidean distance from each query to the k-th nearest training example, from 0 to 2, all features divided by their length.
   * @param queries `[N, width]`.
   * @param k from 1 to `count`; default 10, or all where there are fewer.
   * @returns `[N]`.
   * @throws GraftError `invalid-shape` when the queries are not whole rows, `not-finite` when a feature is not finite, `invalid-argument` for another `k`.
   */
  distances(queries: Float32Array, k?: number): Float64Array;
}

/** Used unless told otherwise; fewer are moved by a single odd example, more blur small classes. */
const NEIGHBOURS = 10;
/**
 * Training examples and queries compared at a time. 16 features of the examples and one sum fit a second-level cache; were their number a power of 2, all
 * would compete for the same lines of the first-level cache, which takes twice as long.
 */
const BLOCK = 4016;
const QUERIES = 64;

/** Features that the kernel takes at a time, so that it seldom loads and stores its sums. */
const LANES = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9', 'f10', 'f11', 'f12', 'f13', 'f14', 'f15'] as const;
type Lane = (typeof LANES)[number];

/** Adds to the sum of each training example its features times the query's. */
const addProducts = defineKernel({
  arrays: ['sums', ...LANES],
  scalars: LANES,
  body: (examples, query, { add, mul }) => ({
    sums: LANES.reduce<Code>((sum, lane) => add(sum, mul(examples[lane], query[lane])), examples.sums),
  }),
});

/** Some training examples, in one memory. */
interface Block {
  readonly from: number;
  readonly count: number;
  /** `-|t|^2 / 2` of each: added to the product with a query, it orders by distance even where an example has length 0. */
  readonly start: Float32Array;
  /** Array f of group g holds feature `16 g + f` of each. */
  readonly groups: readonly Readonly<Record<Lane, Float32Array>>[];
  /** Room for the sums of {@link QUERIES} queries. */
  readonly sums: readonly Float32Array[];
}

/** The nearest training examples of one query so far, from near to far. */
interface Nearest {
  readonly closeness: Float32Array;
  readonly rows: Int32Array;
}

/**
 * Prepares training features for {@link FeatureIndex.distances}, as in Sun et al., "Out-of-Distribution Detection with Deep Nearest Neighbors" (ICML 2022),
 * algorithm 1: every query is compared with every training example.
 * @param features `[N, width]`, not changed; one of length 0 stays 0.
 * @throws GraftError `invalid-data` for no features, `invalid-shape` when they are not whole rows, `not-finite` when one is not finite.
 */
export function indexFeatures(features: Float32Array, width: number): FeatureIndex {
  const count = rowsOf(features, width, 'features');
  if (count === 0) fail('invalid-data', 'There is nothing to compare with: the training features are empty.');
  const train = unitRows(features, width);
  const stride = train.length / count;
  const blocks = Array.from({ length: Math.ceil(count / BLOCK) }, (_, b) =>
    blockOf(train.subarray(b * BLOCK * stride, (b + 1) * BLOCK * stride), stride, b * BLOCK),
  );
  return {
    count,
    width,
    distances(given, k = Math.min(NEIGHBOURS, count)) {
      if (!Number.isInteger(k) || k < 1 || k > count)
        fail('invalid-argument', `\`k\` (=${k}) must be a whole number in 1..${count}, the number of training examples.`);
      const out = new Float64Array(rowsOf(given, width, 'features'));
      const queries = unitRows(given, width);
      for (let from = 0; from < out.length; from += QUERIES) {
        const some = queries.subarray(from * stride, (from + QUERIES) * stride);
        // The products decide which one is k-th, to seven digits; its distance is then computed in full.
        for (const [i, { rows }] of nearest(blocks, some, stride, k).entries()) {
          out[from + i] = distance(some, i * stride, train, (rows[k - 1] as number) * stride, stride);
        }
      }
      return out;
    },
  };
}

/** The rows divided by their Euclidean length, each filled up with zeros to a multiple of what the kernel takes. */
function unitRows(features: Float32Array, width: number): Float32Array {
  requireFinite(features, width, 'feature');
  const stride = Math.ceil(width / LANES.length) * LANES.length;
  const rows = features.length / width;
  const out = new Float32Array(rows * stride);
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let i = row * width; i < (row + 1) * width; i++) squares += (features[i] as number) ** 2;
    const length = Math.sqrt(squares) || 1;
    for (let i = 0; i < width; i++) out[row * stride + i] = (features[row * width + i] as number) / length;
  }
  return out;
}

function blockOf(rows: Float32Array, stride: number, from: number): Block {
  const count = rows.length / stride;
  const arrays = jointArrays(stride + QUERIES, count);
  const features = arrays.slice(0, stride);
  for (const [f, feature] of features.entries()) for (let row = 0; row < count; row++) feature[row] = rows[row * stride + f] as number;
  const start = new Float32Array(count);
  for (let i = 0; i < rows.length; i++) if (rows[i] !== 0) start[Math.floor(i / stride)] = -0.5;
  const groups = Array.from(
    { length: stride / LANES.length },
    (_, g) => Object.fromEntries(LANES.map((lane, l) => [lane, features[g * LANES.length + l]])) as Record<Lane, Float32Array>,
  );
  return { from, count, start, groups, sums: arrays.slice(stride) };
}

/** The `k` nearest training examples of at most {@link QUERIES} queries. */
function nearest(blocks: readonly Block[], queries: Float32Array, stride: number, k: number): Nearest[] {
  const found = Array.from({ length: queries.length / stride }, () => ({
    closeness: new Float32Array(k).fill(Number.NEGATIVE_INFINITY),
    rows: new Int32Array(k),
  }));
  const query = Object.fromEntries(LANES.map((lane) => [lane, 0])) as Record<Lane, number>;
  for (const { from, count, start, groups, sums } of blocks) {
    for (const i of found.keys()) sums[i]?.set(start);
    for (const [g, group] of groups.entries()) {
      for (const i of found.keys()) {
        for (let l = 0; l < LANES.length; l++) query[LANES[l] as Lane] = queries[i * stride + g * LANES.length + l] as number;
        addProducts({ ...group, sums: sums[i] as Float32Array }, query, 0, count);
      }
    }
    for (const [i, best] of found.entries()) keepNearest(best, sums[i] as Float32Array, from);
  }
  return found;
}

/** Takes up those of a block's examples that are nearer than the k-th so far. */
function keepNearest({ closeness, rows }: Nearest, sums: Float32Array, from: number): void {
  const last = closeness.length - 1;
  for (let j = 0; j < sums.length; j++) {
    const value = sums[j] as number;
    if (value <= (closeness[last] as number)) continue;
    let place = last;
    for (; place > 0 && (closeness[place - 1] as number) < value; place--) {
      closeness[place] = closeness[place - 1] as number;
      rows[place] = rows[place - 1] as number;
    }
    closeness[place] = value;
    rows[place] = from + j;
  }
}

function distance(a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += ((a[aFrom + i] as number) - (b[bFrom + i] as number)) ** 2;
  return Math.sqrt(sum);
}
