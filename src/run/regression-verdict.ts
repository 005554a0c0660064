// How good predicted amounts are: scores and targets in units of their deviation in, values in the unit of each target and intervals out. Called by the verdict.

import type { Scale } from '../plan/target-scale.ts';
import { bootstrap, bootstrapMean, type Statistic } from '../score/bootstrap.ts';
import type { Interval } from '../score/interval.ts';
import { type RegressionScore, regressionScores } from '../score/regression.ts';

/** What only regressions have. */
export interface RegressionVerdict {
  /** In the unit of each, `[N, targets]`. */
  readonly targets: Float32Array;
  readonly predictions: Float32Array;
  /** Of each target. */
  readonly each: readonly TargetVerdict[];
}

/** How well one target is predicted. */
export interface TargetVerdict extends RegressionScore {
  /** The mean absolute error. */
  readonly error: Interval;
  /** The mean absolute error of always predicting the mean of the training part. */
  readonly errorOfMean: number;
}

/** @param scores `[N, targets]`; `labels` likewise. */
export function regressionVerdict(scores: Float32Array, labels: Float32Array, { factor, offset }: Scale): RegressionVerdict {
  const width = factor.length;
  const back = (values: Float32Array) => values.map((value, i) => value * (factor[i % width] as number) + (offset[i % width] as number));
  const [targets, predictions] = [back(labels), back(scores)];
  const each = regressionScores(targets, predictions, width).map((score, c): TargetVerdict => {
    const own = targets.filter((_, i) => i % width === c);
    const guesses = predictions.filter((_, i) => i % width === c);
    return {
      ...score,
      error: bootstrapMean(own.map((value, i) => Math.abs(value - (guesses[i] as number)))),
      errorOfMean: own.reduce((sum, value) => sum + Math.abs(value - (offset[c] as number)), 0) / own.length,
    };
  });
  return { targets, predictions, each };
}

/** Errors in the unit of each target: of several, whose units differ, one by one. @param explained R2 over all targets alike. */
export function regressionMetrics(explained: number, names: readonly string[], each: readonly RegressionScore[]): Record<string, number> {
  const of = (c: number) => (names.length === 1 ? '' : ` of ${names[c]}`);
  const own = each.flatMap((one, c) => [
    ...(names.length === 1 ? [] : [[`R2${of(c)}`, one.rSquared] as const]),
    [`mean absolute error${of(c)}`, one.meanAbsoluteError] as const,
    [`root mean squared error${of(c)}`, one.rootMeanSquaredError] as const,
  ]);
  // Of targets that all are equal nothing is to be explained.
  return Object.fromEntries([['R2', explained] as const, ...own].filter(([, value]) => !Number.isNaN(value)));
}

/**
 * R2 over all targets alike, with its interval: each resample has a variance of its own.
 * @param errors the mean squared error of each example; `labels` `[N, targets]`.
 */
export function explainedInterval(errors: Float64Array, labels: Float32Array): Interval {
  const width = labels.length / errors.length;
  const statistic: Statistic = (rows) => {
    const sums = new Float64Array(width);
    let [error, squares] = [0, 0];
    for (const row of rows) {
      error += errors[row] as number;
      for (let c = 0; c < width; c++) {
        const label = labels[row * width + c] as number;
        sums[c] = (sums[c] as number) + label;
        squares += label * label;
      }
    }
    const spread = squares - sums.reduce((sum, one) => sum + (one * one) / rows.length, 0);
    // A resample of one example only has nothing to explain.
    if (spread <= 1e-12 * squares) return error === 0 ? 1 : 0;
    return 1 - (error * width) / spread;
  };
  return bootstrap(statistic, errors.length);
}
