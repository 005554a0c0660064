// Model -> runnable step: specialised to a batch size, put in training form, with loss and gradient, lowered and written. Called by `fit`.
import { fail } from '../core/errors.ts';
import { dropoutMask, type Stream } from '../core/rng.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import { backward } from '../grad/backward.ts';
import type { Builder } from '../graph/builder.ts';
import { foldConstants } from '../graph/fold.ts';
import { withGiven } from '../graph/given.ts';
import type { Graph, RandomSpec, Value } from '../graph/graph.ts';
import { writeOnnx } from '../graph/onnx/write.ts';
import { inTurn, prune, specialise } from '../graph/rewrite.ts';
import type { BlockLayout } from '../lower/blocked/layout.ts';
import { expanded } from '../lower/expanded.ts';
import { fusedGelu } from '../lower/gelu.ts';
import { lower } from '../lower/lower.ts';
import { poolFirst } from '../lower/pool-first.ts';
import { pooledConv } from '../lower/pooled-conv.ts';
import { recomputed } from '../lower/recompute.ts';
import { scheduled } from '../lower/schedule.ts';
import { steppedLstm } from '../lower/stepped-lstm.ts';
import { averagedBy } from '../nn/ema.ts';
import type { Loss } from '../nn/losses/loss.ts';
import type { Model } from '../nn/model.ts';
import type { Sizes } from '../nn/sizes.ts';
import { type BatchNormMode, trainingForm } from '../nn/training-form.ts';
import type { ProgramSetup } from './engine.ts';

/** What a penalty may look at in a step, besides the parameters. */
export interface StepValues {
  /** The model's inputs by name. */
  readonly inputs: ReadonlyMap<string, Value>;
  /** Scores `[N, ...]`. */
  readonly logits: Value;
  /** Labels, of the type that the loss compares with. */
  readonly target: Value;
  /** The value that stands in the step for one of the model's graph, by its name there; one that the penalty `reads`. */
  at(name: string): Value;
}

/**
 * Adds a term to the loss of every example; `parameters` are those that train, by id. Returns a scalar. What it makes of the batch should be a mean over
 * its examples: then the size of the batch does not matter.
 */
export interface Penalty {
  (g: Builder, parameters: ReadonlyMap<string, Value>, step: StepValues): Value;
  /** Names of values of the model's graph that it looks at. */
  readonly reads?: readonly string[];
}

/** A random tensor that a step must be fed. */
export interface RandomFeed {
  readonly name: string;
  readonly dims: readonly number[];
  readonly spec: RandomSpec;
}

/** Its numbers in one step, from a stream of that step's own. */
export function drawn({ dims, spec }: RandomFeed, source: Stream): Tensor<'float32'> {
  const values = new Float32Array(sizeOf(dims));
  if (spec.distribution === 'normal') source.normals(values);
  else dropoutMask(source, values, spec.rate);
  return tensor('float32', dims, values);
}

export interface TrainProgram {
  readonly setup: ProgramSetup;
  readonly random: readonly RandomFeed[];
}

export interface TrainProgramOptions {
  /** Of everything that the model's inputs leave open: the batch, the length of texts. */
  readonly sizes: Sizes;
  readonly loss: Loss;
  /** Ids of the parameters that learn; all others are constants of the program. */
  readonly trainable: ReadonlySet<string>;
  readonly batchNorm: BatchNormMode;
  readonly penalties: readonly Penalty[];
  /** The blocked layout of the device that runs it; plain without. */
  readonly layout?: BlockLayout | undefined;
  /** Names of values that are fed instead of what they are computed from; see features/cut.ts. */
  readonly given?: readonly string[] | undefined;
  /** What of the forward pass is computed again for the gradient instead of being kept; default nothing. */
  readonly recompute?: Recompute | undefined;
}

/** `blocks`: parts of the network between its narrow places. */
export type Recompute = 'none' | 'blocks';

/** Name of the input that takes the labels. */
export const TARGET = 'target';

interface Objective {
  readonly g: Builder;
  /** What is minimised, not yet divided by `weight`. */
  readonly value: Value;
  /** Those that learn, by id. */
  readonly parameters: ReadonlyMap<string, Value>;
  readonly updates: ReadonlyMap<string, Value>;
}

