// What the metrics ask of their arguments: lists of one length, whole rows, labels that are classes, rows that are probabilities, finite numbers.
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
 * Number of rows in `[N, width]`.
 * @param columns what a row holds, in the plural.
 * @throws GraftError `invalid-shape` when the values are not whole rows.
 */
export function rowsOf(values: { readonly length: number }, width: number, columns = 'classes'): number {
  const rows = values.length / width;
  return Number.isInteger(rows) ? rows : fail('invalid-shape', `${values.length} values are not whole rows of ${width} ${columns}.`);
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

/**
 * Makes sure that all values of `[N, width]` are finite.
 * @throws GraftError `not-finite` naming the example.
 */
export function requireFinite(values: ArrayLike<number>, width: number, what: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    const row = Math.floor(i / width);
    fail('not-finite', `A ${what} of example ${row} is ${values[i]}; the model has diverged or its input is damaged.`);
  }
}

/** Rounding in float32 leaves sums a little off 1; logits passed by mistake are far off. */
const SUM_TOLERANCE = 1e-3;

/**
 * Makes sure that each row of `[N, classes]` holds probabilities, one row for each label.
 * @throws GraftError `invalid-data` when a row does not, `invalid-shape` when the numbers of rows and labels differ.
 */
export function requireProbabilities(labels: ArrayLike<number>, probabilities: ArrayLike<number>, classes: number): void {
  const rows = rowsOf(probabilities, classes);
  requirePairs(labels, { length: rows }, 'rows of probabilities');
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const p = probabilities[row * classes + c] as number;
      if (!(p >= 0 && p <= 1 + SUM_TOLERANCE)) {
        fail(
          'invalid-data',
          `Probability ${p} of example ${row} for class ${c} is outside 0..1; turn logits into probabilities with \`softmaxRows\`.`,
        );
      }
      sum += p;
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      fail('invalid-data', `The probabilities of example ${row} sum to ${sum}, not to 1; turn logits into probabilities with \`softmaxRows\`.`);
    }
  }
}
