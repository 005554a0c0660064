// The chosen model's numbers: calibrated on the validation part, measured once on the test part, with intervals. Called when a run ends.
import type { Tensor } from '../core/tensor.ts';
import type { DataFit } from '../plan/fit-data.ts';
import { goalScores } from '../plan/goal.ts';
import { bootstrapMean } from '../score/bootstrap.ts';
import { expectedCalibrationError, type ReliabilityBin, reliabilityBins } from '../score/calibration.ts';
import type { Interval } from '../score/interval.ts';
import { argmaxRows, balancedAccuracy, classScores, confusionMatrix, macroF1 } from '../score/metrics.ts';
import { brierScore, logLoss, softmaxRows } from '../score/probabilities.ts';
import { meanAbsoluteError, rootMeanSquaredError } from '../score/regression.ts';
import { fitTemperature } from '../score/temperature.ts';
import { highestProbabilities, shareFlagged, unknownThreshold } from '../score/unknown.ts';

/** What is measured of a run's model. */
export interface Verdict {
  /** Part that the numbers are of; without a test part the one that the model was chosen by, which flatters it. */
  readonly part: 'test' | 'validation';
  readonly examples: number;
  /** Name of the main number. */
  readonly metric: string;
  readonly headline: Interval;
  readonly metrics: Readonly<Record<string, number>>;
  /** 1 but for classifications. */
  readonly temperature: number;
  readonly unknown?: { readonly threshold: number; readonly wronglyFlagged: number } | undefined;
  readonly classification?: ClassVerdict | undefined;
}

/** What only classes have. */
export interface ClassVerdict {
  readonly predicted: Int32Array;
  /** Calibrated, `[N, classes]`. */
  readonly probabilities: Float64Array;
  readonly labels: Int32Array;
  readonly confusion: Int32Array;
  readonly bins: readonly ReliabilityBin[];
  readonly before: { readonly ece: number; readonly brier: number };
  readonly after: { readonly ece: number; readonly brier: number };
}

/** Fewer validation examples than this say too little for a temperature. */
const LEAST_TO_CALIBRATE = 20;

/** Measures the chosen model. */
export function verdictOf(fitted: DataFit): Verdict {
  const { goal, test, chosen, validationLabels } = fitted;
  const part = test ? 'test' : 'validation';
  const scores = test?.scores ?? chosen.validation;
  const labels = test?.labels ?? validationLabels;
  const { each, metric, loss } = goalScores(goal, scores, labels);
  if (goal.task.kind === 'classification') return classVerdict(fitted, scores, labels as Int32Array, part, each);
  if (goal.task.kind === 'multi-label') {
    return {
      part,
      examples: each.length,
      metric: goal.metric,
      headline: bootstrapMean(each),
      metrics: { 'label accuracy': metric, 'log loss': loss },
      temperature: 1,
    };
  }
  const [factor, offset] = [fitted.scale?.factor ?? [], fitted.scale?.offset ?? []];
  const width = goal.outputs;
  const back = (values: Float32Array) => values.map((value, i) => value * (factor[i % width] ?? 1) + (offset[i % width] ?? 0));
  const [targets, predictions] = [back((labels as Tensor).data as Float32Array), back(scores.data)];
  // Of the squared error, as a share of the variance: an interval of R2 that takes the variance as known.
  const errors = bootstrapMean(each.map((value) => -value));
  const variance = loss / Math.max(1e-12, 1 - metric);
  const headline = { estimate: metric, low: 1 - errors.high / variance, high: 1 - errors.low / variance, level: errors.level };
  const metrics = {
    R2: metric,
    'mean absolute error': meanAbsoluteError(targets, predictions, width),
    'root mean squared error': rootMeanSquaredError(targets, predictions, width),
  };
  return { part, examples: each.length, metric: 'R2', headline, metrics, temperature: 1 };
}

function classVerdict(fitted: DataFit, scores: Tensor<'float32'>, labels: Int32Array, part: Verdict['part'], each: Float64Array): Verdict {
  const { chosen, validationLabels, goal } = fitted;
  const classes = goal.outputs;
  const own = validationLabels as Int32Array;
  const temperature = own.length < LEAST_TO_CALIBRATE ? 1 : fitTemperature(own, chosen.validation.data, classes).temperature;
  const familiar = highestProbabilities(chosen.validation.data, classes, temperature);
  const threshold = unknownThreshold(familiar);
  const unknown = { threshold, wronglyFlagged: shareFlagged(highestProbabilities(scores.data, classes, temperature), threshold).estimate };
  const plain = softmaxRows(scores.data, classes);
  const probabilities = softmaxRows(scores.data, classes, temperature);
  const predicted = argmaxRows(scores.data, classes);
  const confusion = confusionMatrix(labels, predicted, classes);
  const quality = (values: Float64Array) => ({ ece: expectedCalibrationError(labels, values, classes), brier: brierScore(labels, values, classes) });
  const [before, after] = [quality(plain), quality(probabilities)];
  const perClass = classScores(confusion);
  const headline = bootstrapMean(each);
  return {
    part,
    examples: labels.length,
    metric: 'accuracy',
    headline,
    metrics: {
      accuracy: headline.estimate,
      'balanced accuracy': balancedAccuracy(perClass),
      'macro F1': macroF1(perClass),
      'log loss': logLoss(labels, probabilities, classes),
      'calibration error': after.ece,
      'Brier score': after.brier,
    },
    temperature,
    ...(Number.isFinite(threshold) && threshold > 0 && { unknown }),
    classification: { predicted, probabilities, labels, confusion, bins: reliabilityBins(labels, probabilities, classes), before, after },
  };
}
