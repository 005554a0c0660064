// The batch of a model made elsewhere: its axis gets the name that Graft gives it, also where the file fixes its size. Called by `modelOf`.
import { fail, GraftError } from '../../core/errors.ts';
import { tensorOf } from '../../core/tensor.ts';
import { elementsOf, numbersOf } from '../../graph/elements.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import { copyNode, type Rewritten, rewrite } from '../../graph/rewrite.ts';
import { type Dim, formatShape, type Shape } from '../../graph/types.ts';
import { BATCH } from '../model.ts';

/** A graph whose batch is open, or the reason why it is not. */
interface Freed extends Rewritten {
  readonly notes: readonly string[];
}

/**
 * Names the first axis of all inputs `N`. A file with a fixed batch has it in its shapes too: a Reshape or Expand to known sizes that begin
 * with the batch is made to follow. Where the output does not follow, the batch stays as the file has it, with a note.
 */
export function freeBatch(graph: Graph, output: Value): Freed {
  const batch = graph.ofKind('input')[0]?.shape[0] ?? fail('invalid-model', `Graph \`${graph.name}\` has no input with a batch axis.`);
  if (typeof batch === 'string') return { ...renamed(graph, batch), notes: [] };
  const why = (reason: string): Freed => ({
    ...rewrite(graph, () => undefined),
    notes: [
      `The file is made for batches of exactly ${batch} and cannot be freed from that (${reason.replace(/\.$/, '')}): train it with that batch size, or export it with a dynamic batch (dynamic_axes or dynamic_shapes in PyTorch).`,
    ],
  });
  try {
    const freed = renamed(graph, batch);
    const { shape } = freed.map(output);
    return shape[0] === BATCH ? { ...freed, notes: [] } : why(`its output would be ${formatShape(shape)}`);
  } catch (cause) {
    if (cause instanceof GraftError) return why(cause.message);
    throw cause;
  }
}

function renamed(graph: Graph, batch: Dim): Rewritten {
  const inputs = graph.ofKind('input');
  const [first] = inputs as [Value, ...Value[]];
  const names = new Set(inputs.map(({ shape }) => shape[0]).filter((dim) => typeof dim === 'string'));
  const follows = (shape: Shape): Dim[] =>
    shape.map((dim, i) => ((i === 0 && dim === batch) || (typeof dim === 'string' && names.has(dim)) ? BATCH : dim));
  /** Sizes whose outermost factor is the batch. */
  const multiples = new Set<Dim>([BATCH]);
  return rewrite(
    graph,
    ({ g, node, inputs: copied }) => {
      const [data, target] = copied;
      if (typeof batch !== 'number' || !data) return undefined;
      const into = (at: readonly number[]) => (at.length > 0 ? [g.constant(tensorOf('int64', at), g.fresh(target?.name ?? 'sizes'))] : []);
      const counted = (before: readonly number[], after: readonly number[]) =>
        g.op('Concat', [...into(before), g.op('Shape', [g.value(first.name)], { start: 0, end: 1 }), ...into(after)], { axis: 0 });
      if (node.op === 'Reshape' && numbersOf(elementsOf(target))) {
        const sizes = node.outputs[0]?.shape as readonly number[];
        const axis = batchAxis(data.shape, node.inputs[0]?.shape ?? [], sizes, batch, multiples);
        if (axis === undefined) return undefined;
        const [before, after] = [sizes.slice(0, axis), sizes.slice(axis + 1)];
        const whole = sizes[axis] === batch ? counted(before, after) : into([...before, -1, ...after])[0];
        const { outputs } = copyNode(g, { ...node, attrs: {} }, [data, whole]);
        multiples.add(outputs[0]?.shape[axis] as Dim);
        return outputs;
      }
      if (node.op === 'Expand') {
        const sizes = numbersOf(elementsOf(target)) ?? [];
        if (sizes[0] !== batch || batch === 1 || sizes.length < 2 || sizes.length < data.shape.length) return undefined;
        if (data.shape[0] === BATCH && sizes.length === data.shape.length) return copyNode(g, node, [data, ...into(sizes.with(0, 1))]).outputs;
        return copyNode(g, node, [data, counted([], sizes.slice(1))]).outputs;
      }
      if (RECURRENT.includes(node.op)) {
        return copyNode(
          g,
          node,
          copied.map((value, i) => (i >= 5 && isZero(node.inputs[i]) ? undefined : value)),
        ).outputs;
      }
      return undefined;
    },
    { declare: (g, value) => (value.kind === 'input' ? g.input(value.name, value.dtype, follows(value.shape)) : undefined) },
  );
}

/** Ops that start from zeros of the batch's size, which files may spell out. */
const RECURRENT: readonly string[] = ['LSTM', 'GRU', 'RNN'];

/** Whether a value is made of zeros only, as far as the graph tells. */
function isZero(value: Value | undefined): boolean {
  const source = value?.node?.op === 'Expand' ? value.node.inputs[0] : value;
  return numbersOf(elementsOf(source))?.every((x) => x === 0) ?? false;
}

/**
 * Which of a Reshape's sizes the batch goes to: the one before which there are as many elements as there are before the axis that has the batch in
 * what is reshaped, of shape `from` now and `was` in the file. None where the batch does not end up as the outermost factor of a size.
 */
function batchAxis(from: Shape, was: Shape, sizes: readonly number[], batch: number, multiples: ReadonlySet<Dim>): number | undefined {
  const at = from.findIndex((dim) => typeof dim === 'string');
  const open = from[at];
  if (open === undefined || !multiples.has(open) || ![...was, ...sizes].every((dim) => typeof dim === 'number')) return undefined;
  const wanted = (was as readonly number[]).slice(0, at).reduce((a, b) => a * b, 1);
  let before = 1;
  for (const [axis, size] of sizes.entries()) {
    if (before === wanted && size > 0 && size % batch === 0) return axis;
    before *= size;
  }
  return undefined;
}