/** The forward pass of certain sizes, or what of it is left behind values that are given. */
function forward(sized: Builder, { given, trainable }: Pick<TrainProgramOptions, 'given' | 'trainable'>): Builder {
  const whole = foldConstants(sized).graph;
  return given ? withGiven(whole, given, trainable).graph : whole;
}

/** Forward pass and loss in training form, with outputs `loss`, `weight`, `penalty`. */
function objective(model: Model, options: TrainProgramOptions): Objective {
  const { graph: sized, map } = specialise(model.graph, options.sizes);
  // As outputs they outlast the passes.
  for (const name of options.penalties.flatMap(({ reads = [] }) => reads)) {
    const value = model.graph.values.get(name);
    sized.output(readAs(name), map(value ?? fail('invalid-argument', `A penalty reads \`${name}\`, which model \`${model.name}\` does not have.`)));
  }
  const learns = ({ id }: Value) => id !== undefined && options.trainable.has(id);
  const stepped = (graph: Graph) => steppedLstm(graph, learns);
  const prepared = inTurn(forward(sized, options), [expanded, stepped, fusedGelu, poolFirst, pooledConv]).graph;
  const { graph: g, updates } = trainingForm(prepared, options.batchNorm);
  const outputs = new Map(g.outputs);
  const logits = outputs.get('logits') ?? fail('internal', `Model \`${model.name}\` has no output \`logits\`.`);
  const inputs = new Map(g.ofKind('input').map((value) => [value.name, value]));
  g.outputs.clear();
  const { dtype, shape } = options.loss.target(logits);
  const target = g.input(TARGET, dtype, shape);
  const { sum, weight } = g.scope('loss', () => options.loss.build(g, logits, target));
  const parameters = new Map(
    g.ofKind('parameter').flatMap((value) => (value.id !== undefined && options.trainable.has(value.id) ? [[value.id, value] as const] : [])),
  );
  const at = (name: string) =>
    outputs.get(readAs(name)) ?? fail('invalid-argument', `A penalty looks at \`${name}\`, which is not in its \`reads\`.`);
  const step = { inputs, logits, target, at };
  const terms = options.penalties.map((penalty, i) => g.scope(`penalty${i}`, () => penalty(g, parameters, step)));
  const penalty = terms.length ? terms.reduce((a, b) => g.add(a, b)) : g.scalar(0);
  g.output('loss', sum);
  g.output('weight', weight);
  g.output('penalty', penalty);
  // Gradients are divided by the weight of all micro-batches at the end, so the penalty is multiplied by this one's.
  return { g, value: terms.length ? g.add(sum, g.mul(penalty, weight)) : sum, parameters, updates };
}

function readAs(name: string): string {
  return `read:${name}`;
}

/** Bytes that differ when the model, the loss, a frozen value or a penalty does; values of the parameters that learn are not among them. */
export function objectiveBytes(model: Model, options: TrainProgramOptions): Uint8Array {
  const { g, parameters } = objective(model, options);
  return writeOnnx(lower(prune(g).graph).graph, {
    stored: (value) => (value.kind === 'buffer' || parameters.has(value.id ?? '') ? undefined : value.data),
  });
}

/** A name for the program of one kind and one set of sizes, for values that are `given` where there are any. */
export function keyOf(kind: string, sizes: Sizes, given: readonly string[] = []): string {
  return [kind, ...given, ...Object.entries(sizes).map(([name, size]) => `${name}=${size}`)].join(' ');
}

/** Forward, loss and gradient for one batch size. Outputs: `loss`, `weight`, `penalty`, `d:<id>`, `next:<id>`. */
export function trainProgram(model: Model, options: TrainProgramOptions): TrainProgram {
  const { g, value, parameters, updates } = objective(model, options);
  const forward = new Set(g.values.keys());
  const gradients = backward(g, value, [...parameters.values()]);
  for (const id of parameters.keys()) {
    const gradient = gradients.get(parameters.get(id) as Value);
    if (!gradient) fail('invalid-model', `Parameter \`${id}\` does not reach the loss of model \`${model.name}\`; freeze its group.`);
    g.output(`d:${id}`, gradient);
  }
  for (const [id, update] of updates) g.output(`next:${id}`, update);
  const random = g.ofKind('random').map((value): RandomFeed => {
    return { name: value.name, dims: value.shape as number[], spec: value.random ?? fail('internal', `\`${value.name}\` has no distribution.`) };
  });
  const fed = (value: Value) => (value.kind === 'parameter' ? parameters.has(value.id ?? '') : updates.size > 0);
  const whole = options.recompute === 'blocks' ? recomputed(prune(g).graph, forward).graph : g;
  const setup = written(whole, keyOf('train', options.sizes, options.given), fed, {
    gradients: [...parameters.keys()],
    updates: [...updates.keys()],
    layout: options.layout,
  });
  return { setup, random };
}

