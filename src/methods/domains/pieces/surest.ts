// The rows that a prediction is surest of, a share of each class. Called by self-training in its forms.
import { classCounts } from '../../../score/label-balance.ts';
import { argmaxRows } from '../../../score/metrics.ts';

/** Whose frequencies the classes of the rows that are taken have. */
export const balanceRecord = {
  default: 'predicted',
  values: ['predicted', 'source'],
  help: 'Whose frequencies of the classes the rows that are taken have: those of the predictions, or those of the source.',
} as const;

/** Rows, and the class that each takes. */
export interface Taken {
  readonly rows: Int32Array;
  readonly labels: Int32Array;
}

/** Of the rows predicted to be of a class, the share that the prediction is surest of; at least one of each class that is predicted at all. */
export function surest(probabilities: Float64Array, classes: number, share: number): Taken {
  const predicted = argmaxRows(probabilities, classes);
  const rows: number[] = [];
  for (let c = 0; c < classes; c++) {
    const own = Array.from(predicted.keys()).filter((row) => predicted[row] === c);
    own.sort((a, b) => (probabilities[b * classes + c] as number) - (probabilities[a * classes + c] as number) || a - b);
    rows.push(...own.slice(0, Math.ceil(share * own.length)));
  }
  return { rows: Int32Array.from(rows), labels: Int32Array.from(rows, (row) => predicted[row] as number) };
}

/**
 * A share of all rows, the classes as frequent among them as given: a class takes rows down to a probability of its own, and of several classes that would
 * take a row the one has it whose least probability it exceeds most (Zou et al. 2018, arXiv:1810.07911, equations 5 and 6).
 * @param frequencies of the classes; they sum to 1.
 */
export function surestAs(probabilities: Float64Array, frequencies: readonly number[], share: number): Taken {
  const classes = frequencies.length;
  const count = probabilities.length / classes;
  const least = frequencies.map((frequency, c) => {
    const own = Float64Array.from({ length: count }, (_, row) => probabilities[row * classes + c] as number)
      .sort()
      .reverse();
    return own[Math.ceil(share * frequency * count) - 1] ?? Number.POSITIVE_INFINITY;
  });
  const [rows, labels]: [number[], number[]] = [[], []];
  for (let row = 0; row < count; row++) {
    let [best, label] = [0, -1];
    for (const [c, bound] of least.entries()) {
      const excess = (probabilities[row * classes + c] as number) / bound;
      if (excess >= 1 && excess > best) [best, label] = [excess, c];
    }
    if (label < 0) continue;
    rows.push(row);
    labels.push(label);
  }
  return { rows: Int32Array.from(rows), labels: Int32Array.from(labels) };
}

/** How a method takes rows, by its option and the source's labels. */
export function taking(balance: 'predicted' | 'source', labels: Int32Array, classes: number): (probabilities: Float64Array, share: number) => Taken {
  if (balance === 'predicted') return (probabilities, share) => surest(probabilities, classes, share);
  const frequencies = Array.from(classCounts(labels, classes), (count) => count / labels.length);
  return (probabilities, share) => surestAs(probabilities, frequencies, share);
}
