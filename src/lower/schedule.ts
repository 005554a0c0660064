// The order in which a training graph's nodes are written, which decides when ONNX Runtime computes each and so what must be kept meanwhile.
// In: a lowered graph. Out: its nodes. Called where a training step is written.
import type { Graph, Node, Value } from '../graph/graph.ts';

/**
 * ONNX Runtime walks back from the results that nothing reads, the last one in the file first, and at each node to its inputs, again the last one first;
 * it computes a node as soon as all before it are. In the order of differentiation that is the first layer's gradient before all others, which keeps
 * every activation and every gradient alive to the end. Here results come in falling and all other nodes in rising distance from the inputs: the
 * gradient of the last layer is computed first, and what needs no gradient only where it is used.
 */
export function scheduled(graph: Graph): readonly Node[] {
  const depths = new Map<Value, number>();
  const read = new Set<Value>();
  for (const { inputs, outputs } of graph.nodes) {
    let depth = 0;
    for (const value of inputs) {
      if (!value) continue;
      read.add(value);
      depth = Math.max(depth, depths.get(value) ?? 0);
    }
    for (const value of outputs) if (value) depths.set(value, depth + 1);
  }
  const depthOf = ({ outputs }: Node) => depths.get(outputs.find((value) => value) as Value) ?? 0;
  const isLast = ({ outputs }: Node) => outputs.every((value) => !value || !read.has(value));
  const rising = (a: Node, b: Node) => depthOf(a) - depthOf(b);
  return [...graph.nodes.filter((node) => !isLast(node)).sort(rising), ...graph.nodes.filter(isLast).sort((a, b) => rising(b, a))];
}
