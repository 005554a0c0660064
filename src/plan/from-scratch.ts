// Pictures -> how far a small network comes that knows no others: a yardstick for what began with a pretrained one, never chosen. Called by the plan.
import type { Tensor } from '../core/tensor.ts';
import { type Dataset, dataset } from '../data/dataset.ts';
import type { ImageInput } from '../data/images/image-input.ts';
import type { Labels } from '../data/labels.ts';
import { createModel } from '../nn/create-model.ts';
import { relu } from '../nn/layers/activation.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense } from '../nn/layers/dense.ts';
import { batchNorm } from '../nn/layers/norm.ts';
import { globalAveragePool, maxPool } from '../nn/layers/pool.ts';
import type { Layer } from '../nn/scope.ts';
import type { CandidateResult } from './candidate.ts';
import type { DataFitEvent } from './events.ts';
import { fineTuned } from './fine-tune.ts';
import { goalScores } from './goal.ts';
import { type Run, threadsOf } from './run.ts';
import { pictureRows, type RowsGiven } from './sources.ts';
import { named } from './told.ts';

/** Pixels of a side: the network is to be affordable, and a picture of a thing can be told at this size. */
const SIDE = 32;
const INPUT: ImageInput = { resize: { size: [SIDE, SIDE] }, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
/** Fewer pictures to learn from only teach a network their noise. */
const LEAST_PICTURES = 50;
/** Passes over the data; fewer than the least say nothing of what it could learn. */
const [LEAST_EPOCHS, MOST_EPOCHS] = [10, 20];
/** Of the time that is left, at most this share. */
const SHARE = 0.15;
/** An example of an epoch takes so many times what a pass of the pretrained network over it takes: a fortieth of the multiplications of EfficientNet-Lite0, in small steps. */
const STEP_PASSES = 0.1;
const RATE = 2e-3;
const NAME = 'from scratch';

/**
 * The yardstick as the leaderboard shows it, or why it was left out.
 * @param passSeconds that reading an example and a pass of the pretrained network over it took.
 */
export async function* fromScratch(run: Run, passSeconds: number): AsyncGenerator<DataFitEvent, CandidateResult, void> {
  const { data, goal, options, parts, context } = run;
  const { remember = async (_, decide) => decide() } = context;
  const about = `a yardstick, never chosen: a small network on ${SIDE} x ${SIDE} pixels that began with nothing`;
  const leftOut = (skipped: string): CandidateResult => ({ name: NAME, about, yardstick: true, skipped });
  if (options.preset === 'fast') return leftOut('preset fast');
  const pictures = parts.train.rows.length;
  if (pictures < LEAST_PICTURES) return leftOut(`${pictures} pictures to learn from are fewer than ${LEAST_PICTURES}`);
  const epochs = await remember('epochs from scratch', () => affordable(run, passSeconds));
  if (epochs < LEAST_EPOCHS) return leftOut(`${LEAST_EPOCHS} epochs would take more than ${100 * SHARE} % of the \`time\` that is left`);
  const [train, validation] = [await inMemory(run, parts.train), await inMemory(run, parts.validation)];
  const classes = data.task.kind === 'regression' ? undefined : data.task.classes;
  const model = createModel({ name: 'scratch', input: [3, SIDE, SIDE], layers: layersFor(goal.outputs), ...(classes && { classes }) });
  const training = fineTuned({
    goal,
    model,
    train,
    validation,
    epochs,
    lr: RATE,
    batchNorm: 'train',
    complexity: 0,
    clock: context.clock,
    ...threadsOf(options),
    signal: context.signal,
  });
  const trained = yield* named(NAME, training);
  if (!trained) return leftOut('stopped');
  const { metric, loss } = goalScores(goal, trained.validation, parts.validation.labels as Labels);
  const { trainable, seconds } = trained;
  return { name: NAME, about: `${about}, ${epochs} epochs`, yardstick: true, metric, loss, trainable, seconds };
}

/** Epochs that fit into the share of the time, reading included. */
function affordable({ options, parts, context, began }: Run, passSeconds: number): number {
  const left = options.time * 60 - (context.clock() - began) / 1000;
  const [train, validation] = [parts.train.rows.length, parts.validation.rows.length];
  const rest = SHARE * left - passSeconds * (train + validation);
  return Math.max(0, Math.min(MOST_EPOCHS, Math.floor(rest / (passSeconds * STEP_PASSES * train))));
}

const layersFor = (outputs: number): Layer[] => [
  ...[32, 64, 128].flatMap((filters, i) => [conv(filters, 3, { padding: 'same', bias: false }), batchNorm(), relu(), ...(i < 2 ? [maxPool(2)] : [])]),
  globalAveragePool(),
  dense(outputs, { name: 'head' }),
];

/** Small pictures, read once: 12 KiB each. */
async function inMemory({ data, context }: Run, rows: RowsGiven): Promise<Dataset> {
  const loader = pictureRows(data.inputs, INPUT, rows, { signal: context.signal });
  try {
    const { inputs } = await loader.gather(Int32Array.from(rows.rows.keys()));
    return dataset({ name: rows.name, inputs: inputs as Tensor<'float32'>, labels: rows.labels, ...(rows.classes && { classes: rows.classes }) });
  } finally {
    await loader.close();
  }
}
