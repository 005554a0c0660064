// Running statistics of batch norms, told from parameters by the place that reads them. Exporters store equal tensors once: those of a new batch norm lie
// in its scale and its bias, each behind an Identity. Called by `modelOf`.
import { copyOf, type Tensor } from '../../core/tensor.ts';
import type { Graph, Node, Value } from '../../graph/graph.ts';
import { copyNode, type Rewritten, rewrite } from '../../graph/rewrite.ts';
import { nameAt } from './ties.ts';

/** What batch norm keeps of the data it has seen. */
const isStatistic = ({ op }: Node, i: number): boolean => op === 'BatchNormalization' && (i === 3 || i === 4);

/** Makes each stored tensor that batch norms read as a statistic a buffer; where other ops read it too, a copy of it. */
export function withStatistics(graph: Graph): Rewritten {
  const uses = new Map<Value, { readonly node: Node; readonly statistic: boolean }[]>();
  for (const node of graph.nodes) {
    for (const [i, value] of node.inputs.entries()) {
      if (value) uses.set(value, [...(uses.get(value) ?? []), { node, statistic: isStatistic(node, i) }]);
    }
  }
  const results = new Set(graph.outputs.values());
  const alone = (value: Value) => !results.has(value) && (uses.get(value)?.every(({ statistic }) => statistic) ?? false);
  const shared = (value: Value) => new Set(uses.get(value)?.map(({ node }) => node)).size > 1;
  const copies = new Map<Value, Value>();
  return rewrite(
    graph,
    ({ g, node, inputs }) => {
      const [y] = node.outputs;
      if (node.op === 'Identity' && y && alone(y)) {
        const data = stored(y);
        return data && [g.buffer(y.name, copyOf(data))];
      }
      if (!node.inputs.some((value, i) => value && isStatistic(node, i) && !alone(value))) return undefined;
      const own = node.inputs.map((value, i) => {
        const data = value && isStatistic(node, i) && !alone(value) ? stored(value) : undefined;
        if (!value || !data) return inputs[i];
        const wanted = nameAt(node, i, shared) ?? value.name;
        const copy = copies.get(value) ?? g.buffer(g.values.has(wanted) ? g.fresh(wanted) : wanted, copyOf(data));
        copies.set(value, copy);
        return copy;
      });
      return copyNode(g, node, own).outputs;
    },
    {
      declare: (g, value) =>
        value.kind === 'parameter' && value.data && alone(value) ? g.buffer(value.name, copyOf(value.data), value.id) : undefined,
    },
  );
}

/** What a value holds that is a stored tensor, itself or by way of Identities. */
function stored(value: Value): Tensor | undefined {
  if (value.kind === 'parameter') return value.data;
  const from = value.node?.op === 'Identity' ? value.node.inputs[0] : undefined;
  return from && stored(from);
}
