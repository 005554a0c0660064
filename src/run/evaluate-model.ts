// A saved model and labelled data it has not seen -> how good it is. Called by users and the command line.
import { fail } from '../core/errors.ts';
import type { Unlabelled } from '../data/open/data.ts';
import { countGroups, groupsOf } from '../data/open/groups.ts';
import type { Labelled } from '../data/open/task.ts';
import { inDeviations } from '../plan/target-scale.ts';
import { balancedInterval } from '../score/balanced.ts';
import { bootstrapMean } from '../score/bootstrap.ts';
import { expectedCalibrationError } from '../score/calibration.ts';
import type { Interval } from '../score/interval.ts';
import { balancedAccuracy, type ClassScore, classScores, confusionMatrix, macroF1 } from '../score/metrics.ts';
import { brierScore, logLoss } from '../score/probabilities.ts';
import type { Answer, LoadedModel, PredictOptions } from './predict.ts';
import { explainedInterval, regressionMetrics, regressionVerdict } from './regression-verdict.ts';

/** How good a model is on some data. */
export interface Evaluation {
  readonly examples: number;
  readonly metric: string;
  /** Of the main number. */
  readonly headline: Interval;
  /** Of the examples, where they come in groups: the interval is by resampling these, but by resampling examples where there is one group only. */
  readonly groups?: number | undefined;
  readonly metrics: Readonly<Record<string, number>>;
  readonly answers: readonly Answer[];
  readonly perClass?: readonly (ClassScore & { readonly name: string })[];
}

/** @throws GraftError `invalid-data` where the labels are not what the model predicts. */
export async function evaluateModel(
  model: LoadedModel,
  data: Unlabelled & Labelled,
  options: PredictOptions & { readonly progress?: (done: number, of: number) => void } = {},
): Promise<Evaluation> {
  const { task } = model.info;
  const answers: Answer[] = [];
  const truth = truthFor(model, data);
  for await (const part of model.predict(data, options)) {
    answers.push(...part);
    options.progress?.(answers.length, data.table.length);
  }
  const values = Float64Array.from(answers.flatMap((answer) => answer.values));
  const rows = Int32Array.from(answers.keys());
  const groups = groupsOf(data, rows);
  const counted = { examples: answers.length, ...countGroups(data, rows) };
  if (task.kind === 'classification') {
    const { classes } = task;
    const labels = truth as Int32Array;
    const predicted = Int32Array.from(answers, ({ label }) => classes.indexOf(label as string));
    const right = Float64Array.from(predicted, (label, i) => (label === labels[i] ? 1 : 0));
    const accuracy = bootstrapMean(right, { groups });
    const isBalanced = model.info.metric === 'balanced accuracy';
    const headline = isBalanced ? balancedInterval(right, labels, groups) : accuracy;
    const perClass = classScores(confusionMatrix(labels, predicted, classes.length));
    const metrics = {
      accuracy: accuracy.estimate,
      'balanced accuracy': balancedAccuracy(perClass),
      'macro F1': macroF1(perClass),
      'log loss': logLoss(labels, values, classes.length),
      'calibration error': expectedCalibrationError(labels, values, classes.length),
      'Brier score': brierScore(labels, values, classes.length),
    };
    return {
      ...counted,
      metric: isBalanced ? 'balanced accuracy' : 'accuracy',
      headline,
      metrics,
      answers,
      perClass: perClass.map((one, c) => ({ name: classes[c] as string, ...one })),
    };
  }
  if (task.kind === 'multi-label') {
    const width = task.classes.length;
    const right = Float64Array.from({ length: answers.length }, (_, i) => {
      let sum = 0;
      for (let c = 0; c < width; c++) sum += (values[i * width + c] as number) > 0.5 === (truth[i * width + c] as number) > 0.5 ? 1 : 0;
      return sum / width;
    });
    const headline = bootstrapMean(right, { groups, range: [0, 1] });
    return { ...counted, metric: 'label accuracy', headline, metrics: { 'label accuracy': headline.estimate }, answers };
  }
  // In units of the training targets' deviation, as the run measured it: so all targets count alike.
  const scale = model.info.scale ?? fail('invalid-data', `The model \`${model.info.name}\` has no scale of its targets; train it anew.`);
  const width = scale.factor.length;
  const [own, wanted] = [inDeviations(values, scale), inDeviations(truth, scale)];
  const { each } = regressionVerdict(values, truth as Float64Array, scale.offset, groups);
  const errors = Float64Array.from({ length: answers.length }, (_, i) => {
    let sum = 0;
    for (let at = i * width; at < (i + 1) * width; at++) sum += ((own[at] as number) - (wanted[at] as number)) ** 2;
    return sum / width;
  });
  const headline = explainedInterval(errors, wanted, groups);
  return { ...counted, metric: 'R2', headline, metrics: regressionMetrics(headline.estimate, task.targets, each), answers };
}

/** The data's labels in the order of the model's classes; or the targets. */
function truthFor({ info: { task, name } }: LoadedModel, data: Labelled): Int32Array | Float32Array | Float64Array {
  if (task.kind !== data.task.kind)
    fail('invalid-data', `\`${name}\` is a model for ${task.kind}, but the labels are of a ${data.task.kind}; give \`task\`.`);
  if (task.kind === 'regression' || data.task.kind === 'regression') {
    if (data.labels instanceof Int32Array) return fail('internal', 'A regression has real targets.');
    const { dims, data: values } = data.labels;
    const width = task.kind === 'regression' ? task.targets.length : 0;
    return dims[1] === width
      ? (values as Float64Array)
      : fail('invalid-data', `\`${name}\` predicts ${width} targets, but the data has ${dims[1]}; name them by \`label\`.`);
  }
  const place = data.task.classes.map((one) => {
    const at = task.classes.indexOf(one);
    return at >= 0
      ? at
      : fail('invalid-data', `The data has the class "${one}", which \`${name}\` does not know; it knows ${task.classes.slice(0, 10).join(', ')}.`);
  });
  if (data.labels instanceof Int32Array) return data.labels.map((label) => place[label] as number);
  const [own, all] = [data.task.classes.length, task.classes.length];
  const hot = new Float32Array((data.labels.dims[0] as number) * all);
  (data.labels.data as Float32Array).forEach((value, i) => {
    hot[Math.floor(i / own) * all + (place[i % own] as number)] = value;
  });
  return hot;
}
