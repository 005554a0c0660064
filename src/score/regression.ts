// How good predicted values are: targets and predictions, one number for each example, come in; numbers leave. Called by evaluation and reports.
import { fail } from '../core/errors.ts';
import { requirePairs } from './checks.ts';
import { summarise } from './summary.ts';

/**
 * `mean (y - p)^2`.
 * @throws GraftError `invalid-shape` when the lengths differ, `invalid-data` when there are none, `not-finite` when a difference is not finite.
 */
export function meanSquaredError(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  return summarise(differences(targets, predictions).map((difference) => difference ** 2)).mean;
}

/** `mean |y - p|`, with the same conditions as {@link meanSquaredError}. */
export function meanAbsoluteError(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  return summarise(differences(targets, predictions).map(Math.abs)).mean;
}

/**
 * `1 - sum (y - p)^2 / sum (y - mean y)^2`: 1 is perfect, 0 no better than always predicting the mean.
 * @throws GraftError `invalid-data` when all targets are equal, which leaves nothing to explain.
 */
export function rSquared(targets: ArrayLike<number>, predictions: ArrayLike<number>): number {
  const error = meanSquaredError(targets, predictions);
  const { mean } = summarise(targets);
  const spread = summarise(Float64Array.from(targets, (target) => (target - mean) ** 2)).mean;
  if (spread === 0) fail('invalid-data', `R2 is undefined: all ${targets.length} targets equal ${targets[0]}.`);
  return 1 - error / spread;
}

function differences(targets: ArrayLike<number>, predictions: ArrayLike<number>): Float64Array {
  requirePairs(targets, predictions, 'predictions');
  return Float64Array.from(targets, (target, i) => {
    const difference = target - (predictions[i] as number);
    if (Number.isFinite(difference)) return difference;
    return fail('not-finite', `Example ${i} has target ${target} and prediction ${predictions[i]}; both must be finite.`);
  });
}
