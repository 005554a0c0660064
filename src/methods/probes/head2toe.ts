// Head2Toe: a linear head on the few features that tell most, of all layers of a network that stays as it is. Called by users.
import { fail } from '../../core/errors.ts';
import { inWords, knownOptions, type OptionKinds } from '../../core/known-options.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { Dataset, ExampleSource } from '../../data/dataset.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { createModel } from '../../nn/create-model.ts';
import { dense } from '../../nn/layers/dense.ts';
import { type Model, type ParameterInfo, stateOf } from '../../nn/model.ts';
import { copyOfModel } from '../../nn/own-values.ts';
import { requireModel } from '../../nn/require-model.ts';
import { cosine } from '../../nn/schedules.ts';
import { Scope, type ScopeRecord } from '../../nn/scope.ts';
import type { FitEvent } from '../../train/events.ts';
import { fit } from '../../train/fit.ts';
import type { FitOptions } from '../../train/fit-options.ts';
import { requireSource } from '../../train/given.ts';
import type { PhaseEvent } from '../transfer/transfer.ts';
import { columns, featuresOf, partsOf } from './features.ts';
import { type ProbedLayer, probedLayers, probeGraph } from './layers.ts';

/** How {@link head2toe} chooses features, and how it trains. */
export interface Head2ToeOptions {
  /** Share of all features that are kept, above 0 and at most 1; default 0.1. */
  readonly fraction?: number;
  /** Weight of the group lasso while they are chosen; default 0.001. */
  readonly lasso?: number;
  /** Blocks of the model, or values of its graph; default what each block before the head hands on. */
  readonly layers?: readonly string[];
  /** Of both trainings, on features that lie in memory: passes are cheap; default 50 epochs of Adam at 0.01, half a cosine down. */
  readonly fit?: Pick<FitOptions, 'epochs' | 'batchSize' | 'loss' | 'optimiser' | 'schedule' | 'clipNorm' | 'seed' | 'signal' | 'device' | 'threads'>;
}

const KINDS: OptionKinds<Head2ToeOptions> = {
  fraction: 'number',
  lasso: 'number',
  layers: { kind: 'list', like: "['layer3', 'layer4']" },
  fit: { kind: 'object', like: '{ epochs: 50 }' },
};
const FIT_KINDS: OptionKinds<NonNullable<Head2ToeOptions['fit']>> = {
  epochs: 'number',
  batchSize: 'number',
  loss: 'object',
  optimiser: 'object',
  schedule: 'function',
  clipNorm: 'number',
  seed: 'number',
  signal: 'object',
  device: ['auto', 'cpu', 'wasm'],
  threads: 'number',
};
const DEFAULTS: FitOptions = { epochs: 50, optimiser: { name: 'adam', settings: { lr: 0.01 } }, schedule: cosine() };

/** Name of the group of the new head. */
const HEAD = 'head';

/**
 * Probes all layers at once (Evci et al. 2022, arXiv:2201.03529, section 3): each block's output is averaged over places or tokens and scaled to one size, a
 * linear head on all of them learns under lambda sum_i |w_i| (eq. 3), the share of features with the greatest |w_i| is kept, and a new linear head learns
 * on those. The network runs over the data once; nothing of it learns. Instead of the paper's unit length a layer's vector gets a mean square of 1, which
 * does not depend on its width.
 * @returns a model with values of its own and the new head, what no kept feature needs left out; `model` stays as it is. `await finish(head2toe(model, train))`.
 * @throws GraftError `invalid-argument` for options out of range or layers that there are not; `aborted` when `fit.signal` stops it; and what `fit` throws.
 */
export async function* head2toe(
  model: Model,
  data: ExampleSource,
  options: Head2ToeOptions = {},
): AsyncGenerator<PhaseEvent | FitEvent, Model, void> {
  requireModel('head2toe', model);
  requireSource('head2toe', data);
  knownOptions(options, KINDS, 'head2toe');
  knownOptions(options.fit, FIT_KINDS, 'fit');
  const { fraction = 0.1, lasso = 1e-3, fit: given = {} } = options;
  if (!(fraction > 0 && fraction <= 1)) fail('invalid-argument', `\`fraction\` (=${fraction}) must be above 0 and at most 1.`);
  if (!(lasso >= 0 && Number.isFinite(lasso))) fail('invalid-argument', `\`lasso\` (=${lasso}) must be at least 0.`);
  const layers = probedLayers(model, options.layers);
  if (layers.length === 0) fail('invalid-argument', `Model \`${model.name}\` hands on no features before its head that could be probed.`);
  const settings: FitOptions = { ...DEFAULTS, ...given };
  const features = await featuresOf(model, data, layers, settings);
  const widths = layers.map((layer) => widthOf(model, layer));
  const outputs = outputsOf(model, data);
  const head = (inputs: number) => createModel({ name: HEAD, input: [inputs], layers: [dense(outputs, { name: HEAD })], seed: settings.seed ?? 0 });
  const whole = head(features.inputShape[0] as number);
  yield { type: 'phase', name: 'select', index: 0, of: 2 };
  yield* trained(whole, features, { ...settings, penalties: [groupLasso(lasso)] });
  const kept = mostRelevant(stateOf(whole).get('head.weight') as Tensor, fraction);
  const few = head(kept.length);
  yield { type: 'phase', name: 'probe', index: 1, of: 2 };
  yield* trained(few, columns(features, kept), settings);
  return probing(model, data, layers, byLayer(kept, widths), stateOf(few));
}

