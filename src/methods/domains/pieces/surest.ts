// The rows that a prediction is surest of, equally large a share of each class. Called by self-training in its forms.
import { argmaxRows } from '../../../score/metrics.ts';

/** Of the rows predicted to be of a class, the share that the prediction is surest of; at least one of each class that is predicted at all. */
export function surest(probabilities: Float64Array, classes: number, share: number): { readonly rows: Int32Array; readonly labels: Int32Array } {
  const predicted = argmaxRows(probabilities, classes);
  const rows: number[] = [];
  for (let c = 0; c < classes; c++) {
    const own = Array.from(predicted.keys()).filter((row) => predicted[row] === c);
    own.sort((a, b) => (probabilities[b * classes + c] as number) - (probabilities[a * classes + c] as number) || a - b);
    rows.push(...own.slice(0, Math.ceil(share * own.length)));
  }
  return { rows: Int32Array.from(rows), labels: Int32Array.from(rows, (row) => predicted[row] as number) };
}
