// Whether one model is better than another on the same examples: what each made of them comes in, a difference and its p value leave.
// Called by comparisons of runs and by the choice among candidates.
import { fail } from '../core/errors.ts';
import { type BootstrapOptions, intervalOf, leaveOneOut, meanOf, meansWithoutOne, type Resampled, resample, type Statistic } from './bootstrap.ts';
import { requirePairs } from './checks.ts';
import type { Interval } from './interval.ts';

/** The first model's score less the second's. */
export interface PairedDifference extends Interval {
  /** Two-sided: how likely at least such a difference is where the models are equally good. */
  readonly p: number;
}

/**
 * The difference of the means of two models' values for the same examples (1 for right and 0 for wrong, a loss ...), by resampling examples.
 * The interval is that of `bootstrapMean`; its range is `[-1, 1]` where all differences are -1, 0 or 1. The p value is where the interval just touches 0,
 * `2 (1 + #{resamples on the other side of 0, or on it}) / (resamples + 1)` (Davison and Hinkley, "Bootstrap Methods and their Application", 1997,
 * section 4.4), but at least `2^(1 - k)`, the least that k examples, or groups of them, with a difference can give a test by signs.
 * @throws GraftError `invalid-shape` when the lengths differ, `invalid-data` when there are no examples, `not-finite` when a difference is not finite.
 */
export function pairedBootstrap(first: ArrayLike<number>, second: ArrayLike<number>, given: BootstrapOptions = {}): PairedDifference {
  if (first.length !== second.length) {
    fail('invalid-shape', `There are ${first.length} values of the first model but ${second.length} of the second; give both for the same examples.`);
  }
  const differences = Float64Array.from(first, (value, i) => value - (second[i] as number));
  const options = differences.every((value) => Number.isInteger(value) && Math.abs(value) <= 1) ? { range: [-1, 1] as const, ...given } : given;
  const resampled = resample(meanOf(differences), differences.length, options);
  const { groups } = given;
  const without = () => (groups ? leaveOneOut(meanOf(differences), differences.length, groups) : meansWithoutOne(differences));
  const differing = new Set(Array.from(differences.keys()).flatMap((i) => (differences[i] === 0 ? [] : [groups ? groups[i] : i])));
  return { ...intervalOf(resampled, differences.length, options, without), p: pValue(resampled, differing.size) };
}

/**
 * {@link pairedBootstrap} of any score, such as macro F1, of `count` examples.
 * @throws GraftError as `bootstrap`.
 */
export function pairedBootstrapOf(first: Statistic, second: Statistic, count: number, given: BootstrapOptions = {}): PairedDifference {
  const difference: Statistic = (rows) => first(rows) - second(rows);
  const resampled = resample(difference, count, given);
  const units = given.groups ? new Set(Array.from(given.groups)).size : count;
  return { ...intervalOf(resampled, count, given, () => leaveOneOut(difference, count, given.groups)), p: pValue(resampled, units) };
}

/**
 * Whether the first of two models is ahead of the second by more than the standard error of the difference, less what the one example comes to that speaks most for it:
 * `sum d - max |d| > sqrt(sum d^2)`, with the differences d of the examples. Of right and wrong it is McNemar's test (1947) with the correction for continuity of
 * Edwards, "Note on the 'correction for continuity' in testing the significance of the difference between correlated proportions" (1948), at one standard deviation,
 * a chance of about one in six: 3 examples gained and none lost are enough, 2 are not.
 * @param first of each example, higher is better; `second` likewise.
 * @param groups of each example, where they come in groups: a group is then what an example is otherwise, with the sum of its differences.
 */
export function isAhead(first: ArrayLike<number>, second: ArrayLike<number>, groups?: ArrayLike<number>): boolean {
  const differences = new Map<number, number>();
  for (let i = 0; i < first.length; i++) {
    const unit = groups?.[i] ?? i;
    differences.set(unit, (differences.get(unit) ?? 0) + (first[i] as number) - (second[i] as number));
  }
  let [sum, squares, most] = [0, 0, 0];
  for (const difference of differences.values()) {
    sum += difference;
    squares += difference * difference;
    most = Math.max(most, Math.abs(difference));
  }
  return sum - most > Math.sqrt(squares);
}

/** Examples that only one of two models has right, and what they say. */
export interface McNemar {
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Two-sided: how likely at least such an imbalance is where the models are equally good. */
  readonly p: number;
}

/**
 * McNemar's test, exact: of the examples that only one model has right, each has the same chance to fall to either, so that their number is binomial.
 * McNemar, "Note on the sampling error of the difference between correlated proportions or percentages" (1947), without its normal
 * approximation; recommended for two classifiers on one test set by Dietterich, "Approximate Statistical Tests for Comparing Supervised Classification Learning
 * Algorithms" (1998), section 3.1.
 * @param first predictions of the first model, one for each label; `second` those of the second.
 * @throws GraftError `invalid-shape` when the lengths differ, `invalid-data` when there are no examples.
 */
export function mcnemar(labels: ArrayLike<number>, first: ArrayLike<number>, second: ArrayLike<number>): McNemar {
  requirePairs(labels, first, 'predictions of the first model');
  requirePairs(labels, second, 'predictions of the second model');
  let [onlyFirst, onlySecond] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const [one, other] = [first[i] === labels[i], second[i] === labels[i]];
    if (one && !other) onlyFirst++;
    if (other && !one) onlySecond++;
  }
  return { onlyFirst, onlySecond, p: signTest(onlyFirst, onlySecond) };
}

/** `min(1, 2 sum_{i <= min(a, b)} C(a + b, i) / 2^(a + b))`, from the greatest term down. */
function signTest(a: number, b: number): number {
  const [fewer, all] = [Math.min(a, b), a + b];
  let logarithm = -all * Math.LN2;
  for (let i = 1; i <= fewer; i++) logarithm += Math.log((all - fewer + i) / i);
  let [sum, term] = [0, Math.exp(logarithm)];
  for (let i = fewer; i >= 0; i--) {
    sum += term;
    term *= i / (all - i + 1);
  }
  return Math.min(1, 2 * sum);
}

function pValue({ drawn }: Resampled, differing: number): number {
  const [notAbove, notBelow] = [drawn.filter((value) => value <= 0).length, drawn.filter((value) => value >= 0).length];
  const byResamples = (2 * (1 + Math.min(notAbove, notBelow))) / (drawn.length + 1);
  return Math.min(1, Math.max(byResamples, 2 ** (1 - differing)));
}
