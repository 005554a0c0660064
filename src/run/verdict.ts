// The chosen model's numbers: calibrated on the validation part, measured once on the test part, with intervals. Called when a run ends.
import { fail } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { takeLabels } from '../data/labels.ts';
import { countGroups, groupsOf } from '../data/open/groups.ts';
import type { DataFit } from '../plan/fit-data.ts';
import { goalScores } from '../plan/goal.ts';
import { amountsOf } from '../plan/target-scale.ts';
import { balancedInterval } from '../score/balanced.ts';
import { type BootstrapOptions, bootstrapMean } from '../score/bootstrap.ts';
import { expectedCalibrationError, type ReliabilityBin, reliabilityBins } from '../score/calibration.ts';
import type { Interval } from '../score/interval.ts';
import { argmaxRows, balancedAccuracy, classScores, confusionMatrix, macroF1 } from '../score/metrics.ts';
import { brierScore, logLoss, softmaxRows } from '../score/probabilities.ts';
import { fitTemperature } from '../score/temperature.ts';
import { type LabelVerdict, labelMetrics, labelVerdict } from './label-verdict.ts';
import type { ModelInfo } from './model-info.ts';
import { explainedInterval, type RegressionVerdict, regressionMetrics, regressionVerdict } from './regression-verdict.ts';
import { unknownVerdict } from './unknown-verdict.ts';

/** What is measured of a run's model. */
export interface Verdict {
  /** Part that the numbers are of; without a test part the one that the model was chosen by, which flatters it. */
  readonly part: 'test' | 'validation';
  readonly examples: number;
  /** Name of the main number. */
  readonly metric: string;
  readonly headline: Interval;
  /** Of the examples, where they come in groups: intervals are by resampling these, but by resampling examples where there is one group only. */
  readonly groups?: number | undefined;
  readonly metrics: Readonly<Record<string, number>>;
  /** 1 but for classifications. */
  readonly temperature: number;
  readonly unknown?: ModelInfo['unknown'];
  readonly classification?: ClassVerdict | undefined;
  /** Where an example may have several labels. */
  readonly labels?: LabelVerdict | undefined;
  readonly regression?: RegressionVerdict | undefined;
}

/** What only classes have. */
export interface ClassVerdict {
  readonly accuracy: Interval;
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
  const rows = test?.rows ?? fitted.data.parts.validation;
  const groups = groupsOf(fitted.data, rows);
  const counted = { ...countGroups(fitted.data, rows), part, examples: each.length } as const;
  if (goal.task.kind === 'classification') return { ...counted, ...classVerdict(fitted, scores, labels as Int32Array, each, groups) };
  const truth = (labels as Tensor).data as Float32Array;
  if (goal.task.kind === 'multi-label') {
    const own = labelVerdict(scores.data, truth, goal.outputs, groups);
    return {
      ...counted,
      metric: goal.metric,
      headline: bootstrapMean(each, { groups, range: [0, 1] }),
      metrics: { 'label accuracy': metric, 'log loss': loss, ...labelMetrics(own, goal.outputs) },
      temperature: 1,
      labels: own,
    };
  }
  const scale = fitted.scale ?? fail('internal', 'A regression has no scale of its targets.');
  const amounts = (takeLabels(fitted.data.labels, rows) as Tensor<'float64'>).data;
  const regression = regressionVerdict(amountsOf(scores.data, scale), amounts, scale.offset, groups);
  const metrics = regressionMetrics(metric, goal.task.targets, regression.each);
  const headline = explainedInterval(
    each.map((value) => -value),
    truth,
    groups,
  );
  return { ...counted, metric: 'R2', headline, metrics, temperature: 1, regression };
}

function classVerdict(
  fitted: DataFit,
  scores: Tensor<'float32'>,
  labels: Int32Array,
  each: Float64Array,
  groups: BootstrapOptions['groups'],
): Omit<Verdict, 'part' | 'examples' | 'groups'> {
  const { chosen, validationLabels, goal } = fitted;
  const classes = goal.outputs;
  const own = validationLabels as Int32Array;
  const temperature = own.length < LEAST_TO_CALIBRATE ? 1 : fitTemperature(own, chosen.validation.data, classes).temperature;
  const unknown = unknownVerdict(fitted, scores, temperature);
  const plain = softmaxRows(scores.data, classes);
  const probabilities = softmaxRows(scores.data, classes, temperature);
  const predicted = argmaxRows(scores.data, classes);
  const confusion = confusionMatrix(labels, predicted, classes);
  const quality = (values: Float64Array) => ({ ece: expectedCalibrationError(labels, values, classes), brier: brierScore(labels, values, classes) });
  const [before, after] = [quality(plain), quality(probabilities)];
  const perClass = classScores(confusion);
  const accuracy = bootstrapMean(each, { groups });
  const isBalanced = fitted.metric === 'balanced accuracy';
  return {
    metric: fitted.metric,
    headline: isBalanced ? balancedInterval(each, labels, groups) : accuracy,
    metrics: {
      accuracy: accuracy.estimate,
      'balanced accuracy': balancedAccuracy(perClass),
      'macro F1': macroF1(perClass),
      'log loss': logLoss(labels, probabilities, classes),
      'calibration error': after.ece,
      'Brier score': after.brier,
    },
    temperature,
    ...(unknown && { unknown }),
    classification: { accuracy, predicted, probabilities, labels, confusion, bins: reliabilityBins(labels, probabilities, classes), before, after },
  };
}
