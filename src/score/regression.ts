// How good predicted values are: targets and predictions, one or more numbers for each example, come in; numbers leave. Called by evaluation and reports.
import { fail } from '../core/errors.ts';
import { requirePairs, rowsOf } from './checks.ts';
import { summarise } from './summary.ts';

/** How well one output is predicted. */
export interface RegressionScore {
  /** In the unit of the targets. */
  readonly meanAbsoluteError: number;
  /** In the unit of the targets; not moved by a few wild predictions. */
  readonly medianAbsoluteError: number;
  /** In the unit of the targets. */
  readonly rootMeanSquaredError: number;
  /** 1 is perfect, 0 no better than always predicting the mean; NaN where all targets are equal. */
  readonly rSquared: number;
}

/**
 * The {@link RegressionScore} of each output.
 * @param targets `[N, outputs]`; `predictions` likewise.
 * @throws GraftError `invalid-shape` when the lengths differ or are not whole rows, `invalid-data` when there are none, `not-finite` when a value is not finite.
 */
export function regressionScores(targets: ArrayLike<number>, predictions: ArrayLike<number>, outputs = 1): RegressionScore[] {
  return columns(targets, predictions, outputs).map((column) => ({
    meanAbsoluteError: absolute(column),
    medianAbsoluteError: medianAbsolute(column),
    rootMeanSquaredError: Math.sqrt(squared(column)),
    rSquared: explained(column),
  }));
}

/**
 * `mean (y - p)^2`, the mean over the outputs of `[N, outputs]`.
 * @throws GraftError as {@link regressionScores}.
 */
export function meanSquaredError(targets: ArrayLike<number>, predictions: ArrayLike<number>, outputs = 1): number {
  return meanOver(columns(targets, predictions, outputs), squared);
}

/** `sqrt(mean (y - p)^2)`, the mean over the outputs of `[N, outputs]`, with the same conditions as {@link meanSquaredError}. */
export function rootMeanSquaredError(targets: ArrayLike<number>, predictions: ArrayLike<number>, outputs = 1): number {
  return meanOver(columns(targets, predictions, outputs), (column) => Math.sqrt(squared(column)));
}

/** `mean |y - p|`, the mean over the outputs of `[N, outputs]`, with the same conditions as {@link meanSquaredError}. */
export function meanAbsoluteError(targets: ArrayLike<number>, predictions: ArrayLike<number>, outputs = 1): number {
  return meanOver(columns(targets, predictions, outputs), absolute);
}

/** `median |y - p|`, the mean over the outputs of `[N, outputs]`, with the same conditions as {@link meanSquaredError}. */
export function medianAbsoluteError(targets: ArrayLike<number>, predictions: ArrayLike<number>, outputs = 1): number {
  return meanOver(columns(targets, predictions, outputs), medianAbsolute);
}

/**
 * `1 - sum (y - p)^2 / sum (y - mean y)^2`, the mean over the outputs of `[N, outputs]`: 1 is perfect, 0 no better than always predicting the mean.
 * @throws GraftError `invalid-data` when all targets of an output are equal, which leaves nothing to explain; otherwise as {@link meanSquaredError}.
 */
export function rSquared(targets: ArrayLike<number>, predictions: ArrayLike<number>, outputs = 1): number {
  return meanOver(columns(targets, predictions, outputs), (column) => {
    const score = explained(column);
    if (Number.isNaN(score)) fail('invalid-data', `R2 is undefined: all ${column.targets.length} targets equal ${column.targets[0]}.`);
    return score;
  });
}

/** One output of all examples. */
interface Column {
  readonly targets: Float64Array;
  readonly differences: Float64Array;
}

function columns(targets: ArrayLike<number>, predictions: ArrayLike<number>, outputs: number): Column[] {
  requirePairs(targets, predictions, 'predictions');
  const rows = rowsOf(targets, outputs, 'outputs');
  return Array.from({ length: outputs }, (_, d) => {
    const own = Float64Array.from({ length: rows }, (_, row) => targets[row * outputs + d] as number);
    const differences = own.map((target, row) => {
      const prediction = predictions[row * outputs + d] as number;
      if (Number.isFinite(target - prediction)) return target - prediction;
      return fail('not-finite', `Example ${row} has target ${target} and prediction ${prediction}; both must be finite.`);
    });
    return { targets: own, differences };
  });
}

function meanOver(list: readonly Column[], score: (column: Column) => number): number {
  return summarise(list.map(score)).mean;
}

function squared({ differences }: Column): number {
  return summarise(differences.map((difference) => difference ** 2)).mean;
}

function absolute({ differences }: Column): number {
  return summarise(differences.map(Math.abs)).mean;
}

function medianAbsolute({ differences }: Column): number {
  const sorted = differences.map(Math.abs).sort();
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
}

function explained(column: Column): number {
  const { targets } = column;
  if (targets.every((target) => target === targets[0])) return Number.NaN;
  const { mean } = summarise(targets);
  return 1 - squared(column) / summarise(targets.map((target) => (target - mean) ** 2)).mean;
}
