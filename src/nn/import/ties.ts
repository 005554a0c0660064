// Tensors that a file stores once and uses in several places. Exporters merge those of equal value: five zero biases become one. Real sharing is
// kept and trains as one parameter; merges are undone. Called by `modelOf`.
import { copyOf, type Tensor } from '../../core/tensor.ts';
import type { Graph, Node, Value } from '../../graph/graph.ts';
import { copyNode, type Rewritten, rewrite } from '../../graph/rewrite.ts';
import type { Merge, Tie } from './record.ts';

export interface Untied extends Rewritten {
  readonly ties: readonly Tie[];
  readonly merges: readonly Merge[];
}

/** What the parameter of an op's input is called in most frameworks. */
const ROLES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  Conv: [undefined, 'weight', 'bias'],
  ConvTranspose: [undefined, 'weight', 'bias'],
  Gemm: [undefined, 'weight', 'bias'],
  BatchNormalization: [undefined, 'weight', 'bias', 'running_mean', 'running_var'],
  InstanceNormalization: [undefined, 'weight', 'bias'],
  LayerNormalization: [undefined, 'weight', 'bias'],
  GroupNormalization: [undefined, 'weight', 'bias'],
  Add: ['bias', 'bias'],
  Mul: ['weight', 'weight'],
};

/** Ops that ask for the size of a tensor only: no place of use. */
const asksSize = ({ op }: Node): boolean => op === 'Shape' || op === 'Size';

/**
 * Gives each place that uses a merged tensor one of its own. A tensor counts as merged when all its elements are equal, as those of zero biases and
 * unit scales are; one with values of its own that several places use is shared, and with it what stands beside it (the bias of a layer that an
 * unrolled loop repeats). `keep` names those that are shared all the same.
 */
export function untie(graph: Graph, movable: ReadonlySet<Value>, keep: (name: string) => boolean): Untied {
  const uses = usesOf(graph, movable);
  const merged = new Set(
    [...uses].filter(([value, places]) => places.length > 1 && value.data && isUniform(value.data) && !keep(value.name)).map(([value]) => value),
  );
  const ties = [...uses].flatMap(([value, places]) => {
    if (places.length < 2 || merged.has(value)) return [];
    return [{ name: value.name, nodes: places.map(({ name }) => name) }];
  });
  const parts = new Map<Value, string[]>();
  const copies = new Map<string, Value>();
  const made = new Map(graph.nodes.flatMap((node) => node.outputs.flatMap((value) => (value ? [[value, node] as const] : []))));
  const rewritten = rewrite(graph, ({ g, node, inputs }) => {
    if (asksSize(node) || !node.inputs.some((value) => value && merged.has(value))) return undefined;
    const own = node.inputs.map((value, i) => {
      if (!value?.data || !merged.has(value)) return inputs[i];
      const names = parts.get(value) ?? [];
      parts.set(value, names);
      const beside = sharedBeside(node, i, made, (other) => (uses.get(other)?.length ?? 0) > 1 && !merged.has(other));
      const key = beside && `${value.name}\n${beside.name}`;
      const copied = key && copies.get(key);
      if (copied) return copied;
      // The first place keeps the file's tensor, unless another name says better what it is there.
      const wanted = nameAt(node, i, (other) => merged.has(other));
      const name = wanted !== undefined && !g.values.has(wanted) ? wanted : names.length === 0 ? value.name : g.fresh(value.name);
      names.push(name);
      const copy = name === value.name ? inputs[i] : g[value.kind === 'buffer' ? 'buffer' : 'parameter'](name, copyOf(value.data), name);
      if (key && copy) copies.set(key, copy);
      return copy;
    });
    if (node.op === 'Identity' && node.inputs[0] && merged.has(node.inputs[0])) return [own[0]];
    return copyNode(g, node, own).outputs;
  });
  const merges = [...parts].flatMap(([value, names]) => (names.length > 1 ? [{ name: value.name, names }] : []));
  const kept = [...parts].flatMap(([value, names]) =>
    names.length === 1 ? [{ name: names[0] ?? value.name, nodes: (uses.get(value) ?? []).map(({ name }) => name) }] : [],
  );
  return { ...rewritten, ties: [...ties, ...kept], merges };
}

/** The shared parameter of the layer that node input `i` belongs to: of the same node, or of the product to which it is added. */
function sharedBeside(node: Node, i: number, made: ReadonlyMap<Value, Node>, shared: (value: Value) => boolean): Value | undefined {
  const others = node.inputs.filter((value, j): value is Value => value !== undefined && j !== i);
  return (
    others.find(shared) ??
    (node.op === 'Add' ? others.flatMap((value) => made.get(value)?.inputs ?? []).find((value) => value && shared(value)) : undefined)
  );
}

/** Nodes by the parameter or statistic that they use; one that uses it twice counts twice. */
function usesOf(graph: Graph, movable: ReadonlySet<Value>): Map<Value, Node[]> {
  const uses = new Map<Value, Node[]>();
  for (const node of graph.nodes.filter((node) => !asksSize(node))) {
    for (const value of node.inputs) {
      if (value && movable.has(value)) uses.set(value, [...(uses.get(value) ?? []), node]);
    }
  }
  return uses;
}

/** A single number is as uniform as can be, so only one that layers start with counts: a zero, a one, a PReLU's slope. */
function isUniform({ data }: Tensor): boolean {
  const [first] = data as Float32Array;
  if (data.length === 1) return first === 0 || first === 1 || first === 0.25;
  return (data as Float32Array).every((value) => value === first);
}

/** A name for what node input `i` holds: that of its Identity, its sibling weight's unless that is `shared`, or the node's own path. */
export function nameAt(node: Node, i: number, shared: (value: Value) => boolean): string | undefined {
  if (node.op === 'Identity') return node.outputs[0]?.name;
  const role = ROLES[node.op]?.[i];
  if (role === undefined) return undefined;
  const weights = node.inputs.filter((value): value is Value => value?.name.endsWith('.weight') ?? false);
  const stem = ({ name }: Value) => name.slice(0, -'.weight'.length);
  const [own, other] = [weights.find((value) => !shared(value)), weights[0]];
  const path = (own && stem(own)) ?? modulePath(node.name) ?? (other && stem(other));
  return path === undefined ? undefined : `${path}.${role}`;
}

/** `/layer1/layer1.0/conv1/Conv` as exporters write it, in the words of the network: `layer1.0.conv1`. */
export function modulePath(node: string): string | undefined {
  const parts = node.split('/').filter((part) => part !== '');
  if (!node.startsWith('/') || parts.length < 2) return undefined;
  return parts.slice(0, -1).reduce((path, part) => {
    // A container's name stands before the number of what it contains.
    const container = `${path.split('.').at(-1)}.`;
    return path === '' ? part : `${path}.${part.startsWith(container) ? part.slice(container.length) : part}`;
  }, '');
}
