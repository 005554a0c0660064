// Model, data and options -> everything that a run needs to know, checked before a thread is started. Called by `fit`.

import { dtypes } from '../core/dtype.ts';
import { fail } from '../core/errors.ts';
import { inWords } from '../core/known-options.ts';
import { sizeOf } from '../core/tensor.ts';
import { type Batches, batches } from '../data/batches.ts';
import { differenceOfClasses } from '../data/class-names.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { requireEveryClass } from '../data/labels.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import type { Loss } from '../nn/losses/loss.ts';
import type { Model } from '../nn/model.ts';
import { optimiser, type ReadyOptimiser } from '../nn/optimisers/index.ts';
import { requireModel } from '../nn/require-model.ts';
import * as schedules from '../nn/schedules.ts';
import { savedBatchSize } from './checkpoint.ts';
import { choicesFor, exampleSizes } from './choices.ts';
import { checkOptions, DEFAULT_EPOCHS, type FitOptions, trainableSlots } from './fit-options.ts';
import { requireSource } from './given.ts';
import type { TrainerOptions } from './trainer.ts';

export interface Plan {
  readonly epochs: number;
  readonly seed: number;
  /** Examples in one pass, and in one update: `batchSize` times `accumulate`. */
  readonly microBatch: number;
  /** What was left open and chosen, and why, in words. */
  readonly chosen: readonly string[];
  readonly order: Batches;
  /** Updates in all. */
  readonly total: number;
  readonly optimiser: ReadyOptimiser;
  readonly schedule: schedules.Schedule;
  /** Which way the metric improves. */
  readonly metric: 'accuracy' | 'loss';
  readonly trainer: TrainerOptions;
}

/** @throws GraftError `invalid-argument`, `invalid-data` or `invalid-shape` for options or data that do not fit. */
export async function planOf(model: Model, data: ExampleSource, options: FitOptions): Promise<Plan> {
  checkOptions(options);
  requireModel('fit', model);
  requireSource('fit', data);
  const { epochs = DEFAULT_EPOCHS, accumulate = 1, seed = 0, loss = crossEntropy(), validation } = options;
  await checkSource(model, data, loss);
  const saved = options.batchSize === undefined && options.checkpoints ? await savedBatchSize(options.checkpoints.folder) : undefined;
  const { batchSize: asked, threads: wished } = options;
  const recompute = options.recompute === 'blocks';
  const given = { model, sizes: await exampleSizes(model, data), length: data.length };
  const { batchSize, threads, words } = choicesFor(given, { batchSize: asked, threads: wished, accumulate, recompute, saved });
  const perUpdate = batchSize * accumulate;
  if (perUpdate > data.length) {
    const product = accumulate > 1 ? `\`batchSize\` x \`accumulate\` (=${batchSize} x ${accumulate})` : `\`batchSize\` (=${batchSize})`;
    fail('invalid-argument', `${product} is larger than the data: \`${data.name}\` has ${data.length} examples, so use at most ${data.length}.`);
  }
  requireEveryClass(data.name, data.labels, data.classes);
  if (validation) await checkSource(model, validation, loss);
  for (const source of validation ? [data, validation] : [data]) checkLabels(source, loss);
  const order = batches({ length: data.length, batchSize: perUpdate, seed });
  checkSchedule(options.schedule ?? schedules.constant, epochs * order.stepsPerEpoch);
  const name = options.optimiser?.name ?? 'adam';
  const ready = optimiser(name, options.optimiser?.settings);
  const classed = loss.target(model.logits).dtype === 'int64';
  const metric = options.metric ?? (classed ? 'accuracy' : 'loss');
  if (metric === 'accuracy' && !classed) fail('invalid-argument', '`metric` (="accuracy") needs labels that are classes; use "loss".');
  return {
    epochs,
    seed,
    microBatch: batchSize,
    chosen: words,
    order,
    total: epochs * order.stepsPerEpoch,
    optimiser: ready,
    schedule: options.schedule ?? schedules.constant,
    metric,
    trainer: {
      loss,
      trainable: trainableSlots(model, options),
      batchNorm: options.batchNorm ?? (model.adaptation ? 'frozen' : 'train'),
      penalties: options.penalties ?? [],
      recompute: options.recompute ?? 'none',
      optimiser: { name, settings: ready.settings },
      ema: options.ema,
      accumulate: accumulate > 1,
      seed,
      device: options.device ?? 'auto',
      threads,
    },
  };
}

/** @throws GraftError `invalid-argument` for what makes schedules and was not called, or a function that gives no number. */
function checkSchedule(schedule: schedules.Schedule, total: number): void {
  const [maker] = Object.entries(schedules).find(([, made]) => made === schedule && made !== schedules.constant) ?? [];
  if (maker !== undefined)
    fail('invalid-argument', `\`schedule\` is \`schedules.${maker}\`, which makes one when it is called: \`schedules.${maker}()\`.`);
  const factor: unknown = schedule(0, total);
  if (typeof factor === 'number' && Number.isFinite(factor)) return;
  fail('invalid-argument', `\`schedule\` gives ${inWords(factor)} for the first update; it must give a finite factor of the learning rate.`);
}

