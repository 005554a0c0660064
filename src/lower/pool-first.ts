// MaxPool(Relu(x)) -> Relu(MaxPool(x)). In: a forward graph that will be differentiated. Called where a training step is built.
import type { Graph, Node, Value } from '../graph/graph.ts';
import { type Rewritten, rewrite } from '../graph/rewrite.ts';

/**
 * Puts max pools before the ReLU that only they read. Both never decrease, so they commute exactly; so do their gradients, since a window
 * without a positive element passes none on. ReLU and its gradient then work on the pooled elements alone.
 */
export function poolFirst(graph: Graph): Rewritten {
  const readers = new Map<Value, Node[]>();
  for (const node of graph.nodes) for (const value of node.inputs) if (value) readers.set(value, [...(readers.get(value) ?? []), node]);
  const kept = new Set(graph.outputs.values());
  const isPool = ({ domain, op, outputs }: Node) => domain === '' && op === 'MaxPool' && outputs.length === 1;
  const moved = (node: Node | undefined): node is Node => {
    const y = node?.outputs[0];
    return node?.op === 'Relu' && node.domain === '' && y !== undefined && !kept.has(y) && (readers.get(y) ?? []).every(isPool);
  };
  return rewrite(graph, ({ g, node, inputs, map }) => {
    if (moved(node) && readers.has(node.outputs[0] as Value)) return inputs;
    const relu = node.inputs[0]?.node;
    if (!isPool(node) || !moved(relu)) return undefined;
    const pooled = g.append('MaxPool', [map(relu.inputs[0] as Value)], node.attrs, { name: node.name });
    return g.append('Relu', pooled.outputs, {}, { name: relu.name, outputs: [node.outputs[0]?.name ?? ''] }).outputs;
  });
}
