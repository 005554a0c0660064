// Data -> the best model that can be had within the time: candidates from simple to complex, the choice on validation examples. Called by users and the CLI.
import { type ImageBackbone, loadBackbone, type TextBackbone } from '../backbones/load-backbone.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { fail } from '../core/errors.ts';
import type { GivenOptions } from '../core/options.ts';
import { resolveOptions } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { tensor } from '../core/tensor.ts';
import type { AugmentationOptions } from '../data/augment/augmentation.ts';
import type { ExampleSource } from '../data/dataset.ts';
import { type Labels, takeLabels } from '../data/labels.ts';
import { type Data, modalityOf } from '../data/open/data.ts';
import { createModel } from '../nn/create-model.ts';
import { loadOnnx } from '../nn/import/load-onnx.ts';
import { dropout, relu } from '../nn/layers/activation.ts';
import { dense } from '../nn/layers/dense.ts';
import type { Model } from '../nn/model.ts';
import { evaluate } from '../train/evaluate.ts';
import { type Candidate, type CandidateResult, chosen, type Judged, judged, resultOf } from './candidate.ts';
import type { DataFitEvent, WorkEvent } from './events.ts';
import { averageInto, copyInto, fineTuned } from './fine-tune.ts';
import { type FitDataOptions, fitDataOptions } from './fit-options.ts';
import { type Goal, goalOf } from './goal.ts';
import { averagedFeatures, featuresOf, type Headed, headed, setHead } from './headed.ts';
import { type LinearProbe, linearProbe } from './linear-probe.ts';
import { encodedRows, pictureRows, type RowsGiven, textRows } from './sources.ts';
import { encodingOf, type TableEncoding } from './table-encoder.ts';

/** What `fit` on data found. */
export interface DataFit {
  readonly data: Data;
  readonly goal: Goal;
  readonly options: FitDataOptions;
  /** The leaderboard, in the order they were tried. */
  readonly results: readonly CandidateResult[];
  readonly judged: readonly Judged[];
  readonly chosen: Candidate;
  /** Numbers that are always there to be beaten: the most frequent class, or the mean. */
  readonly yardstick: { readonly name: string; readonly metric: number };
  /** Scores of the chosen model on the test part, and its labels; nothing where there is no test part. */
  readonly test?: { readonly scores: Tensor<'float32'>; readonly labels: Labels; readonly rows: Int32Array } | undefined;
  readonly validationLabels: Labels;
  /** Of a regression's targets, as the model was trained on them: target = score * factor + offset. */
  readonly scale?: Scale | undefined;
  /** What the head of the first candidate reads, of the training and the validation examples. */
  readonly features: { readonly train: Tensor<'float32'>; readonly validation: Tensor<'float32'> };
  /** Turns rows into what the chosen model reads. */
  readonly reading: Reading;
  readonly seconds: number;
}

/** How rows become inputs, as data. */
export type Reading =
  | { readonly kind: 'image'; readonly backbone: ImageBackbone }
  | { readonly kind: 'text'; readonly backbone: TextBackbone }
  | { readonly kind: 'table'; readonly encoding: TableEncoding };

/** What training needs besides options. */
export interface FitDataContext {
  readonly signal?: AbortSignal | undefined;
  /** Where training saves, so that it can go on; one folder a run. */
  readonly checkpoints?: string | undefined;
  /** A model to go on from in the place of the backbone's own values: its file, and the backbone that it began with. */
  readonly start?: { readonly model: string; readonly backbone: string } | undefined;
  readonly clock?: Clock;
}

