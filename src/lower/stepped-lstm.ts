// LSTM as its steps. In: a forward graph of known sizes that will be differentiated. Called where a training step is built.
import type { Builder } from '../graph/builder.ts';
import { attrsOf, type Graph, type Node, type Value } from '../graph/graph.ts';
import { type Rewritten, rewrite } from '../graph/rewrite.ts';
import type { RecurrentAttrs } from '../graph/schema/recurrent.ts';

/** More steps make the graph so large that building it takes longer than they save. */
const MOST_STEPS = 256;

/**
 * Puts LSTMSteps in place of each LSTM that something which learns goes into: ONNX Runtime's kernel keeps gates and cells to itself, so the gradient would
 * compute them again. Those with lengths, peepholes or other activations stay.
 */
export function steppedLstm(graph: Graph, learns: (parameter: Value) => boolean): Rewritten {
  const moving = new Set<Value>();
  for (const value of graph.values.values()) if (value.kind === 'parameter' && learns(value)) moving.add(value);
  for (const { inputs, outputs } of graph.nodes)
    if (inputs.some((value) => value && moving.has(value))) for (const value of outputs) if (value) moving.add(value);
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
  const [x, w, r, bias, , h0, c0] = inputs as readonly [Value, Value, Value, ...(Value | undefined)[]];
  const count = w.shape[0] as number;
  const rows = layout ? g.transpose(x, [1, 0, 2]) : x;
  const steps = rows.shape[0] as number;
  const pick = (value: Value | undefined, d: number, axis = 0) =>
    value && g.squeeze(count === 1 ? value : g.slice(value, [d], [d + 1], [axis]), [axis]);
  const directions = Array.from({ length: count }, (_, d) => {
    const reverse = direction === 'reverse' || d === 1;
    const own = pick(bias, d);
    const [wb, rb] = own ? g.ops('Split', [own], { axis: 0, num_outputs: 2 }, 2) : [];
    const given = [rows, pick(w, d), pick(r, d), wb && rb && g.add(wb, rb), pick(h0, d, layout), pick(c0, d, layout)];
    const [y, , , cells] = g.ops('LSTMSteps', given, { reverse: reverse ? 1 : 0 }, 4) as [Value, Value, Value, Value];
    const last = (value: Value) => g.squeeze(reverse ? g.slice(value, [0], [1], [0]) : g.slice(value, [steps - 1], [steps], [0]), [0]);
    return { y, last: () => last(y), cell: () => last(cells) };
  });
  const stacked = (values: readonly Value[], axis: number) => {
    const apart = values.map((value) => g.unsqueeze(value, [axis]));
    return apart.length === 1 ? apart[0] : g.concat(apart, axis);
  };
  const all = () =>
    layout
      ? stacked(
          directions.map(({ y }) => g.transpose(y, [1, 0, 2])),
          2,
        )
      : stacked(
          directions.map(({ y }) => y),
          1,
        );
  const ends = (of: 'last' | 'cell') =>
    stacked(
      directions.map((one) => one[of]()),
      layout,
    );
  return node.outputs.map((output, i) => output && (i === 0 ? all() : ends(i === 1 ? 'last' : 'cell')));
}
