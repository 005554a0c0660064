// How good predicted amounts are: amounts and targets in the unit of each in, errors with their intervals out. Called by the verdict and by evaluation.
import { type BootstrapOptions, bootstrap, bootstrapMean, type Statistic } from '../score/bootstrap.ts';
import type { Interval } from '../score/interval.ts';
import { type RegressionScore, regressionScores } from '../score/regression.ts';

/** What only regressions have. */
export interface RegressionVerdict {
  /** In the unit of each, `[N, targets]`, as they stand in the file. */
  readonly targets: Float64Array;
  readonly predictions: Float64Array;
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

/**
 * @param predictions `[N, targets]`; `targets` likewise; `means` of the training part, one for each target.
 * @param groups of the examples, where they come in groups.
 */
export function regressionVerdict(
  predictions: Float64Array,
  targets: Float64Array,
  means: readonly number[],
  groups?: BootstrapOptions['groups'],
): RegressionVerdict {
  const width = means.length;
  const each = regressionScores(targets, predictions, width).map((score, c): TargetVerdict => {
    const own = targets.filter((_, i) => i % width === c);
    const guesses = predictions.filter((_, i) => i % width === c);
    return {
      ...score,
      error: bootstrapMean(
        own.map((value, i) => Math.abs(value - (guesses[i] as number))),
        { groups },
      ),
      errorOfMean: own.reduce((sum, value) => sum + Math.abs(value - (means[c] as number)), 0) / own.length,
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
 * @param errors the mean squared error of each example; `labels` `[N, targets]` in units of their deviation, so that all count alike.
 */
export function explainedInterval(errors: Float64Array, labels: ArrayLike<number>, groups?: BootstrapOptions['groups']): Interval {
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
  return bootstrap(statistic, errors.length, { groups });
}
