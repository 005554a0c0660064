// The values that a network's blocks hand on, as vectors side by side: what a probe on several layers reads. Called by `head2toe`.
import { isFloat } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import type { Builder } from '../../graph/builder.ts';
import { channelAxes } from '../../graph/channel-axis.ts';
import type { Node, Value } from '../../graph/graph.ts';
import { prune, rewrite } from '../../graph/rewrite.ts';
import { type Dim, formatShape } from '../../graph/types.ts';
import type { Model } from '../../nn/model.ts';
import { pooled } from '../../nn/pooled.ts';

/** A value of the model that is probed, by the block that ends with it. */
export interface ProbedLayer {
  readonly name: string;
  readonly value: Value;
  /** Which of the value's axes counts its channels. */
  readonly axis: number;
}

/**
 * What each block before the head hands on, the model's features last; or what `names` say: blocks, or values of the graph.
 * @throws GraftError `invalid-argument` for a name that is neither.
 */
export function probedLayers(model: Model, names?: readonly string[]): ProbedLayer[] {
  const axisOf = channelAxes(model.graph);
  const blocks = blockEnds(model, axisOf);
  if (names === undefined) return blocks;
  return names.map((name) => {
    const value = blocks.find((block) => block.name === name)?.value ?? model.graph.values.get(name);
    if (value?.node && isVectorLike(value, model.input.shape[0], axisOf(value))) return { name, value, axis: axisOf(value) };
    const known = blocks.map((block) => block.name);
    const remedy = value ? `it is ${value.dtype} ${formatShape(value.shape)}, not features of the example` : suggest(name, known);
    return fail('invalid-argument', `\`layers\`: "${name}" names no block before the head of model \`${model.name}\`: ${remedy}`);
  });
}

function blockEnds({ graph, input, extras = [], groups, features }: Model, axisOf: (value: Value) => number): ProbedLayer[] {
  const isLayer = (value: Value) => isVectorLike(value, input.shape[0], axisOf(value));
  const live = new Set<Value>([input, ...extras]);
  const last = new Map<Value, number>();
  const first = new Map<string, number>();
  const owner = new Map(groups.flatMap(({ name, kind, members }) => (kind === 'shared' ? members.map((id) => [id, name] as const) : [])));
  graph.nodes.forEach((node, i) => {
    for (const value of node.inputs) {
      if (!value) continue;
      last.set(value, i);
      const group = owner.get(value.id ?? '');
      if (group !== undefined && !first.has(group)) first.set(group, i);
    }
    if (node.inputs.some((value) => value && live.has(value))) for (const value of node.outputs) if (value) live.add(value);
  });
  const end = features.node ? graph.nodes.indexOf(features.node) : -1;
  const starts = [...first].filter(([, at]) => at <= end).sort(([, a], [, b]) => a - b);
  const found = starts.flatMap(([name, from], i): ProbedLayer[] => {
    const to = starts[i + 1]?.[1] ?? end + 1;
    if (to > end) return isLayer(features) ? [{ name, value: features, axis: axisOf(features) }] : [];
    const handed = (node: Node) => node.outputs.findLast((value) => value && live.has(value) && isLayer(value) && (last.get(value) ?? -1) >= to);
    const value = graph.nodes
      .slice(from, to)
      .flatMap((node) => handed(node) ?? [])
      .at(-1);
    return value ? [{ name, value, axis: axisOf(value) }] : [];
  });
  return found.filter(({ value }, i) => found.findIndex((other) => other.value === value) === i);
}

/** Numbers for each example of a batch, as many for each whatever its size. */
function isVectorLike({ dtype, shape }: Value, batch: Dim | undefined, axis: number): boolean {
  const channels = shape[axis];
  return isFloat(dtype) && shape.length >= 2 && shape.length <= 5 && axis > 0 && shape[0] === batch && typeof channels === 'number' && channels > 1;
}

/** The model's graph up to the layers, and their vectors `[N, width]` side by side, of each those at its indices alone where any are given. */
export function probeGraph(model: Model, layers: readonly ProbedLayer[], kept?: readonly (readonly number[])[]): { graph: Builder; probe: Value } {
  const { graph: whole, map } = rewrite(model.graph, () => undefined);
  whole.outputs.clear();
  for (const [i, { value }] of layers.entries()) if (kept?.[i]?.length !== 0) whole.output(`probe${i}`, map(value));
  const { graph } = prune(whole, { state: true });
  const parts = layers.flatMap(({ axis }, i): Value[] => {
    const value = graph.outputs.get(`probe${i}`);
    if (!value) return [];
    const vector = graph.scope(`probe${i}`, () => scaled(graph, pooled(graph, `probe${i}`, withChannelsAt(graph, value, axis))));
    return [kept ? graph.gather(vector, graph.ints(kept[i] ?? []), 1) : vector];
  });
  graph.outputs.clear();
  return { graph, probe: parts.length === 1 ? (parts[0] as Value) : graph.concat(parts, 1) };
}

/** As `pooled` takes them: channels of tokens last, of all else first. */
function withChannelsAt(g: Builder, value: Value, axis: number): Value {
  const others = [...value.shape.keys()].filter((i) => i !== axis);
  const wanted = value.shape.length === 3 ? 2 : 1;
  return wanted === axis ? value : g.transpose(value, others.toSpliced(wanted, 0, axis));
}

/** To a mean square of 1 in each example, so that no layer counts more because its numbers are larger. */
function scaled(g: Builder, vector: Value): Value {
  return g.div(vector, g.max(g.sqrt(g.mean(g.mul(vector, vector), [1], true)), 1e-6));
}
