// MaxPool(Conv(x)) -> the greatest of several Convs of x, one for each place of a window. In: a forward graph that will be differentiated, its
// pools before their ReLUs. Called where a training step is built.
import { sizeOf } from '../core/tensor.ts';
import type { Builder } from '../graph/builder.ts';
import { attrsOf, type Graph, type Node, type Value } from '../graph/graph.ts';
import { type Rewritten, rewrite } from '../graph/rewrite.ts';
import { resolveWindow, type WindowAttrs, windowAttrs } from '../graph/window.ts';

/** Weights of a filter up to which a convolution costs less than the pool behind it: that of a first layer, with 3x3 windows of colours. */
const FEW_WEIGHTS = 32;

/** Places of a window up to which comparing them all costs less than a search. */
const FEW_PLACES = 4;

/**
 * Where a cheap convolution goes into a max pool of windows apart, each place of the windows becomes a convolution of its own, with the pool's
 * strides, and the pool a tournament between them: element-wise work, without the branches of a search for the maximum, which a processor
 * cannot predict. The earlier place wins a tie, as in the pool's own gradient.
 */
export function pooledConv(graph: Graph): Rewritten {
  const readers = new Map<Value, number>();
  for (const node of graph.nodes) for (const value of node.inputs) if (value) readers.set(value, (readers.get(value) ?? 0) + 1);
  for (const value of graph.outputs.values()) readers.set(value, (readers.get(value) ?? 0) + 1);
  const pools = new Set(graph.nodes.filter((node) => isCheap(node) && readers.get(node.inputs[0] as Value) === 1));
  const convs = new Set(Array.from(pools, ({ inputs }) => inputs[0]?.node));
  return rewrite(graph, ({ g, node, inputs, map }) => {
    if (convs.has(node)) return inputs;
    const conv = node.inputs[0]?.node;
    if (!pools.has(node) || !conv) return undefined;
    const [x, w, bias] = conv.inputs.map((value) => value && map(value));
    return g.scope(node.name, () => [tournament(g, places(g, node, conv, x as Value, w as Value, bias))]);
  });
}

/** Whether `node` is such a pool of such a convolution. */
function isCheap(node: Node): boolean {
  const conv = node.inputs[0]?.node;
  if (node.op !== 'MaxPool' || node.domain !== '' || node.outputs.length > 1 || conv?.op !== 'Conv' || conv.domain !== '') return false;
  const pool = windowOf(node, node.inputs[0] as Value);
  const window = windowOf(conv, conv.inputs[0] as Value, conv.inputs[1]);
  const weights = sizeOf((conv.inputs[1] as Value).shape.slice(1) as number[]);
  const ones = (values: readonly number[]) => values.every((value) => value === 1);
  const apart = String(pool.kernel_shape) === String(pool.strides) && ones(pool.dilations) && pool.pads.every((pad) => pad === 0);
  const few = weights <= FEW_WEIGHTS && sizeOf(pool.kernel_shape) <= FEW_PLACES && sizeOf(pool.kernel_shape) > 1;
  return few && apart && attrsOf(node).ceil_mode === 0 && ones(window.strides) && ones(window.dilations) && attrsOf(conv).group === 1;
}

function windowOf(node: Node, x: Value, weight?: Value) {
  const attrs = attrsOf(node) as unknown as WindowAttrs;
  return windowAttrs(resolveWindow(attrs, attrs.kernel_shape ?? (weight?.shape.slice(2) as number[]), x.shape.slice(2) as number[], node.name));
}

/** The convolution at each place of the pool's windows, row-major: that of the input from there on, with the pool's strides. */
function places(g: Builder, pool: Node, conv: Node, x: Value, w: Value, bias: Value | undefined): Value[] {
  const { kernel_shape: sizes } = windowOf(pool, pool.inputs[0] as Value);
  const { kernel_shape, pads } = windowOf(conv, conv.inputs[0] as Value, conv.inputs[1]);
  const rank = sizes.length;
  const padded = pads.some((pad) => pad !== 0) ? g.op('Pad', [x, g.ints([0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)])]) : x;
  const outputs = pool.outputs[0]?.shape.slice(2) as number[];
  const reach = outputs.map((count, i) => (count - 1) * (sizes[i] as number) + (kernel_shape[i] as number));
  let shifts: number[][] = [[]];
  for (const size of sizes) shifts = shifts.flatMap((shift) => Array.from({ length: size }, (_, i) => [...shift, i]));
  const axes = sizes.map((_, i) => i + 2);
  return shifts.map((shift) => {
    const ends = shift.map((start, i) => start + (reach[i] as number));
    return g.op('Conv', [g.slice(padded, shift, ends, axes), w, bias], { kernel_shape, strides: sizes });
  });
}

/** The greatest of some values; of equal ones, the first passes the gradient on. */
function tournament(g: Builder, values: readonly Value[]): Value {
  if (values.length === 1) return values[0] as Value;
  const half = Math.ceil(values.length / 2);
  const [a, b] = [tournament(g, values.slice(0, half)), tournament(g, values.slice(half))];
  const later = g.mask(g.greater(b, a), a.dtype);
  return g.add(g.mul(a, g.sub(1, later)), g.mul(b, later));
}
