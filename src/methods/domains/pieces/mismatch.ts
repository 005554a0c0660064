// How far two domains lie apart in the same features: rows in, distances out. Called before adaptation, and after it to see what it changed.
import { stream } from '../../../core/rng.ts';
import type { Tensor } from '../../../core/tensor.ts';
import { takeRows } from '../../../data/rows.ts';
import { learntFrom, probabilitiesOf } from './classifier.ts';
import { joinRows, product } from './products.ts';
import { momentsOf } from './roots.ts';

/** Distances of two domains; each is 0 for two halves of one, up to chance. */
export interface Mismatch {
  /** Proxy A-distance `2 (1 - 2 error)` of a linear model that tells the domains apart: 0 where it cannot, 2 where it always can. */
  readonly aDistance: number;
  /** Squared maximum mean discrepancy with a Gaussian kernel as wide as the median distance. */
  readonly mmd: number;
  /** Squared Frobenius norm of the difference of the covariances over `4 D^2`. */
  readonly coral: number;
}

/** Rows of each domain that are looked at: the kernel holds all pairs. */
const MOST_ROWS = 1000;
/** Rows that must be there for halves of them to be compared. */
const FEWEST_TO_HALVE = 8;

/**
 * Ben-David et al. 2007, Analysis of representations for domain adaptation, section 5; Gretton et al. 2012, A kernel two-sample test, lemma 6 (without the pairs
 * of a row with itself); Sun & Saenko 2016, Deep CORAL (arXiv:1607.01719), equation 1.
 */
export async function mismatchOf(
  source: Tensor<'float32'>,
  target: Tensor<'float32'>,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal | undefined },
): Promise<Mismatch> {
  const [a, b] = [sample(source, seed, 'source'), sample(target, seed, 'target')];
  return { aDistance: await aDistanceOf(a, b, signal), mmd: await mmdOf(a, b), coral: await coralOf(a, b) };
}

/** Two halves of rows, drawn by chance; nothing where there are too few to tell halves apart. */
export function halvesByChance(rows: Tensor<'float32'>, seed: number): [Tensor<'float32'>, Tensor<'float32'>] | undefined {
  const length = rows.dims[0] as number;
  if (length < FEWEST_TO_HALVE) return undefined;
  const order = stream(seed, 'mismatch', 'halves').permutation(length);
  const half = Math.ceil(length / 2);
  return [takeRows(rows, order.subarray(0, half)), takeRows(rows, order.subarray(half))];
}

/** Rows that are looked at, drawn by chance. */
export function sample(rows: Tensor<'float32'>, seed: number, name: string): Tensor<'float32'> {
  return takeRows(
    rows,
    stream(seed, 'mismatch', name)
      .permutation(rows.dims[0] as number)
      .subarray(0, MOST_ROWS),
  );
}

async function aDistanceOf(a: Tensor<'float32'>, b: Tensor<'float32'>, signal: AbortSignal | undefined): Promise<number> {
  return aDistanceBy(await domainOdds(a, b, signal)).distance;
}

/**
 * The proxy A-distance of domains by the odds of their rows, with its standard error. @param weights of the first domain's rows, as they were learnt with.
 */
export function aDistanceBy(
  [first, second]: readonly [Float64Array, Float64Array],
  weights?: Float64Array,
): { readonly distance: number; readonly error: number } {
  // Where nothing speaks for either domain, half of what is said is wrong.
  const wrong = (odds: Float64Array, sign: number, counting?: Float64Array) => {
    const whole = counting ? counting.reduce((sum, weight) => sum + weight, 0) : odds.length;
    return odds.reduce((sum, value, row) => sum + (counting?.[row] ?? 1) * ((1 + Math.sign(sign * value)) / 2), 0) / Math.max(1, whole);
  };
  const [a, b] = [wrong(first, 1, weights), wrong(second, -1)];
  const variance = (a * (1 - a)) / Math.max(1, first.length) + (b * (1 - b)) / Math.max(1, second.length);
  return { distance: 2 * (1 - 2 * Math.min(0.5, (a + b) / 2)), error: 2 * Math.sqrt(variance) };
}

/** The penalty of models that tell domains apart. */
export const DOMAIN_L2 = 0.1;

