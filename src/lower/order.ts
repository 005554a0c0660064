// In which order a step's nodes run. Called last, on the lowered graph, before it is written.
import type { Graph, Node } from '../graph/graph.ts';

/**
 * Puts the nodes that nothing reads behind all others, the last of them first. ONNX Runtime starts from the one that stands last in the file and
 * computes all that it needs, then goes on to the one before. So the gradient of the last layer's weight comes first, and what it alone needs is freed
 * before the backward pass goes on; in the order of the graph, gradients and activations of all layers would be kept to the end.
 */
export function leavesLast(graph: Graph): void {
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const isLeaf = ({ outputs }: Node) => outputs.every((value) => !value || !read.has(value));
  const leaves = graph.nodes.filter(isLeaf);
  graph.nodes.splice(0, graph.nodes.length, ...graph.nodes.filter((node) => !isLeaf(node)), ...leaves.reverse());
}
