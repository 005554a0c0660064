// Reshapes of reshapes become one. Last part of every lowering.

import { sizeOf } from '../core/tensor.ts';
import { numbersIn } from '../graph/elements.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { type Rewritten, rewrite } from '../graph/rewrite.ts';

const OPS = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** A node that gives its first input other sizes, which are known. One whose sizes are computed may be there to wait for them. */
function reshapes({ domain, op, inputs, outputs: [result] }: Node): boolean {
  const known = inputs[1] === undefined || numbersIn(inputs[1]) !== undefined;
  return domain === '' && OPS.has(op) && known && result?.shape.every((size) => typeof size === 'number') === true;
}

/**
 * ONNX Runtime would do so itself, but its new node then stands last in the graph and is computed first (see schedule.ts): of a weight's gradient, long before
 * its turn, and with everything before it kept alive.
 */
export function joinedReshapes(graph: Graph): Rewritten {
  return rewrite(graph, ({ g, node, inputs: [input] }) => {
    const before = input?.node;
    if (!reshapes(node) || !before || !reshapes(before)) return undefined;
    const [source] = before.inputs;
    const shape = node.outputs[0]?.shape as readonly number[];
    return source && sizeOf(shape) > 0 ? [g.scope(node.name, () => g.reshape(source, shape))] : undefined;
  });
}
