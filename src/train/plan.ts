// Model, data and options -> everything that a run needs to know, checked before a thread is started. Called by `fit`.

import { fail } from '../core/errors.ts';
import { type Batches, batches } from '../data/batches.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { requireEveryClass } from '../data/labels.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import type { Loss } from '../nn/losses/loss.ts';
import type { Model } from '../nn/model.ts';
import { optimiser, type ReadyOptimiser } from '../nn/optimisers/index.ts';
import { constant, type Schedule } from '../nn/schedules.ts';
import { checkNumbers, DEFAULT_EPOCHS, type FitOptions, trainableSlots } from './fit-options.ts';
import type { TrainerOptions } from './trainer.ts';

export interface Plan {
  readonly epochs: number;
  readonly seed: number;
  /** Examples in one pass, and in one update: `batchSize` times `accumulate`. */
  readonly microBatch: number;
  readonly order: Batches;
  /** Updates in all. */
  readonly total: number;
  readonly optimiser: ReadyOptimiser;
  readonly schedule: Schedule;
  /** Which way the metric improves. */
  readonly metric: 'accuracy' | 'loss';
  readonly trainer: TrainerOptions;
}

/** @throws GraftError `invalid-argument`, `invalid-data` or `invalid-shape` for options or data that do not fit. */
export async function planOf(model: Model, data: ExampleSource, options: FitOptions): Promise<Plan> {
  checkNumbers(options);
  const { epochs = DEFAULT_EPOCHS, batchSize = 32, accumulate = 1, seed = 0, loss = crossEntropy(), validation } = options;
  await checkSource(model, data, loss);
  const perUpdate = batchSize * accumulate;
  if (perUpdate > data.length) {
    const product = accumulate > 1 ? `\`batchSize\` x \`accumulate\` (=${batchSize} x ${accumulate})` : `\`batchSize\` (=${batchSize})`;
    fail('invalid-argument', `${product} is larger than the data: \`${data.name}\` has ${data.length} examples, so use at most ${data.length}.`);
  }
  requireEveryClass(data.name, data.labels, data.classes);
  if (validation) await checkSource(model, validation, loss);
  const order = batches({ length: data.length, batchSize: perUpdate, seed });
  const name = options.optimiser?.name ?? 'adam';
  const ready = optimiser(name, options.optimiser?.settings);
  const classed = loss.target(model.logits).dtype === 'int64';
  const metric = options.metric ?? (classed ? 'accuracy' : 'loss');
  if (metric === 'accuracy' && !classed) fail('invalid-argument', '`metric` (="accuracy") needs labels that are classes; use "loss".');
  return {
    epochs,
    seed,
    microBatch: batchSize,
    order,
    total: epochs * order.stepsPerEpoch,
    optimiser: ready,
    schedule: options.schedule ?? constant,
    metric,
    trainer: {
      loss,
      trainable: trainableSlots(model, options),
      batchNorm: options.batchNorm ?? 'train',
      penalties: options.penalties ?? [],
      optimiser: { name, settings: ready.settings },
      ema: options.ema,
      seed,
      device: options.device ?? 'auto',
      threads: options.threads,
    },
  };
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
    fail('invalid-shape', `Examples of \`${source.name}\` are ${has}, but model \`${model.name}\` takes ${takes}; resize or convert them.`);
  }
  const { labels } = await source.gather([0]);
  if (labels === undefined) {
    if (labelled) fail('invalid-data', `\`${source.name}\` has no labels, which training needs.`);
    return;
  }
  const target = loss.target({ dtype: model.logits.dtype, shape: [1, ...model.logits.shape.slice(1)] });
  const given = labels instanceof Int32Array ? { dtype: 'int64', shape: [1] } : { dtype: labels.dtype, shape: labels.dims };
  if (given.dtype !== target.dtype || show(given.shape) !== show(target.shape)) {
    const words = (type: { dtype: string; shape: readonly (number | string)[] }) =>
      type.dtype === 'int64' ? 'class indices' : `${type.dtype} values ${show(['N', ...type.shape.slice(1)])}`;
    fail(
      'invalid-data',
      `The labels of \`${source.name}\` are ${words(given)}, but the loss \`${loss.name}\` of model \`${model.name}\` compares with ${words(target)}; choose another \`loss\`.`,
    );
  }
  const scores = model.logits.shape.at(-1);
  if (labels instanceof Int32Array && source.classes && source.classes.length !== scores) {
    fail(
      'invalid-data',
      `\`${source.name}\` has ${source.classes.length} classes, but model \`${model.name}\` scores ${scores}; give it a head of that size.`,
    );
  }
}
