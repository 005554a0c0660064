// How good a model is where an example may have several labels: scores and labels in, probabilities, decisions and numbers out. Called by the verdict.
import { averagePrecision } from '../score/binary-score.ts';
import { type BootstrapOptions, bootstrapMean } from '../score/bootstrap.ts';
import type { Interval } from '../score/interval.ts';
import { type MultiLabelScores, meanAveragePrecision, multiLabelScores } from '../score/multi-label.ts';

/** What only tasks with several labels have. */
export interface LabelVerdict {
  /** 0 and 1, `[N, labels]`. */
  readonly truth: Float32Array;
  /** `[N, labels]`. */
  readonly probabilities: Float64Array;
  /** 1 where a probability is above one half, `[N, labels]`. */
  readonly predicted: Uint8Array;
  readonly scores: MultiLabelScores;
  /** Of each label; nothing where no example has it. */
  readonly averagePrecision: readonly (number | undefined)[];
  /** Share of the examples of which every label is right. */
  readonly whole: Interval;
  /** The share of examples without any label: what gives none has those right. */
  readonly without: number;
}

/** @param scores `[N, labels]`, before the sigmoid; `truth` likewise, of 0 and 1; `groups` of the examples, where they come in groups. */
export function labelVerdict(scores: Float32Array, truth: Float32Array, labels: number, groups?: BootstrapOptions['groups']): LabelVerdict {
  const probabilities = Float64Array.from(scores, (score) => 1 / (1 + Math.exp(-score)));
  const predicted = Uint8Array.from(scores, (score) => (score > 0 ? 1 : 0));
  const examples = truth.length / labels;
  const rowsWhere = (holds: (at: number) => boolean) =>
    Float64Array.from({ length: examples }, (_, row) => (Array.from({ length: labels }, (_, c) => row * labels + c).every(holds) ? 1 : 0));
  const column = (values: ArrayLike<number>, c: number) => Float64Array.from({ length: examples }, (_, row) => values[row * labels + c] as number);
  return {
    truth,
    probabilities,
    predicted,
    scores: multiLabelScores(truth, predicted, labels),
    averagePrecision: Array.from({ length: labels }, (_, c) => {
      const own = column(truth, c);
      return own.includes(1) ? averagePrecision(own, column(scores, c)) : undefined;
    }),
    whole: bootstrapMean(
      rowsWhere((at) => truth[at] === predicted[at]),
      { groups },
    ),
    without: rowsWhere((at) => truth[at] === 0).reduce((sum, one) => sum + one, 0) / examples,
  };
}

/** The numbers for `model.json`; those that are not defined are left out. */
export function labelMetrics({ truth, probabilities, scores, whole }: LabelVerdict, labels: number): Record<string, number> {
  return {
    'subset accuracy': whole.estimate,
    'micro F1': scores.microF1,
    ...(Number.isFinite(scores.macroF1) && { 'macro F1': scores.macroF1 }),
    ...(truth.includes(1) && { 'mean average precision': meanAveragePrecision(truth, probabilities, labels) }),
  };
}
