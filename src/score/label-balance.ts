// How many examples each class has: labels come in, counts, the yardstick of the largest class and weights against imbalance leave.
// Called by reports, and by training where classes are weighted.
import { fail } from '../core/errors.ts';
import { classAt } from './checks.ts';

/**
 * Examples of each class.
 * @returns `[classes]`.
 * @throws GraftError `invalid-data` when a label is not a class.
 */
export function classCounts(labels: ArrayLike<number>, classes: number): Int32Array {
  const counts = new Int32Array(classes);
  for (let i = 0; i < labels.length; i++) {
    const label = classAt(labels, i, classes, 'Label');
    counts[label] = (counts[label] as number) + 1;
  }
  return counts;
}

/**
 * The class with the most examples, the lowest among equals, and its share: the accuracy of always answering it.
 * @throws GraftError `invalid-data` for no labels, or when one is not a class.
 */
export function majorityClass(labels: ArrayLike<number>, classes: number): { readonly label: number; readonly share: number } {
  if (labels.length === 0) fail('invalid-data', 'There is no largest class: the labels are empty.');
  const counts = classCounts(labels, classes);
  const most = counts.reduce((highest, count) => Math.max(highest, count), 0);
  return { label: counts.indexOf(most), share: most / labels.length };
}

/**
 * Weights that give each class which occurs the same say: `N / (classes that occur * examples of the class)`, so that the mean over examples is 1;
 * 0 for a class without examples. King and Zeng, "Logistic Regression in Rare Events Data" (2001), section 4.2.
 * @returns `[classes]`.
 * @throws GraftError `invalid-data` when a label is not a class.
 */
export function classWeights(labels: ArrayLike<number>, classes: number): Float64Array {
  const counts = classCounts(labels, classes);
  const occurring = counts.filter((count) => count > 0).length;
  return Float64Array.from(counts, (count) => (count === 0 ? 0 : labels.length / (occurring * count)));
}
