// How well one number tells two kinds apart, whatever the threshold: labels 0 and 1 and scores come in, numbers leave. Called by evaluation of binary and
// multi-label models, and for scores of unknown inputs.
import { fail } from '../core/errors.ts';
import { classAt, requirePairs } from './checks.ts';

/**
 * Area under the ROC curve: the probability that an example of class 1 has a higher score than one of class 0, where equal scores count half.
 * Hanley and McNeil, "The Meaning and Use of the Area under a Receiver Operating Characteristic (ROC) Curve" (Radiology, 1982).
 * @param labels `[N]` of 0 and 1.
 * @param scores `[N]`, higher for class 1.
 * @throws GraftError `invalid-data` for another label or when one class has no examples, `not-finite` when a score is NaN, `invalid-shape` when the lengths differ.
 */
export function auroc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const { positives, negatives } = sortedByClass(labels, scores);
  for (const [label, list] of [negatives, positives].entries()) {
    if (list.length === 0) fail('invalid-data', `AUROC compares classes 0 and 1, but no example has label ${label}.`);
  }
  let [below, equalOrBelow, wins] = [0, 0, 0];
  for (const score of positives) {
    while (below < negatives.length && (negatives[below] as number) < score) below++;
    while (equalOrBelow < negatives.length && (negatives[equalOrBelow] as number) <= score) equalOrBelow++;
    wins += (below + equalOrBelow) / 2;
  }
  return wins / (positives.length * negatives.length);
}

/**
 * Average precision, `sum_n (R_n - R_(n-1)) P_n` over the distinct scores from the highest down, with the precision P_n and the recall R_n of all examples
 * with at least that score: the area under the precision-recall curve without interpolation, which would flatter (Davis and Goadrich, "The Relationship
 * Between Precision-Recall and ROC Curves", ICML 2006).
 * @param labels `[N]` of 0 and 1.
 * @param scores `[N]`, higher for class 1.
 * @throws GraftError `invalid-data` for another label or when none is 1, `not-finite` when a score is NaN, `invalid-shape` when the lengths differ.
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const { positives, negatives } = sortedByClass(labels, scores);
  if (positives.length === 0) fail('invalid-data', 'Average precision ranks the examples of class 1, but no example has label 1.');
  let [found, mistaken, sum] = [0, 0, 0];
  while (found < positives.length) {
    const score = positives[positives.length - 1 - found] as number;
    const before = found;
    while (found < positives.length && (positives[positives.length - 1 - found] as number) >= score) found++;
    while (mistaken < negatives.length && (negatives[negatives.length - 1 - mistaken] as number) >= score) mistaken++;
    sum += ((found - before) * found) / (found + mistaken);
  }
  return sum / positives.length;
}

/** The scores of each class in ascending order. */
function sortedByClass(labels: ArrayLike<number>, scores: ArrayLike<number>): { positives: Float64Array; negatives: Float64Array } {
  requirePairs(labels, scores, 'scores');
  const lists: [number[], number[]] = [[], []];
  for (let i = 0; i < labels.length; i++) {
    const score = scores[i] as number;
    if (Number.isNaN(score)) fail('not-finite', `The score of example ${i} is NaN; the model has diverged or its input is damaged.`);
    lists[classAt(labels, i, 2, 'Label') as 0 | 1].push(score);
  }
  const [negatives, positives] = lists;
  return { positives: Float64Array.from(positives).sort(), negatives: Float64Array.from(negatives).sort() };
}
