// Predicted amounts beside what they are, as sections take them: checked here. Called by the sections of predicted values and of residuals.
import { fail } from '../core/errors.ts';

/** What is true and what is predicted of the same examples, in one unit. */
export interface PredictedTarget {
  readonly name: string;
  readonly truth: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
}

/**
 * Predicted less true values.
 * @param section its title, to begin an error with.
 * @throws GraftError `invalid-shape` when there is another number of predictions than of true values; `invalid-data` when one is not finite.
 */
export function errorsOf(section: string, { name, truth, predicted }: PredictedTarget): Float64Array {
  const place = `Section \`${section}\`: \`${name}\``;
  if (truth.length !== predicted.length)
    fail('invalid-shape', `${place} has ${truth.length} true values but ${predicted.length} predictions; give one for each.`);
  return Float64Array.from(truth, (value, i) => {
    const error = (predicted[i] as number) - value;
    return Number.isFinite(error)
      ? error
      : fail('invalid-data', `${place} is ${value} in example ${i}, predicted ${predicted[i]}; both must be finite.`);
  });
}