const DEFAULT_BACKBONES = { text: 'all-minilm-l6-v2', image: 'efficientnet-lite0' } as const;
/** Changes of the photos that the network learns from: parts of at least a third, and mirror images. */
const AUGMENT: AugmentationOptions = { crop: { minArea: 0.35 }, flip: {} };
/** Blocks whose outputs are averaged as a text's features. */
const TEXT_BLOCKS = 4;
/** A step of training the whole network takes so many times a pass over the same examples. */
const STEP_PASSES = 3.5;
/** Epochs of fine-tuning at most, by preset. */
const MOST_EPOCHS = { fast: 0, good: 12, best: 30 } as const;
/** Learning rates of fine-tuning from a trained head. */
const RATES = { image: 1e-4, text: 5e-5 } as const;

/**
 * Trains candidates from simple to complex and chooses by the validation part; the test part is looked at once, at the end.
 * @throws GraftError `invalid-argument` for an unknown option; `aborted` when the signal stops it before there is a model.
 */
export async function* fitData(
  data: Data,
  given: GivenOptions<typeof fitDataOptions> = {},
  context: FitDataContext = {},
): AsyncGenerator<DataFitEvent, DataFit, void> {
  const options = resolveOptions(fitDataOptions, given, 'fit');
  const { clock = systemClock } = context;
  const began = clock();
  yield { type: 'data', data };
  const goal = goalOf(data.task);
  const scale = data.task.kind === 'regression' ? scaleOf(takeLabels(data.labels, data.parts.train) as Tensor) : undefined;
  const rowsOf = (name: keyof Data['parts']): RowsGiven => {
    const rows = data.parts[name];
    const labels = takeLabels(data.labels, rows) as Labels;
    return {
      name: `${data.name}, ${name}`,
      rows,
      labels: scale ? scaled(labels as Tensor, scale) : labels,
      ...(data.task.kind === 'classification' && { classes: data.task.classes }),
    };
  };
  const parts = { train: rowsOf('train'), validation: rowsOf('validation'), test: rowsOf('test') };
  const run: Run = { data, goal, options, parts, context: { ...context, clock }, began };
  const trained = yield* modalityOf(data.inputs) === 'tables' ? fromTable(run) : fromBackbone(run);
  const { candidates, results, sourceOf, close, reading, features } = trained;
  const validationLabels = parts.validation.labels as Labels;
  const all = candidates.map((candidate) => judged(goal, candidate, validationLabels));
  const best = chosen(all).candidate;
  let test: DataFit['test'];
  try {
    if (parts.test.rows.length > 0) {
      yield { type: 'work', what: 'testing', done: 0, of: parts.test.rows.length };
      const { logits } = await evaluate(best.model, await sourceOf(parts.test), { loss: goal.loss, ...threadsOf(options) });
      test = { scores: logits, labels: parts.test.labels as Labels, rows: parts.test.rows };
      yield { type: 'work', what: 'testing', done: parts.test.rows.length, of: parts.test.rows.length };
    }
  } finally {
    await close();
  }
  return {
    data,
    goal,
    options,
    results,
    judged: all,
    chosen: best,
    yardstick: yardstickOf(goal, parts.train.labels as Labels, validationLabels),
    test,
    validationLabels,
    scale,
    features,
    reading,
    seconds: (clock() - began) / 1000,
  };
}

/** What turns scores into targets, one number a target. */
export interface Scale {
  readonly factor: readonly number[];
  readonly offset: readonly number[];
}

/** Mean and deviation of targets `[N, D]`. */
function scaleOf({ dims, data }: Tensor): Scale {
  const [length = 0, width = 0] = dims;
  const values = Array.from({ length: width }, (_, c) => Array.from({ length }, (_, i) => Number(data[i * width + c])));
  const offset = values.map((column) => column.reduce((sum, value) => sum + value, 0) / length);
  const factor = values.map((column, c) => Math.sqrt(column.reduce((sum, value) => sum + (value - (offset[c] as number)) ** 2, 0) / length) || 1);
  return { factor, offset };
}

function scaled({ dims, data }: Tensor, { factor, offset }: Scale): Tensor {
  const width = factor.length;
  const values = Float32Array.from(data as Float32Array, (value, i) => (value - (offset[i % width] as number)) / (factor[i % width] as number));
  return tensor('float32', dims, values);
}