/** Makes sure that a mean loss is taken over something, and of no negative shares, where the labels are at hand. */
function checkLabels({ name, labels }: ExampleSource, loss: Loss): void {
  const { classWeights, distributions } = loss;
  if (distributions && labels !== undefined && !(labels instanceof Int32Array)) {
    const at = (labels.data as Float32Array).findIndex((share) => share < 0);
    const example = Math.floor(at / sizeOf(labels.dims.slice(1)));
    if (at >= 0)
      fail(
        'invalid-data',
        `A label of example ${example} in \`${name}\` is ${labels.data[at]}; the loss \`${loss.name}\` takes shares of at least 0.`,
      );
  }
  if (!classWeights || !(labels instanceof Int32Array)) return;
  if (labels.every((label) => classWeights[label] === 0)) fail('invalid-data', weighsNothing(name, loss));
}

/** Why the examples of a source have no mean loss. */
export function weighsNothing(source: string, { name }: Loss): string {
  return `All examples of \`${source}\` weigh 0 in the loss \`${name}\`, so it has no mean. Give at least one of their classes a weight above 0.`;
}

/** Makes sure that a source's examples are what the model takes and the loss compares with. */
export async function checkSource(model: Model, source: ExampleSource, loss: Loss, labelled = true): Promise<void> {
  if (source.length < 1) fail('invalid-data', `\`${source.name}\` is empty; give at least one example.`);
  const show = (sizes: readonly (number | string)[]) => `[${sizes.join(', ')}]`;
  const { shape, dtype } = model.input;
  const open = (dim: number | string | undefined) => typeof dim === 'string';
  const fits = source.inputShape.length === shape.length - 1 && source.inputShape.every((dim, i) => open(shape[i + 1]) || dim === shape[i + 1]);
  if (!fits || source.inputDtype !== dtype) {
    const [has, takes] = [`${source.inputDtype} ${show(source.inputShape)}`, `${dtype} ${show(shape.slice(1))}`];
    fail('invalid-shape', `Examples of \`${source.name}\` are ${has}, but model \`${model.name}\` takes ${takes}; ${remedyOf(model, source, fits)}.`);
  }
  const { labels } = await source.gather([0]);
  checkClasses(model, source);
  if (labels === undefined) {
    if (labelled) fail('invalid-data', `\`${source.name}\` has no labels, which training needs.`);
    return;
  }
  const target = loss.target({ dtype: model.logits.dtype, shape: [1, ...model.logits.shape.slice(1)] });
  if (labels instanceof Int32Array && target.dtype === 'int64' && target.shape.length > 1) {
    const scores = show(model.logits.shape);
    const remedy = 'put `flatten()`, or a pooling over all of them such as `globalAveragePool()`, before the last `dense`';
    fail('invalid-shape', `Model \`${model.name}\` gives scores ${scores}, but class labels, one for each example, go with [N, classes]: ${remedy}.`);
  }
  const given = labels instanceof Int32Array ? { dtype: 'int64', shape: [1] } : { dtype: labels.dtype, shape: labels.dims };
  if (given.dtype !== target.dtype || show(given.shape) !== show(target.shape)) {
    const words = (type: { dtype: string; shape: readonly (number | string)[] }) =>
      type.dtype === 'int64' ? 'class indices' : `${type.dtype} values ${show(['N', ...type.shape.slice(1)])}`;
    fail(
      'invalid-data',
      `The labels of \`${source.name}\` are ${words(given)}, but the loss \`${loss.name}\` of model \`${model.name}\` compares with ${words(target)}; choose another \`loss\`.`,
    );
  }
}

const TEXTS = { noun: 'texts', source: 'textSource', network: 'all-minilm-l6-v2' };
const PICTURES = { noun: 'pictures', source: 'photoSource', network: 'efficientnet-lite0' };

/** What examples of this form are, where that is plain. */
function kindOf(dtype: string, shape: readonly (number | string)[]): typeof TEXTS | undefined {
  if (dtype === 'int64' && shape.length === 1) return TEXTS;
  return shape.length === 3 ? PICTURES : undefined;
}

function remedyOf({ input }: Model, { inputDtype, inputShape }: ExampleSource, fits: boolean): string {
  const [given, taken] = [kindOf(inputDtype, inputShape), kindOf(input.dtype, input.shape.slice(1))];
  if (given && taken && given !== taken)
    return `it reads ${taken.noun}, which \`${taken.source}\` gives; ${given.noun} are for a network such as \`loadBackbone('${given.network}')\``;
  if (fits && input.dtype === 'float32' && dtypes[inputDtype].kind === 'int')
    return `give the dataset a \`normalisation\`, for instance \`normalisation({ range: ${inputDtype === 'uint8' ? 255 : 1} })\``;
  return inputShape.length > 0 ? 'resize or convert them' : 'convert them';
}

/** An index must mean the same to both: names that were given on both sides are compared, and a side without names takes any. */
function checkClasses(model: Model, source: ExampleSource): void {
  const scores = model.logits.shape.at(-1);
  const { classes } = source;
  if (!classes) return;
  if (classes.length !== scores) {
    if (source.labels === undefined || source.labels instanceof Int32Array)
      fail(
        'invalid-data',
        `\`${source.name}\` has ${classes.length} classes, but model \`${model.name}\` scores ${scores}; give it a head of that size.`,
      );
    return;
  }
  const difference = model.classes && differenceOfClasses(classes, model.classes);
  if (!difference) return;
  const { at, reordered } = difference;
  const what = `class ${at} is "${classes[at]}" in the data and "${model.classes?.[at]}" in the model`;
  const remedy = reordered ? 'Give both the same order (and the labels with it)' : 'Give both the same names';
  fail(
    'invalid-data',
    `\`${source.name}\` and model \`${model.name}\` ${reordered ? 'name the same classes in another order' : 'name different classes'}: ${what}. ${remedy}, or make the model without \`classes\`: it then takes any.`,
  );
}
