// The main thread's side of the engine: builds the programs a batch needs, prepares feeds, and asks the worker to run them. Used by `fit`.
import { isFloat } from '../core/dtype.ts';
import { fail } from '../core/errors.ts';
import { stream } from '../core/rng.ts';
import { copyOf, sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import type { ExampleSource, Examples, Pass } from '../data/dataset.ts';
import type { BlockLayout } from '../lower/blocked/layout.ts';
import type { Loss } from '../nn/losses/loss.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { inputsOf, type Sizes, sizesOf } from '../nn/sizes.ts';
import type { BatchNormMode } from '../nn/training-form.ts';
import { buffersOf } from '../runtime/rpc.ts';
import { connect, type WorkerClient, workerUrl } from '../runtime/worker-client.ts';
import { argmaxRows } from '../score/metrics.ts';
import { adopt, bufferSlots } from './adopt.ts';
import { firstBad } from './bad-value.ts';
import type { EngineInfo, EngineSetup, EngineState, Learnt, StepRequest, StepResult, TrainableSlot } from './engine.ts';
import type { EngineHandlers } from './engine.worker.ts';
import { type Cut, namesOf } from './features/cut.ts';
import { cutOf } from './features/examples.ts';
import { layOut, type Place, type Slot } from './flat-store.ts';
import {
  diagnosisProgram,
  drawn,
  evaluationProgram,
  keyOf,
  objectiveBytes,
  type Penalty,
  prefixProgram,
  type RandomFeed,
  type Recompute,
  TARGET,
  type TrainProgram,
  type TrainProgramOptions,
  trainProgram,
} from './program.ts';

export interface TrainerOptions {
  readonly loss: Loss;
  /** Parameters that learn, in the model's order. */
  readonly trainable: readonly TrainableSlot[];
  readonly batchNorm: BatchNormMode;
  readonly penalties: readonly Penalty[];
  readonly recompute?: Recompute | undefined;
  readonly optimiser: EngineSetup['optimiser'];
  readonly ema?: number | undefined;
  /** Updates add up the gradients of several micro-batches. */
  readonly accumulate?: boolean;
  readonly seed: number;
  readonly device: EngineSetup['device'];
  readonly threads?: number | undefined;
}

/** Feeds of one micro-batch and the buffers among them that may change owner. */
export interface Prepared {
  readonly key: string;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly transfer: readonly ArrayBuffer[];
}

/** Scores of some examples; loss and accuracy where there are labels that have them. */
export interface Scores {
  /** `[N, ...]`, the model's output in the order of the examples. */
  readonly logits: Tensor<'float32'>;
  readonly loss: number | undefined;
  /** Share of examples whose highest score is that of their class. */
  readonly accuracy: number | undefined;
}

/** What an open size, a length, and the embedding of an index are taken for where memory is estimated. */
const [OPEN_SIZE, EMBEDDED] = [128, 512];

/** Examples of a source scored at a time: enough to keep all cores busy, and few enough to bound memory, however large one is. */
export function evaluationBatch({ input }: Model, { inputShape }: ExampleSource): number {
  const sizes = input.shape.slice(1).map((dim, axis) => [dim, inputShape[axis]].find((size) => typeof size === 'number') ?? OPEN_SIZE);
  const elements = sizes.reduce<number>((product, size) => product * Number(size), isFloat(input.dtype) ? 1 : EMBEDDED);
  return Math.max(8, Math.min(256, Math.floor(2 ** 22 / Math.max(1, elements))));
}

/** Compiled programs kept at a time; the least recently used goes first. */
const MAX_PROGRAMS = 8;

/**
 * The thread of a training that has ended, for the next one: to start one takes longer than to prepare a small network. It holds no session and no values, and
 * does not keep the process alive.
 */
let idle: WorkerClient<EngineHandlers> | undefined;

function engineThread(): WorkerClient<EngineHandlers> {
  const engine = idle ?? connect<EngineHandlers>(workerUrl('engine', import.meta.url));
  idle = undefined;
  return engine;
}

export class Trainer {
  readonly info: EngineInfo;
  readonly #model: Model;
  readonly #options: TrainerOptions;
  readonly #engine: WorkerClient<EngineHandlers>;
  readonly #trainable: ReadonlySet<string>;
  readonly #buffers: readonly Slot[];
  /** Programs that the engine holds, by key, the least recently used first, with the random tensors that they are fed. */
  readonly #ready = new Map<string, readonly RandomFeed[]>();

  static async open(model: Model, options: TrainerOptions): Promise<Trainer> {
    const engine = engineThread();
    const buffers = bufferSlots(model);
    try {
      const info = await engine.call('open', {
        device: options.device,
        threads: options.threads,
        parameters: options.trainable,
        buffers,
        optimiser: options.optimiser,
        ema: options.ema,
        accumulate: options.accumulate,
      });
      const trainer = new Trainer(model, options, engine, info, buffers);
      const state = trainer.initialState();
      await engine.call('restore', state, [state.parameters.buffer, state.buffers.buffer]);
      return trainer;
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  private constructor(model: Model, options: TrainerOptions, engine: WorkerClient<EngineHandlers>, info: EngineInfo, buffers: readonly Slot[]) {
    this.#model = model;
    this.#options = options;
    this.#engine = engine;
    this.#trainable = new Set(options.trainable.map(({ id }) => id));
    this.#buffers = buffers;
    this.info = info;
  }

  /** The model's own values, no update made. */
  initialState(): EngineState {
    const own = stateOf(this.#model);
    const flat = (places: readonly Place[]) => {
      const values = new Float32Array(places.at(-1)?.to ?? 0);
      for (const { id, from } of places) values.set((own.get(id) as Tensor<'float32'>).data, from);
      return values;
    };
    return { parameters: flat(layOut(this.#options.trainable)), buffers: flat(layOut(this.#buffers)), slots: [], updates: 0 };
  }

  /** Copies what was learnt into the model. */
  adopt(learnt: Learnt): void {
    adopt(this.#model, this.#options.trainable, learnt);
  }

  learnt(): Promise<Learnt> {
    return this.#engine.call('learnt');
  }

  snapshot(): Promise<EngineState> {
    return this.#engine.call('snapshot');
  }

  restore(state: EngineState): Promise<void> {
    return this.#engine.call('restore', state);
  }

  /** Draws and packs one micro-batch. `path` places its random tensors: epoch, step, micro-batch. */
  async prepare(examples: Examples, path: readonly number[]): Promise<Prepared> {
    const { key, random } = await this.#trainProgram(examples);
    const feeds = this.#feeds(examples);
    for (const feed of random) feeds[feed.name] = drawn(feed, stream(this.#options.seed, feed.spec.distribution, feed.name, ...path));
    return { key, feeds, transfer: buffersOf(feeds) };
  }

  step({ key, feeds, transfer }: Prepared, rest: Pick<StepRequest, 'first' | 'apply'>): Promise<StepResult> {
    return this.#engine.call('step', { key, feeds, ...rest }, transfer);
  }

  /** Where, on the current parameters, the forward pass of a micro-batch first holds NaN or infinity, in words; `undefined` when it is finite. */
  async diagnose(examples: Examples, path: readonly number[]): Promise<string | undefined> {
    const { key, feeds, transfer } = await this.prepare(examples, path);
    this.#ready.delete(key);
    const { setup, places } = diagnosisProgram(this.#model, this.#objective(examples));
    await this.#engine.call('prepare', setup, [setup.model.buffer]);
    const found = await this.#engine.call('findNotFinite', { key: setup.key, feeds, outputs: places.map((_, i) => String(i)) }, transfer);
    if (!found) return undefined;
    const { op, node, shape } = places[Number(found.output)] as (typeof places)[number];
    return `${op} node \`${node}\` gives ${found.value} in ${found.count} of its ${sizeOf(shape)} values [${shape.join(', ')}]`;
  }

  /** Scores of a whole source, `batchSize` at a time, in its order; `average` takes the moving average of the parameters. */
  async score(source: ExampleSource, batchSize: number, average: boolean): Promise<Scores> {
    const size = Math.min(batchSize, source.length);
    const width = sizeOf(this.#model.logits.shape.slice(1) as number[]);
    const logits = new Float32Array(source.length * width);
    const [sums, flying] = [{ loss: 0, weight: 0, right: 0, classed: 0 }, [] as Promise<void>[]];
    for (let from = 0; from < source.length; from += size) {
      const indices = Int32Array.from({ length: Math.min(size, source.length - from) }, (_, i) => from + i);
      const examples = await take(source, indices, this.#model);
      // A score may hide it: the maximum of NaN and 1 is 1 in some ops.
      const bad = firstBad(examples);
      if (bad) fail('invalid-data', `\`${source.name}\`: ${bad.what} in example ${indices[bad.example]}. Repair or leave out that example.`);
      // The source may put the next ones into the same arrays.
      const labels = examples.labels instanceof Int32Array ? examples.labels.slice() : undefined;
      flying.push(settled(this.#scoreBatch(examples, average).then((outputs) => add(outputs, labels, from))));
      // The next batch is read while one is computed.
      if (flying.length > 1) await flying.shift();
    }
    await Promise.all(flying);
    const dims = [source.length, ...(this.#model.logits.shape.slice(1) as number[])];
    return {
      logits: tensor('float32', dims, logits),
      loss: sums.weight > 0 ? sums.loss / sums.weight : undefined,
      accuracy: sums.classed > 0 ? sums.right / sums.classed : undefined,
    };

    function add(outputs: Readonly<Record<string, Tensor>>, labels: Int32Array | undefined, from: number): void {
      const scores = outputs.logits?.data as Float32Array;
      logits.set(scores, from * width);
      if (outputs.loss) {
        sums.loss += Number(outputs.loss.data[0]);
        sums.weight += Number(outputs.weight?.data[0]);
      }
      if (!labels) return;
      argmaxRows(scores, width).forEach((predicted, i) => {
        if (predicted === labels[i]) sums.right++;
      });
      sums.classed += labels.length;
    }
  }

  /** Of everything that the loss of these examples depends on besides the values that learn. */
  objectiveBytes(examples: Examples): Uint8Array {
    return objectiveBytes(this.#model, this.#objective(examples));
  }

  /** What the frozen part of the model makes of some examples: the values of `cut` that are no inputs, in its order. */
  async prefix(cut: Cut, examples: Examples): Promise<Tensor[]> {
    const { sizes, names } = this.#prefixOf(cut, examples);
    const key = keyOf('prefix', sizes, names);
    await this.#use(key, () => ({ setup: prefixProgram(this.#model, sizes, names), random: [] }));
    const feeds = this.#feeds({ ...examples, labels: undefined });
    const outputs = await this.#engine.call('evaluate', { key, feeds, ema: false }, buffersOf(feeds));
    return names.map((_, i) => outputs[i] as Tensor);
  }

  /** All that `prefix` depends on besides the examples and what runs it: nodes and weights. */
  prefixBytes(cut: Cut, examples: Examples): Uint8Array {
    const { sizes, names } = this.#prefixOf(cut, examples);
    return prefixProgram(this.#model, sizes, names).model;
  }

  /** Gives up the frozen part, and with it its memory. */
  async dropPrefix(): Promise<void> {
    for (const key of [...this.#ready.keys()].filter((name) => name.startsWith('prefix '))) {
      this.#ready.delete(key);
      await this.#engine.call('drop', key);
    }
  }

  #prefixOf(cut: Cut, examples: Examples): { sizes: Sizes; names: string[] } {
    return { sizes: sizesOf(this.#model, examples), names: cut.values.flatMap(({ name, input }) => (input ? [] : [name])) };
  }

  /** Gives back the engine's thread. */
  async close(): Promise<void> {
    try {
      await this.#engine.call('release');
    } catch (error) {
      await this.#engine.close();
      throw error;
    }
    if (idle) await this.#engine.close();
    else idle = this.#engine;
  }

  #objective(examples: Examples): TrainProgramOptions {
    const { loss, batchNorm, penalties, recompute } = this.#options;
    return { ...this.#shapeOf(examples), loss, trainable: this.#trainable, batchNorm, penalties, recompute, layout: this.#layout };
  }

  get #layout(): BlockLayout | undefined {
    const { block, threads } = this.info;
    return block === undefined ? undefined : { block, threads };
  }

  /** Sizes that programs for these examples have, and the names of what they are given in place of the model's inputs. */
  #shapeOf(examples: Examples): { sizes: Sizes; given?: readonly string[] } {
    const cut = cutOf(examples);
    if (!cut) return { sizes: sizesOf(this.#model, examples) };
    return { sizes: { ...cut.sizes, [cut.batch]: examples.inputs.dims[0] as number }, given: namesOf(cut) };
  }

  async #trainProgram(examples: Examples): Promise<{ key: string; random: readonly RandomFeed[] }> {
    const { sizes, given } = this.#shapeOf(examples);
    const key = keyOf('train', sizes, given);
    const random = await this.#use(key, () => trainProgram(this.#model, this.#objective(examples)));
    return { key, random };
  }

  async #scoreBatch(examples: Examples, average: boolean): Promise<Record<string, Tensor>> {
    const { sizes, given } = this.#shapeOf(examples);
    const loss = examples.labels === undefined ? undefined : this.#options.loss;
    const key = keyOf(loss ? 'score' : 'evaluate', sizes, given);
    // Before anything is waited for: the source is asked for the next ones in the meantime.
    const feeds = this.#feeds(examples);
    await this.#use(key, () => ({ setup: evaluationProgram(this.#model, sizes, this.#trainable, loss, this.#layout, given), random: [] }));
    return this.#engine.call('evaluate', { key, feeds, ema: average }, buffersOf(feeds));
  }

  /** Makes sure that the engine holds a program. Requests are answered in order, so a program that is dropped here has done all its work. */
  async #use(key: string, make: () => TrainProgram): Promise<readonly RandomFeed[]> {
    const known = this.#ready.get(key);
    this.#ready.delete(key);
    if (known) {
      this.#ready.set(key, known);
      return known;
    }
    const { setup, random } = make();
    this.#ready.set(key, random);
    for (const oldest of [...this.#ready.keys()].slice(0, -MAX_PROGRAMS)) {
      this.#ready.delete(oldest);
      await this.#engine.call('drop', oldest);
    }
    await this.#engine.call('prepare', setup, [setup.model.buffer]);
    return random;
  }

  /** Inputs and, where there are any, labels of a batch, as the programs take them. */
  #feeds(examples: Examples): Record<string, Tensor> {
    const { labels } = examples;
    // Copies, because they change owner on their way to the engine, and the source may still need its own.
    const inputs = cutOf(examples)
      ? Object.entries(examples.extras ?? {})
      : inputsOf(this.#model, examples).map(([{ name }, given]) => [name, given] as const);
    const own = Object.fromEntries(inputs.map(([name, given]) => [name, copyOf(given)]));
    if (labels === undefined) return own;
    return { ...own, [TARGET]: labels instanceof Int32Array ? wide(labels) : copyOf(labels) };
  }
}

/** Lets a promise that nobody waits for yet be rejected without ending the process. */
export function settled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/**
 * Examples of a source, their labels checked, because one that is no class would silently count as none.
 * @throws GraftError `invalid-data` naming the label and the example.
 */
export async function take(source: ExampleSource, indices: Int32Array, model: Model, pass?: Pass): Promise<Examples> {
  const examples = await source.gather(indices, pass);
  const { inputs, labels } = examples;
  const given = labels instanceof Int32Array ? labels.length : (labels?.dims[0] ?? inputs.dims[0]);
  if (inputs.dims[0] !== indices.length || given !== indices.length) {
    fail(
      'invalid-data',
      `\`${source.name}\` was asked for ${indices.length} examples and gave ${inputs.dims[0]} inputs and ${given} labels; \`gather\` must give each.`,
    );
  }
  if (!(labels instanceof Int32Array)) return examples;
  const classes = model.logits.shape.at(-1) as number;
  const at = labels.findIndex((label) => label < 0 || label >= classes);
  if (at < 0) return examples;
  const range = `0..${classes - 1}, the range for ${classes} classes`;
  return fail('invalid-data', `Label ${labels[at]} of example ${indices[at]} in \`${source.name}\` is outside ${range}.`);
}

/** Class indices as int64, by way of their low halves: filling a BigInt64Array costs ten times as much. */
function wide(labels: Int32Array): Tensor<'int64'> {
  const data = new BigInt64Array(labels.length);
  const halves = new Int32Array(data.buffer);
  labels.forEach((label, i) => {
    halves[2 * i] = label;
  });
  return tensor('int64', [labels.length], data);
}