interface Run {
  readonly data: Data;
  readonly goal: Goal;
  readonly options: FitDataOptions;
  readonly parts: Readonly<Record<keyof Data['parts'], RowsGiven>>;
  readonly context: FitDataContext & { readonly clock: Clock };
  readonly began: number;
}

interface Trained {
  readonly candidates: readonly Candidate[];
  readonly results: readonly CandidateResult[];
  readonly sourceOf: (rows: RowsGiven) => Promise<ExampleSource>;
  /** Lets go of what `sourceOf` opened. */
  readonly close: () => Promise<void>;
  readonly reading: Reading;
  readonly features: DataFit['features'];
}

const threadsOf = ({ threads }: FitDataOptions) => (threads > 0 ? { threads } : {});

/** Photos and texts: a linear probe on the features of a pretrained network, then the network fine-tuned, then the average of both. */
async function* fromBackbone(run: Run): AsyncGenerator<DataFitEvent, Trained, void> {
  const { data, goal, options, parts, context } = run;
  const { inputs } = data;
  const wanted = inputs.kind === 'text' ? 'text' : 'image';
  const name = context.start?.backbone ?? (options.backbone === 'auto' ? DEFAULT_BACKBONES[wanted] : options.backbone);
  const backbone = await loadBackbone(name);
  if (backbone.kind !== wanted) fail('invalid-argument', `\`backbone\` (="${name}") reads ${backbone.kind}s, but the data is of ${wanted}s.`);
  const open: { close(): Promise<void> }[] = [];
  /** Examples for the network; changed by chance where it is to learn from them. */
  const sourceOf = async (rows: RowsGiven, augment?: AugmentationOptions): Promise<ExampleSource> => {
    if (backbone.kind === 'text') return textRows(inputs.kind === 'text' ? inputs.texts : [], backbone, rows);
    const loader = pictureRows(inputs, backbone.input, rows, { augment, signal: context.signal });
    open.push(loader);
    return loader;
  };
  /** The network with a new head; a run's own model has its features averaged already. */
  const fresh = async (): Promise<Headed> => {
    const outputs = data.task.kind === 'regression' ? goal.outputs : data.task.classes;
    if (context.start) return headed(await loadOnnx(context.start.model, { name: backbone.record.name }), outputs);
    const loaded = await backbone.load();
    return headed(backbone.kind === 'text' ? averagedFeatures(loaded, TEXT_BLOCKS) : loaded, outputs);
  };
  const close = async () => {
    for (const source of open) await source.close();
  };
  try {
    const [train, validation] = [await sourceOf(parts.train), await sourceOf(parts.validation)];
    const head = await fresh();
    const began = context.clock();
    const computing = (source: ExampleSource) =>
      worked('features', (progress) => featuresOf(head, source, { ...threadsOf(options), signal: context.signal, progress }));
    const features = { train: yield* computing(train), validation: yield* computing(validation) };
    const passSeconds = (context.clock() - began) / 1000 / (train.length + validation.length);
    const probe = yield* probed(run, features, head);
    const candidates = [probe];
    const results = [judgedResult(run, probe)];
    yield { type: 'candidate', result: results[0] as CandidateResult };
    const epochSeconds = passSeconds * (train.length * STEP_PASSES + validation.length);
    const epochs = epochsFor(run, epochSeconds);
    if (epochs === 0) {
      const skipped = options.preset === 'fast' ? 'preset fast' : `an epoch takes about ${Math.ceil(epochSeconds)} s, too long for \`time\``;
      const result = { name: 'fine-tuned', about: 'the whole network', skipped };
      results.push(result);
      yield { type: 'candidate', result };
      return { candidates, results, sourceOf, close, reading: readingOf(backbone), features };
    }
    const tuned = await fresh();
    copyInto(tuned.model, probe.model);
    const training = fineTuned({
      goal,
      model: tuned.model,
      train: backbone.kind === 'image' ? await sourceOf(parts.train, AUGMENT) : train,
      validation,
      epochs,
      lr: RATES[wanted],
      complexity: 2,
      clock: context.clock,
      ...threadsOf(options),
      signal: context.signal,
      ...(context.checkpoints !== undefined && { checkpoints: { folder: context.checkpoints } }),
    });
    const candidate = yield* named('fine-tuned', training);
    if (candidate) {
      const average = await averaged(run, (await fresh()).model, probe, candidate, validation);
      for (const one of [candidate, average]) {
        const result = judgedResult(run, one);
        candidates.push(one);
        results.push(result);
        yield { type: 'candidate', result };
      }
    }
    return { candidates, results, sourceOf, close, reading: readingOf(backbone), features };
  } catch (error) {
    await close();
    throw error;
  }
}

