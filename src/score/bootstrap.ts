// How far any score can be trusted: the examples are drawn again and again with replacement, and the score's spread leaves as an interval.
// Called by reports for headline numbers and by `paired.ts`.
import { fail } from '../core/errors.ts';
import { defineOptions, type GivenOptions, type OptionsOf, resolveOptions } from '../core/options.ts';
import { type Stream, stream } from '../core/rng.ts';
import { deviationsOf, type Interval } from './interval.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { quantile } from './quantile.ts';

/** What can be set about resampling. */
export const bootstrapOptions = defineOptions({
  seed: {
    default: 0,
    range: { min: 0, max: Number.MAX_SAFE_INTEGER },
    integer: true,
    help: 'Which resamples are drawn; the same seed draws the same.',
  },
  resamples: { default: 2000, range: { min: 100 }, integer: true, help: 'How many times the examples are drawn again.' },
  level: { default: 0.95, range: { above: 0, below: 1 }, help: 'Share of such intervals that hold the true value.' },
  method: {
    default: 'percentile',
    values: ['percentile', 'bca'],
    help: 'How the ends are found: as percentiles, or corrected for bias and skewness, which costs one more evaluation for each example.',
  },
});

/** {@link bootstrapOptions}, and what depends on the examples. */
export type BootstrapOptions = GivenOptions<typeof bootstrapOptions> & {
  /** A whole number for each example, such as its class: each resample holds as many of each as there are. */
  readonly strata?: ArrayLike<number> | undefined;
  /**
   * What each example belongs to, such as its patient: groups are drawn with all their examples, as those of one group are no news of each other. Not together
   * with `strata`.
   */
  readonly groups?: ArrayLike<number | string> | undefined;
  /** Smallest and greatest value that the score can have, `[0, 1]` for an accuracy; it gives a width where no resample differs from another. */
  readonly range?: readonly [number, number];
};

/** A score of the examples at some positions, of which some come more than once. */
export type Statistic = (rows: Int32Array) => number;

/** What resampling gave: the score of the examples, the scores of the resamples in ascending order. */
export interface Resampled {
  readonly estimate: number;
  readonly drawn: Float64Array;
}

/**
 * The bootstrap interval of any score of `count` examples. Efron and Tibshirani, "An Introduction to the Bootstrap" (1993): the percentile interval, section
 * 13.3, or BCa, equation 14.9. It is widened to hold the estimate where a biased score's resamples all lie on one side.
 *
 * Where all resamples are equal (one example, all right), a share `w = z^2 / (N + z^2)` of unseen examples may still be anything in `range`:
 * `[v - w (v - min), v + w (max - v)]`, which for an accuracy is Wilson's interval. Without `range`, one example gives an infinite interval and
 * more of them one without width. With `groups`, N is their number.
 * @param statistic called with positions `[count]`, of groups with as many as those that were drawn have; one that is not defined for each choice of examples (AUROC) needs `strata`.
 * @throws GraftError `invalid-data` for no examples, `not-finite` when a resample's score is not finite, `invalid-shape` when there are not `count` strata or
 *   groups, `invalid-argument` for a wrong option, or both strata and groups.
 */
export function bootstrap(statistic: Statistic, count: number, given: BootstrapOptions = {}): Interval {
  return intervalOf(resample(statistic, count, given), count, given, () => leaveOneOut(statistic, count, given.groups));
}

/**
 * {@link bootstrap} of the mean of one number for each example (1 for right and 0 for wrong, a loss ...), with leave-one-out means in one pass.
 * The range is `[0, 1]` where all values are 0 or 1.
 * @throws GraftError as {@link bootstrap}.
 */
export function bootstrapMean(values: ArrayLike<number>, given: BootstrapOptions = {}): Interval {
  const options = Array.from(values).every((value) => value === 0 || value === 1) ? { range: [0, 1] as const, ...given } : given;
  const resampled = resample(meanOf(values), values.length, options);
  return intervalOf(resampled, values.length, options, () =>
    given.groups ? leaveOneOut(meanOf(values), values.length, given.groups) : meansWithoutOne(values),
  );
}

