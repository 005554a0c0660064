// LSTM as its steps. In: a forward graph of known sizes that will be differentiated. Called where a training step is built.
import { reachableFrom } from '../grad/backward.ts';
import type { Builder } from '../graph/builder.ts';
import { attrsOf, type Graph, type Node, type Value } from '../graph/graph.ts';
import { directionsOf, stackedAlong } from '../graph/recurrent-parts.ts';
import { type Rewritten, rewrite } from '../graph/rewrite.ts';
import type { RecurrentAttrs } from '../graph/schema/recurrent.ts';

/** More steps make the graph so large that building it takes longer than they save. */
const MOST_STEPS = 256;

/**
 * Puts LSTMSteps in place of each LSTM that something which learns goes into: ONNX Runtime's kernel keeps gates and cells to itself, so the gradient would
 * compute them again. Those with lengths, peepholes or other activations stay.
 */
export function steppedLstm(graph: Graph, learns: (parameter: Value) => boolean): Rewritten {
  const moving = reachableFrom(graph.nodes, graph.ofKind('parameter').filter(learns));
  return rewrite(graph, ({ g, node, inputs }) =>
    node.outputs.some((value) => value && moving.has(value)) && plain(node) ? g.scope(node.name, () => stepped(g, node, inputs)) : undefined,
  );
}

function plain({ domain, op, inputs, attrs }: Node): boolean {
  if (domain !== '' || op !== 'LSTM' || inputs[4] || inputs[7] || attrs.clip !== undefined || attrs.input_forget) return false;
  const [x] = inputs as [Value];
  const steps = x.shape[attrs.layout ? 1 : 0];
  return attrs.activations === undefined && typeof steps === 'number' && steps <= MOST_STEPS && x.shape.every((size) => size !== 0);
}

function stepped(g: Builder, node: Node, inputs: readonly (Value | undefined)[]): readonly (Value | undefined)[] {
  const { layout, direction } = attrsOf(node) as RecurrentAttrs;
  const timeFirst = (value: Value) => (layout ? g.transpose(value, [1, 0, 2]) : value);
  const x = timeFirst(inputs[0] as Value);
  const steps = x.shape[0] as number;
  const made = directionsOf(g, inputs, { layout, direction }).map(({ reverse, w, r, wb, rb, h0, c0 }) => {
    const given = [x, w, r, wb && rb && g.add(wb, rb), h0, c0];
    const [y, , , cells] = g.ops('LSTMSteps', given, { reverse: reverse ? 1 : 0 }, 4) as [Value, Value, Value, Value];
    return { y, cells, end: reverse ? 0 : steps - 1 };
  });
  const last = (of: 'y' | 'cells') =>
    stackedAlong(
      g,
      made.map((one) => g.squeeze(g.slice(one[of], [one.end], [one.end + 1], [0]), [0])),
      layout,
    );
  const all = () =>
    stackedAlong(
      g,
      made.map(({ y }) => timeFirst(y)),
      layout ? 2 : 1,
    );
  return node.outputs.map((output, i) => output && (i === 0 ? all() : last(i === 1 ? 'y' : 'cells')));
}
