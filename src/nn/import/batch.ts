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
  return rewrite(
    graph,
    ({ g, node, inputs: [data, target] }) => {
      const sizes = numbersOf(elementsOf(target));
      if (typeof batch !== 'number' || !data || !target || !sizes) return undefined;
      const into = (at: readonly number[]) => g.constant(tensorOf('int64', at), g.fresh(target.name));
      if (node.op === 'Reshape' && data.shape[0] === BATCH && follow(sizes, node.inputs[0]?.shape ?? [], batch)) {
        const copies = sizes[0] === batch && !sizes.includes(0);
        const attrs = copies ? { allowzero: 0 } : node.attrs;
        return copyNode(g, { ...node, attrs }, [data, into(sizes.with(0, copies ? 0 : -1))]).outputs;
      }
      if (node.op === 'Expand' && sizes[0] === batch && batch > 1 && sizes.length >= data.shape.length) {
        if (data.shape[0] === BATCH && sizes.length === data.shape.length) return copyNode(g, node, [data, into(sizes.with(0, 1))]).outputs;
        const count = g.op('Shape', [g.value(first.name)], { start: 0, end: 1 });
        return copyNode(g, node, [data, g.op('Concat', [count, into(sizes.slice(1))], { axis: 0 })]).outputs;
      }
      return undefined;
    },
    { declare: (g, value) => (value.kind === 'input' ? g.input(value.name, value.dtype, follows(value.shape)) : undefined) },
  );
}

/** Whether a target's first size is made of the batch: it is the batch, or a multiple of it with nothing left open. */
function follow(sizes: readonly number[], from: Shape, batch: number): boolean {
  const [first] = sizes;
  if (first === undefined || first <= 0) return false;
  if (first === batch && from[0] === batch) return true;
  return first % batch === 0 && !sizes.includes(-1);
}
