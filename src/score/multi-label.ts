// How good predictions are where an example may have several labels, or none: `[N, labels]` of 0 and 1, and scores, come in; numbers leave.
// Called by evaluation and reports; the thresholds are chosen after training.
import { fail } from '../core/errors.ts';
import { averagePrecision } from './binary-score.ts';
import { classAt, requirePairs, rowsOf } from './checks.ts';
import { type ClassScore, macroF1 } from './metrics.ts';

/** How whole examples and single labels fare. */
export interface MultiLabelScores {
  /** Precision, recall and F1 of each label. */
  readonly labels: readonly ClassScore[];
  /** F1 of all decisions together, `2 right / (true + predicted)`, in which frequent labels count most; 0 where there is none of either. */
  readonly microF1: number;
  /** Mean F1 over the labels that some example has or is predicted to have; NaN where there is none. */
  readonly macroF1: number;
  /** Share of the examples of which every label is right. */
  readonly subsetAccuracy: number;
}

/**
 * The {@link MultiLabelScores} of predictions. Zhang and Zhou, "A Review on Multi-Label Learning Algorithms" (2014), section 2.2.2.
 * @param truth `[N, labels]` of 0 and 1; `predicted` likewise, see {@link applyThresholds}.
 * @throws GraftError `invalid-shape` when the lengths differ or are not whole rows, `invalid-data` for another number than 0 or 1, or no examples.
 */
export function multiLabelScores(truth: ArrayLike<number>, predicted: ArrayLike<number>, labels: number): MultiLabelScores {
  requirePairs(truth, predicted, 'predictions');
  const rows = rowsOf(truth, labels, 'labels');
  const counts = Array.from({ length: labels }, () => ({ right: 0, support: 0, predicted: 0 }));
  let wholly = 0;
  for (let row = 0; row < rows; row++) {
    let same = true;
    for (const [label, count] of counts.entries()) {
      const [own, guess] = [classAt(truth, row * labels + label, 2, 'Label'), classAt(predicted, row * labels + label, 2, 'Prediction')];
      count.right += own * guess;
      count.support += own;
      count.predicted += guess;
      same &&= own === guess;
    }
    if (same) wholly++;
  }
  const all = counts.reduce((sum, count) => ({
    right: sum.right + count.right,
    support: sum.support + count.support,
    predicted: sum.predicted + count.predicted,
  }));
  const scores = counts.map(scoreOf);
  const seen = scores.some(({ support, predicted: guesses }) => support + guesses > 0);
  return { labels: scores, microF1: scoreOf(all).f1, macroF1: seen ? macroF1(scores) : Number.NaN, subsetAccuracy: wholly / rows };
}

/**
 * Mean of the average precision of each label that some example has: how well the scores rank examples, whatever the thresholds.
 * @param truth `[N, labels]` of 0 and 1.
 * @param scores `[N, labels]`, higher where the label is more likely.
 * @throws GraftError as {@link multiLabelScores}; `invalid-data` when no example has a label, `not-finite` when a score is NaN.
 */
export function meanAveragePrecision(truth: ArrayLike<number>, scores: ArrayLike<number>, labels: number): number {
  requirePairs(truth, scores, 'scores');
  const used = columnsOf(truth, labels)
    .map((own, label) => ({ own, scores: columnOf(scores, labels, label) }))
    .filter(({ own }) => own.includes(1));
  if (used.length === 0) fail('invalid-data', 'Mean average precision ranks the examples with each label, but no example has any.');
  return used.reduce((sum, { own, scores: ranked }) => sum + averagePrecision(own, ranked), 0) / used.length;
}

/**
 * For each label, the threshold with the highest F1 on validation examples: halfway between two neighbouring scores. A label keeps `fallback` where no
 * threshold is better, and where no example has it. Lipton, Elkan and Naryanaswamy, "Optimal Thresholding of Classifiers to Maximize F1 Measure" (ECML 2014),
 * who warn that the threshold of a rare label is a guess.
 * @param truth `[N, labels]` of 0 and 1.
 * @param scores `[N, labels]`, probabilities unless `fallback` says otherwise.
 * @param fallback default 0.5.
 * @returns `[labels]`, for {@link applyThresholds}.
 * @throws GraftError as {@link multiLabelScores}; `not-finite` when a score is NaN.
 */
export function chooseThresholds(truth: ArrayLike<number>, scores: ArrayLike<number>, labels: number, fallback = 0.5): Float64Array {
  requirePairs(truth, scores, 'scores');
  const thresholds = columnsOf(truth, labels).map((own, label) => bestThreshold(own, columnOf(scores, labels, label), fallback));
  return Float64Array.from(thresholds);
}

/**
 * 1 where a score is at least its label's threshold, else 0.
 * @param scores `[N, labels]`.
 * @param thresholds `[labels]`.
 * @returns `[N, labels]`.
 * @throws GraftError `invalid-shape` when the scores are not whole rows, `not-finite` when one is NaN.
 */
export function applyThresholds(scores: ArrayLike<number>, thresholds: ArrayLike<number>): Uint8Array {
  const labels = thresholds.length;
  rowsOf(scores, labels, 'labels');
  return Uint8Array.from(scores, (score, i) => {
    requireNumber(score, Math.floor(i / labels));
    return score >= (thresholds[i % labels] as number) ? 1 : 0;
  });
}

/** Goes through the examples from the highest score down, each distinct score a threshold. */
function bestThreshold(own: Float64Array, scores: Float64Array, fallback: number): number {
  scores.forEach(requireNumber);
  const all = own.reduce((sum, value) => sum + value, 0);
  const order = Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const f1 = (right: number, predicted: number) => (right === 0 ? 0 : (2 * right) / (all + predicted));
  const kept = order.filter((i) => (scores[i] as number) >= fallback);
  let best = { f1: f1(kept.filter((i) => own[i] === 1).length, kept.length), threshold: fallback };
  let right = 0;
  for (const [place, i] of order.entries()) {
    right += own[i] as number;
    const score = scores[i] as number;
    const next = order[place + 1];
    const below = next === undefined ? score : (scores[next] as number);
    if (next !== undefined && below === score) continue;
    const reached = f1(right, place + 1);
    if (reached > best.f1) best = { f1: reached, threshold: between(below, score) };
  }
  return best.threshold;
}

/** Halfway, but above `below` even where rounding leaves nothing between, or one of them is infinite. */
function between(below: number, score: number): number {
  const middle = (below + score) / 2;
  return middle > below && middle <= score ? middle : score;
}

function columnsOf(truth: ArrayLike<number>, labels: number): Float64Array[] {
  const rows = rowsOf(truth, labels, 'labels');
  return Array.from({ length: labels }, (_, label) =>
    Float64Array.from({ length: rows }, (_row, row) => classAt(truth, row * labels + label, 2, 'Label')),
  );
}

function columnOf(values: ArrayLike<number>, labels: number, label: number): Float64Array {
  return Float64Array.from({ length: values.length / labels }, (_, row) => values[row * labels + label] as number);
}

function scoreOf({ right, support, predicted }: { right: number; support: number; predicted: number }): ClassScore {
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return { precision: ratio(right, predicted), recall: ratio(right, support), f1: ratio(2 * right, support + predicted), support, predicted };
}

function requireNumber(score: number, row: number): void {
  if (Number.isNaN(score)) fail('not-finite', `A score of example ${row} is NaN; the model has diverged or its input is damaged.`);
}