const readingOf = (backbone: ImageBackbone | TextBackbone): Reading =>
  backbone.kind === 'image' ? { kind: 'image', backbone } : { kind: 'text', backbone };

/** The linear probe as a candidate, its weights in the head of the network. */
async function* probed(run: Run, features: DataFit['features'], head: Headed): AsyncGenerator<DataFitEvent, Candidate, void> {
  const { goal, parts, context } = run;
  const began = context.clock();
  const probe: LinearProbe = yield* worked('linear probe', (progress) =>
    linearProbe(
      goal,
      { features: features.train, labels: parts.train.labels as Labels },
      { features: features.validation, labels: parts.validation.labels as Labels },
      { signal: context.signal, progress },
    ),
  );
  setHead(head, probe.linear);
  return {
    name: 'linear probe',
    about: `a linear model on ${head.width} features of ${head.model.name}, L2 ${probe.l2}`,
    complexity: 1,
    model: head.model,
    validation: probe.validation,
    trainable: probe.linear.weights.length + probe.linear.bias.length,
    seconds: (context.clock() - began) / 1000,
  };
}

async function averaged(run: Run, model: Model, probe: Candidate, tuned: Candidate, validation: ExampleSource): Promise<Candidate> {
  const { context, goal, options } = run;
  const began = context.clock();
  averageInto(model, probe.model, tuned.model);
  const { logits } = await evaluate(model, validation, { loss: goal.loss, ...threadsOf(options) });
  const seconds = (context.clock() - began) / 1000;
  return {
    name: 'average',
    about: 'half way between the linear probe and the fine-tuned network',
    complexity: 3,
    model,
    validation: logits,
    trainable: 0,
    seconds,
  };
}

/** A linear model and a small network on the numbers of a table. */
async function* fromTable(run: Run): AsyncGenerator<DataFitEvent, Trained, void> {
  const { data, parts, goal, context, options } = run;
  const { inputs } = data;
  const columns = inputs.kind === 'table' ? inputs.columns : fail('unsupported-op', `Training on ${inputs.kind} rows is not built yet.`);
  const encoding = encodingOf(columns, parts.train.rows);
  const sourceOf = async (rows: RowsGiven): Promise<ExampleSource> => encodedRows(encoding, data.table.columns, rows);
  const [train, validation] = [await sourceOf(parts.train), await sourceOf(parts.validation)];
  const all = async (source: ExampleSource) =>
    (await source.gather(Int32Array.from({ length: source.length }, (_, i) => i))).inputs as Tensor<'float32'>;
  const features = { train: await all(train), validation: await all(validation) };
  const width = features.train.dims[1] as number;
  const classes = data.task.kind === 'regression' ? undefined : data.task.classes;
  const linear = createModel({ name: 'linear', input: [width], layers: [dense(goal.outputs, { name: 'head' })], ...(classes && { classes }) });
  const head: Headed = { model: linear, features: linear.features, width };
  const probe = { ...(yield* probed(run, features, head)), name: 'linear model', about: `a linear model on ${width} numbers` };
  const results = [judgedResult(run, probe)];
  yield { type: 'candidate', result: results[0] as CandidateResult };
  const hidden = Math.max(16, Math.min(256, 2 ** Math.ceil(Math.log2(Math.sqrt(train.length) * 4))));
  const layers = [dense(hidden), relu(), dropout(0.1), dense(hidden), relu(), dropout(0.1), dense(goal.outputs, { name: 'head' })];
  const network = createModel({ name: 'network', input: [width], layers, ...(classes && { classes }) });
  const training = fineTuned({
    goal,
    model: network,
    train,
    validation,
    epochs: options.epochs || Math.max(10, Math.min(200, Math.round(60_000 / train.length))),
    lr: 2e-3,
    complexity: 2,
    clock: context.clock,
    ...threadsOf(options),
    signal: context.signal,
    ...(context.checkpoints !== undefined && { checkpoints: { folder: context.checkpoints } }),
  });
  const candidates = [probe];
  const tuned = yield* named('network', training);
  if (tuned) {
    const candidate = { ...tuned, name: 'network', about: `two hidden layers of ${hidden}` };
    candidates.push(candidate);
    results.push(judgedResult(run, candidate));
    yield { type: 'candidate', result: results.at(-1) as CandidateResult };
  }
  return { candidates, results, sourceOf, close: async () => undefined, reading: { kind: 'table', encoding }, features };
}

