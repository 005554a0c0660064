// Before opset 13, Softmax and its kin took all axes from `axis` on as one.
import type { Value } from '../../graph.ts';
import { normaliseAxis } from '../../types.ts';
import type { Adapter, FileNode } from './adapter.ts';

const overRows: Adapter = (node) => {
  if (node.opset >= 13) return undefined;
  const x = node.input(0);
  const axis = normaliseAxis(node.int('axis', 1), x.shape.length, node.op);
  if (x.shape.slice(axis + 1).every((dim) => dim === 1)) return node.emit(node.op, [x], { axis });
  const rows = node.g.op('Flatten', [x], { axis });
  const [result] = node.g.append(node.op, [rows], { axis: -1 }).outputs;
  return node.emit('Reshape', [result, shapeOf(node, x)]);
};

function shapeOf({ g }: FileNode, x: Value): Value {
  return x.shape.every((dim) => typeof dim === 'number') ? g.ints(x.shape) : g.op('Shape', [x]);
}

export const Softmax = overRows;
export const LogSoftmax = overRows;
export const Hardmax = overRows;
