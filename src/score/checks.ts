// What the metrics ask of their arguments: lists of one length, whole rows, labels that are classes, rows that are probabilities.
import { fail } from '../core/errors.ts';

/**
 * Makes sure that there is one `what` for each label, and at least one.
 * @throws GraftError `invalid-data` when there are no labels, `invalid-shape` when the numbers differ.
 */
export function requirePairs(labels: ArrayLike<number>, others: { readonly length: number }, what: string): void {
  if (labels.length === 0) fail('invalid-data', 'There is nothing to score: the labels are empty.');
  if (labels.length !== others.length)
    fail('invalid-shape', `There are ${labels.length} labels but ${others.length} ${what}; give one for each label.`);
}

/**
 * Number of rows in `[N, classes]`.
 * @throws GraftError `invalid-shape` when the values are not whole rows.
 */
export function rowsOf(values: ArrayLike<number>, classes: number): number {
  const rows = values.length / classes;
  return Number.isInteger(rows) ? rows : fail('invalid-shape', `${values.length} values are not whole rows of ${classes} classes.`);
}

/**
 * The class at position `i`.
 * @throws GraftError `invalid-data` when it is not a whole number in 0..classes-1.
 */
export function classAt(list: ArrayLike<number>, i: number, classes: number, what: 'Label' | 'Prediction'): number {
  const label = list[i] as number;
  if (Number.isInteger(label) && label >= 0 && label < classes) return label;
  return fail('invalid-data', `${what} ${label} of example ${i} is outside 0..${classes - 1}, the range for ${classes} classes.`);
}