/** The mean of the values at the rows. */
export function meanOf(values: ArrayLike<number>): Statistic {
  return (rows) => {
    let sum = 0;
    for (let i = 0; i < rows.length; i++) sum += values[rows[i] as number] as number;
    return sum / rows.length;
  };
}

/** The means of all values but one. */
export function meansWithoutOne(values: ArrayLike<number>): Float64Array {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return Float64Array.from(values, (value) => (sum - value) / (values.length - 1));
}

/**
 * Scores of the examples and of their resamples: the first step of {@link bootstrap}.
 * @throws GraftError as {@link bootstrap}.
 */
export function resample(statistic: Statistic, count: number, given: BootstrapOptions): Resampled {
  const { seed, resamples } = optionsOf(given);
  if (!Number.isInteger(count) || count < 1) fail('invalid-data', `An interval needs at least one example; there are ${count}.`);
  if (given.strata && given.groups) fail('invalid-argument', 'bootstrap: `strata` and `groups` cannot be given together; leave one out.');
  const draw = given.groups ? drawGroups(count, given.groups) : drawExamples(count, given.strata);
  const estimate = statistic(Int32Array.from({ length: count }, (_, i) => i));
  if (!Number.isFinite(estimate)) fail('not-finite', `The score of the examples is ${estimate}; only one that is finite has an interval.`);
  const drawn = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    const score = statistic(draw(stream(seed, 'bootstrap', r)));
    if (!Number.isFinite(score))
      fail('not-finite', `The score of resample ${r} is ${score}; give \`strata\`, such as the labels, where it needs examples of each kind.`);
    drawn[r] = score;
  }
  return { estimate, drawn: drawn.sort() };
}

/** Gives the rows of one resample; those that it gave before may be overwritten. */
type Draw = (random: Stream) => Int32Array;

/** A word's share of 2^32 as a place among `size`: uneven by size / 2^32 at most, and many times as fast as drawing without any bias. */
const placeOf = (word: number, size: number) => Math.floor(word * size * 2 ** -32);

function drawExamples(count: number, given: ArrayLike<number> | undefined): Draw {
  const { members, strata } = strataOf(count, given);
  const [words, rows] = [new Uint32Array(count), new Int32Array(count)];
  return (random) => {
    random.uint32s(words);
    for (const { from, size } of strata) {
      for (let i = from; i < from + size; i++) rows[i] = members[from + placeOf(words[i] as number, size)] as number;
    }
    return rows;
  };
}

/** The cluster bootstrap: Davison and Hinkley, "Bootstrap Methods and their Application" (1997), section 3.8, first strategy. */
function drawGroups(count: number, given: ArrayLike<number | string>): Draw {
  const members = membersOf(count, given);
  const words = new Uint32Array(members.length);
  const rows = new Int32Array(members.length * Math.max(...members.map(({ length }) => length)));
  return (random) => {
    random.uint32s(words);
    let used = 0;
    for (const word of words) {
      const own = members[placeOf(word, members.length)] as Int32Array;
      rows.set(own, used);
      used += own.length;
    }
    return rows.subarray(0, used);
  };
}

/** The rows of each group. @throws GraftError `invalid-shape`. */
function membersOf(count: number, given: ArrayLike<number | string>): Int32Array[] {
  if (given.length !== count) fail('invalid-shape', `There are ${count} examples but ${given.length} \`groups\`; give one for each example.`);
  const members = new Map<number | string, number[]>();
  for (let row = 0; row < count; row++) {
    const own = members.get(given[row] as number | string);
    if (own) own.push(row);
    else members.set(given[row] as number | string, [row]);
  }
  return [...members.values()].map((rows) => Int32Array.from(rows));
}

/** Resamples that differ by no more are all the same but for rounding. */
const ROUNDING = 1e-12;