function judgedResult({ goal, parts }: Run, candidate: Candidate): CandidateResult {
  return resultOf(judged(goal, candidate, parts.validation.labels as Labels));
}

/** Epochs that fit into what is left of the time; 0 where not even one does. */
function epochsFor({ options, context, began }: Run, epochSeconds: number): number {
  const { preset, epochs, time } = options;
  if (epochs > 0) return epochs;
  const left = time * 60 - (context.clock() - began) / 1000;
  return Math.max(0, Math.min(MOST_EPOCHS[preset], Math.floor(left / epochSeconds)));
}

/** The metric of what knows nothing of the inputs. */
function yardstickOf({ task, outputs }: Goal, train: Labels, validation: Labels): DataFit['yardstick'] {
  if (task.kind !== 'classification')
    return {
      name: task.kind === 'regression' ? 'the mean' : 'no label',
      metric: task.kind === 'regression' ? 0 : shareOfZeros(validation as Tensor),
    };
  const counts = new Int32Array(outputs);
  for (const label of train as Int32Array) counts[label] = (counts[label] as number) + 1;
  const most = counts.indexOf(Math.max(...counts));
  const right = (validation as Int32Array).filter((label) => label === most).length;
  return { name: `always "${task.classes[most]}"`, metric: right / Math.max(1, (validation as Int32Array).length) };
}

function shareOfZeros({ data }: Tensor): number {
  const values = data as Float32Array;
  return values.filter((value) => value === 0).length / Math.max(1, values.length);
}

/** Runs what tells its progress by a function, and passes that on as events. */
async function* worked<T>(what: string, work: (progress: (done: number, of: number) => void) => Promise<T>): AsyncGenerator<WorkEvent, T, void> {
  const told: WorkEvent[] = [];
  let wake: () => void = () => undefined;
  let settled = false;
  const result = work((done, of) => {
    told.push({ type: 'work', what, done, of });
    wake();
  }).finally(() => {
    settled = true;
    wake();
  });
  // Somebody who stops listening must not leave a rejection behind that nobody handles.
  result.catch(() => undefined);
  while (!settled || told.length > 0) {
    const event = told.shift();
    if (event) yield event;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (settled || told.length > 0) resolve();
      });
  }
  return result;
}

/** The events of a training under the candidate's name. */
async function* named<E, T>(
  candidate: string,
  training: AsyncGenerator<E, T, void>,
): AsyncGenerator<{ type: 'training'; candidate: string; event: E }, T, void> {
  for (;;) {
    const { value, done } = await training.next();
    if (done) return value;
    yield { type: 'training', candidate, event: value };
  }
}
