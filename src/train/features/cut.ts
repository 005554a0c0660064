// Where a network may be cut in two: what comes before is the same each time for an example, whatever is learnt. In: a model and what trains. Out: the
// values to keep of each example. Called before a training begins.
import { type DType, dtypes } from '../../core/dtype.ts';
import { sizeOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import { foldConstants } from '../../graph/fold.ts';
import { neededFor, withGiven } from '../../graph/given.ts';
import type { Node, Value } from '../../graph/graph.ts';
import { writeOnnx } from '../../graph/onnx/write.ts';
import { specialise } from '../../graph/rewrite.ts';
import { lower } from '../../lower/lower.ts';
import type { Model } from '../../nn/model.ts';
import type { Sizes } from '../../nn/sizes.ts';
import { type BatchNormMode, trainingForm } from '../../nn/training-form.ts';

/** A value that is kept of each example. */
export interface KeptValue {
  /** In the model's graph. */
  readonly name: string;
  readonly dtype: DType;
  /** Of one example. */
  readonly dims: readonly number[];
  /** An input of the model that the rest reads besides, kept as it is. */
  readonly input: boolean;
}

export interface Cut {
  readonly values: readonly KeptValue[];
  /** Of one example. */
  readonly bytes: number;
  /** Multiplications, about, that an example no longer costs. */
  readonly work: number;
  /** Name of the batch axis. */
  readonly batch: string;
  /** All others; of those that differ from batch to batch, some: the rest does not depend on them. */
  readonly sizes: Sizes;
}

export interface CutOptions {
  /** Ids of the parameters that learn. */
  readonly trainable: ReadonlySet<string>;
  readonly batchNorm: BatchNormMode;
  /** Of some batch. */
  readonly sizes: Sizes;
  /** Names of those, besides the batch, that other batches have otherwise. */
  readonly open: ReadonlySet<string>;
}

/** Names of what is kept. */
export function namesOf({ values }: Cut): string[] {
  return values.map(({ name }) => name);
}

/** What a value depends on. `training`: what learns, what is drawn at random, the other examples of a batch. */
const NEEDS = { nothing: 0, stored: 1, inputs: 2, both: 3, training: 4 } as const;

/** Ops that cost more than their outputs have elements. */
const PRODUCTS = new Set(['Conv', 'ConvTranspose', 'MatMul', 'Gemm', 'Einsum', 'LSTM', 'GRU', 'RNN', 'Attention']);
const RANDOM = new Set(['RandomNormal', 'RandomUniform', 'RandomNormalLike', 'RandomUniformLike', 'Bernoulli', 'Multinomial']);

/** A frozen part with a smaller share of the work, such as what lies before the first of many adapters, is not worth its room. */
const LEAST_SHARE = 0.1;
/** A cut that keeps less of each example may leave so much of the frozen work to be done. */
const WORK_LEFT = 0.1;

/**
 * The cut behind the frozen part of a model; of several that spare nearly the same work, the one that keeps least.
 * @returns why there is none, in words that follow a name, where much of the model is frozen and cannot be cut off; nothing where little is.
 */
export function findCut(model: Model, options: CutOptions): Cut | string | undefined {
  const [batch] = model.input.shape;
  if (typeof batch !== 'string') return undefined;
  const sizes = Object.fromEntries(Object.entries(options.sizes).filter(([name]) => name !== batch));
  const { graph, updates } = trainingForm(at(model, { ...sizes, [batch]: 2 }), options.batchNorm);
  const { frozen, simple } = frozenNodes(graph, new Set([...options.trainable, ...updates.keys()]));
  const sum = (nodes: Iterable<Node>) => [...nodes].reduce((total, node) => total + workOf(node), 0);
  if (frozen.size === 0 || sum(frozen) < LEAST_SHARE * sum(graph.nodes)) return undefined;
  const other = elsewhere(model, sizes, options, batch);
  if (typeof other === 'string') return other;
  const all = graph.nodes.filter((node) => frozen.has(node) || simple.has(node));
  // What only inputs go into is better computed again than kept, unless those inputs cannot be kept.
  const cut = best(graph, other, [...frozen]) ?? best(graph, other, all);
  if (!cut) return 'what its frozen part gives is not one row for each example, or differs in size from batch to batch';
  if (options.open.size > 0) {
    const rest = (size: Builder) => bytesOf(size, cut.values, options.trainable);
    // The same batch in both: only the other sizes may not matter.
    if (!rest(at(model, { ...sizes, [batch]: 3 })).equals(rest(other))) return 'the part that learns depends on the size of a batch';
  }
  return { ...cut, batch, sizes };
}

/** The forward graph for certain sizes, which all are constants then. */
function at(model: Model, sizes: Sizes): Builder {
  return foldConstants(specialise(model.graph, sizes).graph).graph;
}

/** The graph for another batch, with other sizes where they differ from batch to batch. */
function elsewhere(model: Model, sizes: Sizes, { open }: CutOptions, batch: string): Builder | string {
  const others = Object.entries(sizes).map(([name, size]) => [name, !open.has(name) ? size : size > 1 ? size - 1 : 2] as const);
  try {
    return at(model, { ...Object.fromEntries(others), [batch]: 3 });
  } catch {
    return 'its frozen part takes inputs of few sizes';
  }
}

/** Nodes that depend on nothing that training changes: on inputs and stored values, or, simply, on inputs alone. */
function frozenNodes(graph: Builder, changing: ReadonlySet<string>): { frozen: Set<Node>; simple: Set<Node> } {
  const [frozen, simple] = [new Set<Node>(), new Set<Node>()];
  const needs = new Map<Value, number>();
  for (const value of graph.values.values()) if (value.kind !== 'result') needs.set(value, needsOf(value, changing));
  for (const node of graph.nodes) {
    const all = node.inputs.flatMap((value) => (value ? [needs.get(value) ?? NEEDS.nothing] : []));
    const most = Math.max(NEEDS.nothing, ...all);
    const both = most === NEEDS.inputs && (all.includes(NEEDS.stored) || PRODUCTS.has(node.op));
    const result = node.attrs.training_mode === 1 || RANDOM.has(node.op) ? NEEDS.training : both ? NEEDS.both : most;
    for (const value of node.outputs) if (value) needs.set(value, result);
    if (result === NEEDS.both) frozen.add(node);
    if (result === NEEDS.inputs) simple.add(node);
  }
  return { frozen, simple };
}

function needsOf({ kind, id = '' }: Value, changing: ReadonlySet<string>): number {
  if (kind === 'input') return NEEDS.inputs;
  if (kind === 'random' || changing.has(id)) return NEEDS.training;
  return kind === 'constant' ? NEEDS.nothing : NEEDS.stored;
}

/** The cut behind the first of the frozen nodes that keeps least for nearly the most work; `other` is the graph for other sizes. */
function best(graph: Builder, other: Builder, frozen: readonly Node[]): Pick<Cut, 'values' | 'bytes' | 'work'> | undefined {
  const place = new Map(frozen.map((node, i) => [node, i]));
  let work = frozen.reduce((sum, node) => sum + workOf(node), 0);
  let found: Pick<Cut, 'values' | 'bytes' | 'work'> | undefined;
  let most = 0;
  for (let count = frozen.length; count > 0 && work >= (1 - WORK_LEFT) * most; count--) {
    const isFrozen = ({ node }: Value) => node !== undefined && (place.get(node) ?? count) < count;
    const values = keptOf(
      [...neededFor(graph, isFrozen)].filter((value) => value.kind === 'input' || isFrozen(value)),
      other,
    );
    if (values) {
      const bytes = values.reduce((sum, { dtype, dims }) => sum + dtypes[dtype].bytes * sizeOf(dims), 0);
      if (!found || bytes < found.bytes) found = { values, bytes, work: work / 2 };
      most ||= work;
    }
    work -= workOf(frozen[count - 1] as Node);
  }
  return found;
}

/** What is kept of an example; nothing where a value does not begin with the batch axis, or has other sizes in another batch. */
function keptOf(values: readonly Value[], other: Builder): KeptValue[] | undefined {
  const kept = values.map(({ name, dtype, shape, kind }): KeptValue | undefined => {
    const [count, ...dims] = shape as readonly number[];
    const twin = other.values.get(name)?.shape;
    const fixed = dims.every((dim) => typeof dim === 'number') && twin?.slice(1).join() === dims.join();
    if (count !== 2 || twin?.[0] !== 3 || !fixed) return undefined;
    return { name, dtype, dims, input: kind === 'input' };
  });
  return kept.every((value) => value !== undefined) ? kept : undefined;
}

/** Multiplications of a node, about; of a recurrent layer or an attention too few. */
function workOf({ op, domain, inputs, outputs }: Node): number {
  const shape = outputs.find((value) => value)?.shape ?? [];
  const size = shape.every((dim) => typeof dim === 'number') ? sizeOf(shape) : 0;
  if (domain !== '' || !PRODUCTS.has(op)) return size;
  const [x, w] = inputs.map((value) => (value?.shape ?? []) as readonly number[]);
  if (op === 'Conv' || op === 'ConvTranspose') return size * sizeOf((w ?? []).slice(1));
  if (op === 'MatMul' || op === 'Gemm') return size * (x?.at(-1) ?? 1);
  return size * Math.max(1, w?.at(-1) ?? 1);
}

function bytesOf(graph: Builder, values: readonly KeptValue[], trainable: ReadonlySet<string>): Buffer {
  const names = values.map(({ name }) => name);
  return Buffer.from(writeOnnx(lower(withGiven(graph, names, trainable).graph).graph));
}