/** The interval that resamples give: the second step of {@link bootstrap}; `without` gives the scores without each example in turn. */
export function intervalOf({ estimate, drawn }: Resampled, count: number, given: BootstrapOptions, without: () => Float64Array): Interval {
  const { level, method } = optionsOf(given);
  const tail = (1 - level) / 2;
  const [least, most] = [drawn[0] as number, drawn[drawn.length - 1] as number];
  if (most - least <= ROUNDING * Math.max(1, Math.abs(least), Math.abs(most))) {
    const units = given.groups ? new Set(Array.from(given.groups)).size : count;
    const [min, max] = given.range ?? (units === 1 ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] : [estimate, estimate]);
    const square = deviationsOf(level) ** 2;
    const share = square / (units + square);
    return { estimate, low: estimate - share * (estimate - min), high: estimate + share * (max - estimate), level };
  }
  const [lower, upper] = method === 'bca' ? corrected(estimate, drawn, tail, without()) : [tail, 1 - tail];
  return { estimate, low: Math.min(estimate, quantile(drawn, lower)), high: Math.max(estimate, quantile(drawn, upper)), level };
}

/** The shares that BCa takes for the two tails: Efron and Tibshirani 1993, equations 14.10 (shares), 14.14 (bias) and 14.15 (acceleration). */
function corrected(estimate: number, drawn: Float64Array, tail: number, without: Float64Array): readonly [number, number] {
  const below = drawn.findIndex((value) => value >= estimate);
  const notAbove = drawn.findLastIndex((value) => value <= estimate) + 1;
  // Equal scores count half, as they must where few scores are possible; the half added keeps the bias finite.
  const bias = normalQuantile((((below < 0 ? drawn.length : below) + notAbove) / 2 + 0.5) / (drawn.length + 1));
  const mean = without.reduce((sum, value) => sum + value, 0) / without.length;
  const root = Math.sqrt(without.reduce((sum, value) => sum + (mean - value) ** 2, 0));
  const acceleration = root === 0 ? 0 : without.reduce((sum, value) => sum + ((mean - value) / root) ** 3, 0) / 6;
  const share = (p: number) => {
    const sum = bias + normalQuantile(p);
    const rest = 1 - acceleration * sum;
    // Beyond its pole the formula would jump to the other end.
    return normalCdf(rest > 0 ? bias + sum / rest : sum * Number.POSITIVE_INFINITY);
  };
  return [share(tail), share(1 - tail)];
}

/** The scores of all examples but one, or but those of one group. */
export function leaveOneOut(statistic: Statistic, count: number, groups?: BootstrapOptions['groups']): Float64Array {
  if (groups) {
    const all = Int32Array.from({ length: count }, (_, i) => i);
    return Float64Array.from(new Set(Array.from(groups)), (left) => statistic(all.filter((row) => groups[row] !== left)));
  }
  const rows = Int32Array.from({ length: count - 1 }, (_, i) => i + 1);
  return Float64Array.from({ length: count }, (_, left) => {
    if (left > 0) rows[left - 1] = left - 1;
    return statistic(rows);
  });
}

/** Positions ordered by stratum, and where each stratum begins. */
function strataOf(count: number, given: ArrayLike<number> | undefined): { members: Int32Array; strata: { from: number; size: number }[] } {
  const members = Int32Array.from({ length: count }, (_, i) => i);
  if (!given) return { members, strata: [{ from: 0, size: count }] };
  if (given.length !== count) fail('invalid-shape', `There are ${count} examples but ${given.length} \`strata\`; give one for each example.`);
  members.sort((a, b) => (given[a] as number) - (given[b] as number) || a - b);
  const strata: { from: number; size: number }[] = [];
  members.forEach((row, i) => {
    const last = strata.at(-1);
    if (last && given[row] === given[members[i - 1] as number]) last.size++;
    else strata.push({ from: i, size: 1 });
  });
  return { members, strata };
}

function optionsOf({ strata: _strata, groups: _groups, range: _range, ...given }: BootstrapOptions): OptionsOf<typeof bootstrapOptions> {
  return resolveOptions(bootstrapOptions, given, 'bootstrap');
}
