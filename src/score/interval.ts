// How far a share of few examples can be trusted: counts come in, a confidence interval leaves. Called wherever an accuracy is told.
import { fail } from '../core/errors.ts';
import { normalQuantile } from './normal.ts';

/** Standard errors that a difference lies beyond where p < 0.05. */
export const SIGNIFICANT = 1.96;

/** A number measured on some examples, and where it would lie on many more like them. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Share of such intervals that hold the true value, such as 0.95. */
  readonly level: number;
}

/**
 * The interval of an accuracy, or of any share: `right` of `count` examples. It stays in 0..1 and has a width even for one example or where all are right.
 * Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (1927); Brown, Cai and DasGupta, "Interval Estimation for a Binomial
 * Proportion" (2001), equation 4.
 * @throws GraftError `invalid-data` when `count` is not a whole number >= 1 or `right` not one in 0..count; `invalid-argument` when `level` is not in (0, 1).
 */
export function wilsonInterval(right: number, count: number, level = 0.95): Interval {
  if (!Number.isInteger(count) || count < 1) fail('invalid-data', `An interval needs at least one example; \`count\` is ${count}.`);
  if (!Number.isInteger(right) || right < 0 || right > count) fail('invalid-data', `\`right\` (=${right}) must be a whole number in 0..${count}.`);
  const z = deviationsOf(level);
  const share = right / count;
  const centre = (right + (z * z) / 2) / (count + z * z);
  const half = (z * Math.sqrt(count) * Math.sqrt(share * (1 - share) + (z * z) / (4 * count))) / (count + z * z);
  return { estimate: share, low: right === 0 ? 0 : centre - half, high: right === count ? 1 : centre + half, level };
}

/**
 * Standard deviations on each side of the mean that hold the share `level` of a normal distribution: 1.96 for 0.95.
 * @throws GraftError `invalid-argument` when `level` is not in (0, 1).
 */
export function deviationsOf(level: number): number {
  if (!(level > 0 && level < 1)) fail('invalid-argument', `\`level\` (=${level}) must lie between 0 and 1, such as 0.95.`);
  return normalQuantile((1 + level) / 2);
}