/** What is known of the first domain's rows. */
export interface DomainOddsOptions {
  /** How much each counts, 1 on average; default all alike. */
  readonly weights?: Float64Array | undefined;
  /** Their classes, of which both halves then have as many. */
  readonly labels?: Int32Array | undefined;
}

/**
 * Logarithm of the odds that a row is of the second domain, by a linear model that has not seen it: it learns from one half of the rows, drawn by chance, and is
 * tried on the other, and the other way round.
 */
export async function domainOdds(
  a: Tensor<'float32'>,
  b: Tensor<'float32'>,
  signal: AbortSignal | undefined,
  { weights, labels: classes }: DomainOddsOptions = {},
): Promise<readonly [Float64Array, Float64Array]> {
  const domains = [a, b].map((rows, i) => {
    const length = rows.dims[0] as number;
    // Rows that alternate, or are sorted, would otherwise make halves of another kind each.
    const order = stream(0, 'domain', String(i)).permutation(length);
    if (classes && i === 0) order.sort((x, y) => (classes[x] as number) - (classes[y] as number));
    return { rows, order, odds: new Float64Array(length) };
  }) as [Sided, Sided];
  for (const rest of [0, 1]) {
    const taken = domains.map(({ order }) => order.filter((_, place) => place % 2 === rest)) as [Int32Array, Int32Array];
    const learnt = domains.map(({ rows }, i) => takeRows(rows, taken[i] as Int32Array)) as [Tensor<'float32'>, Tensor<'float32'>];
    const counting = weights && Float64Array.from([...Array.from(taken[0], (row) => weights[row] as number), ...Array.from(taken[1], () => 1)]);
    const labels = Int32Array.from(learnt.flatMap(({ dims }, domain) => new Array<number>(dims[0] as number).fill(domain)));
    const given = { features: joinRows(...learnt), labels, weights: counting };
    const linear = await learntFrom(given, { classes: 2, l2: DOMAIN_L2, tolerance: 1e-3, signal });
    for (const { rows, order, odds } of domains) {
      const held = order.filter((_, place) => place % 2 !== rest);
      const said = await probabilitiesOf(takeRows(rows, held), linear);
      held.forEach((row, i) => {
        odds[row] = Math.log(Math.max(LEAST, said[2 * i + 1] as number)) - Math.log(Math.max(LEAST, said[2 * i] as number));
      });
    }
  }
  return [domains[0].odds, domains[1].odds];
}

interface Sided {
  readonly rows: Tensor<'float32'>;
  readonly order: Int32Array;
  readonly odds: Float64Array;
}

/** Below it a probability is as good as 0. */
const LEAST = 1e-12;

async function mmdOf(a: Tensor<'float32'>, b: Tensor<'float32'>): Promise<number> {
  const count = a.dims[0] as number;
  const all = joinRows(a, b);
  const length = all.dims[0] as number;
  const { data } = await product(all, all, { transB: true });
  const squared = (i: number, j: number) =>
    Math.max(0, (data[i * length + i] as number) + (data[j * length + j] as number) - 2 * (data[i * length + j] as number));
  const some: number[] = [];
  for (let i = 0; i < length; i++) for (let j = i + 1; j < length; j += 7) some.push(squared(i, j));
  const width = some.sort((x, y) => x - y)[Math.floor(some.length / 2)] || 1;
  const sums = { own: 0, other: 0, between: 0 };
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < length; j++) {
      if (i === j) continue;
      const kernel = Math.exp(-squared(i, j) / width);
      if (i < count !== j < count) sums.between += kernel;
      else if (i < count) sums.own += kernel;
      else sums.other += kernel;
    }
  }
  const rest = length - count;
  return sums.own / Math.max(1, count * (count - 1)) + sums.other / Math.max(1, rest * (rest - 1)) - sums.between / Math.max(1, count * rest);
}

async function coralOf(a: Tensor<'float32'>, b: Tensor<'float32'>): Promise<number> {
  const [first, second] = [await momentsOf(a, 0), await momentsOf(b, 0)];
  const width = a.dims[1] as number;
  let sum = 0;
  first.covariance.data.forEach((value, i) => {
    sum += (value - (second.covariance.data[i] as number)) ** 2;
  });
  return sum / (4 * width * width);
}