/** A program whose outputs `0`, `1` ... are all float values of the forward pass and the loss, in the order they are computed. */
export interface DiagnosisProgram {
  readonly setup: ProgramSetup;
  readonly places: readonly { readonly op: string; readonly node: string; readonly shape: readonly number[] }[];
}

/** The forward pass of a training step with everything in between as outputs, to find where a value stops being finite. */
export function diagnosisProgram(model: Model, options: TrainProgramOptions): DiagnosisProgram {
  const { g, parameters, updates } = objective(model, options);
  const { graph } = lower(prune(g).graph);
  graph.outputs.clear();
  const places = graph.nodes.flatMap((node) =>
    node.outputs.flatMap((value) => {
      if (value?.dtype !== 'float32') return [];
      graph.output(String(graph.outputs.size), value);
      return [{ op: node.op, node: node.name, shape: value.shape as number[] }];
    }),
  );
  const fed = (value: Value) => (value.kind === 'parameter' ? parameters.has(value.id ?? '') : updates.size > 0);
  return { setup: written(graph, keyOf('diagnose', options.sizes, options.given), fed), places };
}

/** Scores for one batch size, on the current parameters; with a loss, its `loss` and `weight` too. Behind values that are `given`, where they are. */
export function evaluationProgram(
  model: Model,
  sizes: Sizes,
  trainable: ReadonlySet<string>,
  loss?: Loss,
  layout?: BlockLayout,
  given?: readonly string[],
): ProgramSetup {
  const sized = specialise(model.graph, sizes).graph;
  const g = given ? forward(sized, { given, trainable }) : sized;
  const logits = g.outputs.get('logits') ?? fail('internal', `Model \`${model.name}\` has no output \`logits\`.`);
  if (loss) {
    const { dtype, shape } = loss.target(logits);
    const { sum, weight } = g.scope('loss', () => loss.build(g, logits, g.input(TARGET, dtype, shape)));
    g.output('loss', sum);
    g.output('weight', weight);
  }
  const fed = (value: Value) => value.kind === 'buffer' || trainable.has(value.id ?? '');
  return written(g, keyOf(loss ? 'score' : 'evaluate', sizes, given), fed, { layout });
}

/**
 * A program whose outputs `0`, `1` ... are the values called `names`, which no parameter that learns goes into. All its weights are constants, for which
 * ONNX Runtime chooses a layout itself.
 */
export function prefixProgram(model: Model, sizes: Sizes, names: readonly string[]): ProgramSetup {
  const { graph } = foldConstants(specialise(model.graph, sizes).graph);
  graph.outputs.clear();
  names.forEach((name, i) => {
    graph.output(String(i), graph.value(name));
  });
  return written(prune(graph, { state: true }).graph, keyOf('prefix', sizes, names), () => false);
}

function written(
  graph: Builder,
  key: string,
  fed: (value: Value) => boolean,
  rest: { gradients?: readonly string[]; updates?: readonly string[]; layout?: BlockLayout | undefined } = {},
): ProgramSetup {
  const { gradients = [], updates = [], layout } = rest;
  const { graph: g } = lower(prune(graph).graph, layout);
  const ids = (kind: 'parameter' | 'buffer') => g.ofKind(kind).flatMap((value) => (fed(value) && value.id !== undefined ? [value.id] : []));
  const state = (value: Value) => (value.kind === 'parameter' || value.kind === 'buffer') && fed(value);
  const model = writeOnnx(g, { stored: (value) => (state(value) ? undefined : value.data), nodes: scheduled(g) });
  const averages = g.ofKind('input').flatMap(({ name }) => averagedBy(name) ?? []);
  return { key, model: model as Uint8Array<ArrayBuffer>, parameters: ids('parameter'), buffers: ids('buffer'), averages, gradients, updates };
}
