// One method and seed in a process of its own: `case.ts FOLDER TASK METHOD SEED` prints what came of it as a line of JSON. Started by bench.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  carryOver,
  dense,
  type ExampleSource,
  evaluate,
  exportOnnx,
  type FitOptions,
  head2toe,
  initialisers,
  loadBackbone,
  type Model,
  readState,
  replaceHead,
  type StrategyName,
  schedules,
  type TransferEvent,
  transfer,
} from '../../src/index.ts';
import { readRaw } from './photos.ts';
import { type Method, SIZE, type Task } from './recipe.ts';
import { CLASSES, type Sentences, sentenceSource } from './sentences.ts';

/** What one run gave. */
export interface Outcome {
  readonly accuracy: number;
  /** Of training, with all that a method measures first. */
  readonly seconds: number;
  /** Largest resident memory until training ended. */
  readonly peakMiB: number;
  /** Numbers that learn. */
  readonly learning: number;
}

const [folder = '', task = '', name = '', seed = ''] = process.argv.slice(2);
const recipe = JSON.parse(readFileSync(join(folder, 'recipe.json'), 'utf8')) as { readonly tasks: Readonly<Record<string, Task>> };
const { common, methods } = recipe.tasks[task] as Task;
const method = methods[name] as Method;
const headed = (model: Model, classes: readonly string[]) =>
  replaceHead(model, { classes, head: [dense(classes.length, { name: 'dense', init: initialisers.zeros })] });

/** Data and the network that the run begins with; random values were drawn by PyTorch. */
async function begin(): Promise<{ model: Model; train: ExampleSource; test: ExampleSource }> {
  if (task === 'sentences') {
    const read = (part: string) => JSON.parse(readFileSync(join(folder, `sentences-${seed}-${part}.json`), 'utf8')) as Sentences;
    const [train, test] = await Promise.all([sentenceSource('train', read('train')), sentenceSource('test', read('test'))]);
    return { model: headed(await (await loadBackbone('all-minilm-l6-v2')).load(), CLASSES), train, test };
  }
  const classes = JSON.parse(readFileSync(join(folder, 'classes.json'), 'utf8')) as readonly string[];
  const backbone = await loadBackbone('efficientnet-lite0');
  const model = headed(await backbone.load({ inputShapes: { image: [3, SIZE, SIZE] } }), classes);
  if (method.start === 'random') {
    const { moved } = carryOver(await readState(join(folder, `random-${seed}.safetensors`)), model, { select: ['!head'] });
    if (moved.length < 200) throw new Error(`Only ${moved.length} of the values drawn by PyTorch were taken over.`);
  }
  return { model, train: readRaw(folder, `train-${seed}`, SIZE, classes), test: readRaw(folder, 'test', SIZE, classes) };
}

const { model, train, test } = await begin();
const optimiser = { name: 'adamw', settings: { lr: method.lr, weightDecay: common.weightDecay } } as const;
const shared = {
  epochs: common.epochs,
  batchSize: common.batchSize,
  optimiser,
  schedule: schedules.cosine(),
  seed: Number(seed),
} satisfies FitOptions;
const fit: FitOptions = { ...shared, ...(method.batchNorm && task === 'photos' && { batchNorm: method.batchNorm }) };
const events: AsyncGenerator<TransferEvent, unknown, void> =
  method.strategy === 'head2toe'
    ? head2toe(model, train, { fit: shared })
    : transfer(model, train, { strategy: method.strategy as StrategyName, options: method.options ?? {}, fit });

let learning = 0;
let trained = model;
const began = performance.now();
for (;;) {
  const { value, done } = await events.next();
  if (done) {
    if (method.strategy === 'head2toe') trained = value as Model;
    break;
  }
  const event = value as TransferEvent;
  if (event.type === 'start') learning = Math.max(learning, event.trainable);
}
const seconds = (performance.now() - began) / 1000;
const peakMiB = process.resourceUsage().maxRSS / 1024;
const { accuracy = 0 } = await evaluate(trained, test);
if (task === 'photos' && name === 'full' && seed === '1') await exportOnnx(trained, join(folder, 'full.onnx'));
console.log(JSON.stringify({ accuracy, seconds, peakMiB, learning } satisfies Outcome));