async function* trained(model: Model, data: Dataset, options: FitOptions): AsyncGenerator<FitEvent, void, void> {
  for await (const event of fit(model, data, options)) {
    if (event.type === 'end' && event.reason === 'stopped')
      fail('aborted', '`head2toe` was stopped before its head had learnt; nothing was changed.');
    yield event;
  }
}

/** lambda times the lengths of the weights that read each feature. */
const groupLasso = (lambda: number) => (g: Builder, parameters: ReadonlyMap<string, Value>) => {
  const weight = parameters.get('head.weight') ?? fail('internal', 'The probe has no weight.');
  return g.mul(g.sum(g.sqrt(g.add(g.op('ReduceSumSquare', [weight, g.ints([0])], { keepdims: 0 }), 1e-12))), lambda);
};

/** Indices of the features with the longest weights, in order. */
function mostRelevant({ dims, data }: Tensor, fraction: number): number[] {
  const [rows, width] = dims as [number, number];
  const squares = Float64Array.from({ length: width }, (_, i) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += Number(data[row * width + i]) ** 2;
    return sum;
  });
  const order = Array.from(squares.keys()).sort((a, b) => (squares[b] as number) - (squares[a] as number) || a - b);
  return order.slice(0, Math.max(1, Math.round(fraction * width))).sort((a, b) => a - b);
}

function byLayer(kept: readonly number[], widths: readonly number[]): number[][] {
  let from = 0;
  return widths.map((width) => {
    const [start, end] = [from, from + width];
    from = end;
    return kept.filter((i) => i >= start && i < end).map((i) => i - start);
  });
}

function widthOf(model: Model, layer: ProbedLayer): number {
  const { probe } = probeGraph(model, [layer]);
  return probe.shape[1] as number;
}

/** As many scores as the data has classes, or as the model gives. */
function outputsOf({ logits, name }: Model, { classes }: ExampleSource): number {
  const count = classes?.length ?? logits.shape.at(-1);
  return typeof count === 'number' ? count : fail('invalid-argument', `Model \`${name}\` gives ${inWords(count)} scores; give the data class names.`);
}

/** The model up to the kept features, and the head on them. */
function probing(
  model: Model,
  data: ExampleSource,
  layers: readonly ProbedLayer[],
  kept: readonly (readonly number[])[],
  values: ReadonlyMap<string, Tensor>,
): Model {
  const { graph, probe } = probeGraph(model, layers, kept);
  const own = new Set([...graph.ofKind('parameter'), ...graph.ofKind('buffer')].map(({ id = '' }) => id));
  const parameters = new Map<string, ParameterInfo>([...model.parameters].filter(([id]) => own.has(id)));
  const shared = model.groups
    .map(({ name, members }) => ({ name, kind: 'shared' as const, members: members.filter((id) => own.has(id)) }))
    .filter(({ members }) => members.length > 0);
  const group = shared.some(({ name }) => name === HEAD) ? `new_${HEAD}` : HEAD;
  const record: ScopeRecord = { g: graph, seed: 0, parameters, members: [] };
  const scope = new Scope(record, [group]);
  const logits = graph.scope(group, () => dense(outputsOf(model, data)).build(scope, probe));
  graph.output('logits', logits);
  const result = copyOfModel({
    ...partsOf(model, graph),
    logits,
    features: probe,
    parameters,
    groups: [...shared, { name: group, kind: 'head', members: record.members.map(({ id }) => id) }],
    ...((data.classes ?? model.classes) && { classes: data.classes ?? model.classes }),
  } as Model);
  const state = stateOf(result);
  for (const [id, { data: learnt }] of values) (state.get(id.replace(HEAD, group)) as Tensor<'float32'>).data.set(learnt as Float32Array);
  return result;
}
