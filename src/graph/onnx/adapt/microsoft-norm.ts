// com.microsoft: normalisations with sums and look-ups before them.
import type { Value } from '../../graph.ts';
import type { Adapter, FileNode } from './adapter.ts';

/** Statistics of the fused kernels, which only gradients of other engines ask for. */
function refuseStatistics(node: FileNode): void {
  if (node.wanted(1) || node.wanted(2)) node.refuse("its mean or deviation is used. Export the model without ONNX Runtime's optimisations.");
}

/** Root mean square normalisation of the last axis. */
export const SimplifiedLayerNormalization: Adapter = (node) => {
  if (node.wanted(1)) node.refuse("its deviation is used. Export the model without ONNX Runtime's optimisations.");
  return node.emit('RMSNormalization', [node.input(0), node.input(1)], node.attrs, 1);
};

/** The sum that is normalised is output 3. */
const skip =
  (norm: string, bias: number): Adapter =>
  (node) => {
    refuseStatistics(node);
    const sum = node.g.add(node.input(0), node.input(1));
    const x = node.inputs[bias] ? node.g.add(sum, node.inputs[bias]) : sum;
    const [y] = node.emit(norm, [x, ...node.inputs.slice(2, bias)], { axis: -1, epsilon: node.float('epsilon', 1e-12) }, 1);
    return [y, undefined, undefined, x];
  };

export const SkipLayerNormalization = skip('LayerNormalization', 4);
export const SkipSimplifiedLayerNormalization = skip('RMSNormalization', 3);

/** Word, position and segment vectors summed and normalised; output 1 counts the tokens of each text, output 2 is the sum. */
export const EmbedLayerNormalization: Adapter = (node) => {
  const { g } = node;
  const ids = node.input(0);
  const [segments, positions] = [node.inputs[1], node.inputs[8]];
  const words = g.gather(node.input(2), ids);
  const places = positions ? g.gather(node.input(3), positions) : firstRows(node, node.input(3), ids);
  const placed = g.add(words, places);
  const sum = segments && node.inputs[4] ? g.add(placed, g.gather(node.inputs[4], segments)) : placed;
  const [y] = node.emit('LayerNormalization', [sum, node.input(5), node.input(6)], { axis: -1, epsilon: node.float('epsilon', 1e-12) }, 1);
  const mask = node.inputs[7];
  if (node.wanted(1) && !mask) node.refuse('its mask is used, but it has none to count.');
  return [y, node.wanted(1) && mask ? g.sum(mask, [1]) : undefined, sum];
};

/** The table's rows for the places 0, 1 ... of a text `[N, L]`. */
function firstRows({ g }: FileNode, table: Value, ids: Value): Value {
  const length = g.op('Shape', [ids], { start: 1, end: 2 });
  return g.op('Slice', [table, g.ints([0]), length, g.ints([0])]);
}
