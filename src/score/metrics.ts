// How good predicted classes are: labels and predictions come in, numbers leave. Called by evaluation, strategies and reports.
import { fail } from '../core/errors.ts';
import { classAt, requirePairs, rowsOf } from './checks.ts';
import { summarise } from './summary.ts';

/** How one class fares against all others. A ratio whose denominator is 0 counts as 0. */
export interface ClassScore {
  /** Share of the predictions of this class that are right. */
  readonly precision: number;
  /** Share of the examples of this class that are found. */
  readonly recall: number;
  /** `2 * precision * recall / (precision + recall)`. */
  readonly f1: number;
  /** Examples of this class. */
  readonly support: number;
  /** Predictions of this class. */
  readonly predicted: number;
}

/**
 * The class with the highest score in each row of `[N, classes]`; the lowest index among equals.
 * @throws GraftError `not-finite` when a score is NaN, `invalid-shape` when the scores are not whole rows.
 */
export function argmaxRows(scores: ArrayLike<number>, classes: number): Int32Array {
  const best = new Int32Array(rowsOf(scores, classes));
  for (let row = 0; row < best.length; row++) {
    for (let c = 0; c < classes; c++) {
      const score = scoreAt(scores, row, c, classes);
      if (score > (scores[row * classes + (best[row] as number)] as number)) best[row] = c;
    }
  }
  return best;
}

/**
 * Share of predictions that equal their label.
 * @throws GraftError `invalid-shape` when the lengths differ, `invalid-data` when there are none.
 */
export function accuracy(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  requirePairs(labels, predictions, 'predictions');
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === predictions[i]) right++;
  return right / labels.length;
}

/**
 * Share of examples whose label is among the `k` highest scores of its row in `[N, classes]`; among equal scores the lower class stands first.
 * @throws GraftError `invalid-argument` when `k` is not in 1..classes.
 */
export function topKAccuracy(labels: ArrayLike<number>, scores: ArrayLike<number>, classes: number, k: number): number {
  if (!Number.isInteger(k) || k < 1 || k > classes) fail('invalid-argument', `\`k\` (=${k}) must be a whole number in 1..${classes}.`);
  requirePairs(labels, { length: rowsOf(scores, classes) }, 'rows of scores');
  let found = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = classAt(labels, row, classes, 'Label');
    const own = scores[row * classes + label] as number;
    let ahead = 0;
    for (let c = 0; c < classes; c++) {
      const score = scoreAt(scores, row, c, classes);
      if (score > own || (score === own && c < label)) ahead++;
    }
    if (ahead < k) found++;
  }
  return found / labels.length;
}

/**
 * Counts `[classes, classes]`, row-major: row = label, column = prediction.
 * @throws GraftError `invalid-data` when a label or prediction is outside 0..classes-1.
 */
export function confusionMatrix(labels: ArrayLike<number>, predictions: ArrayLike<number>, classes: number): Int32Array {
  requirePairs(labels, predictions, 'predictions');
  const counts = new Int32Array(classes * classes);
  for (let i = 0; i < labels.length; i++) {
    const cell = classAt(labels, i, classes, 'Label') * classes + classAt(predictions, i, classes, 'Prediction');
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
}

/** The {@link ClassScore} of each class, from a {@link confusionMatrix}. */
export function classScores(confusion: Int32Array): ClassScore[] {
  const classes = Math.sqrt(confusion.length);
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return Array.from({ length: classes }, (_, c) => {
    const right = confusion[c * classes + c] as number;
    let [support, predicted] = [0, 0];
    for (let other = 0; other < classes; other++) {
      support += confusion[c * classes + other] as number;
      predicted += confusion[other * classes + c] as number;
    }
    const [precision, recall, f1] = [ratio(right, predicted), ratio(right, support), ratio(2 * right, support + predicted)];
    return { precision, recall, f1, support, predicted };
  });
}

/** Mean F1 over the classes that occur as a label or as a prediction. */
export function macroF1(scores: readonly ClassScore[]): number {
  return summarise(scores.filter(({ support, predicted }) => support + predicted > 0).map(({ f1 }) => f1)).mean;
}

/** Mean recall over the classes that occur as a label: what {@link accuracy} would be if all had the same number of examples. */
export function balancedAccuracy(scores: readonly ClassScore[]): number {
  return summarise(scores.filter(({ support }) => support > 0).map(({ recall }) => recall)).mean;
}

function scoreAt(scores: ArrayLike<number>, row: number, c: number, classes: number): number {
  const score = scores[row * classes + c] as number;
  if (!Number.isNaN(score)) return score;
  return fail('not-finite', `The score of example ${row} for class ${c} is NaN; the model has diverged or its input is damaged.`);
}
