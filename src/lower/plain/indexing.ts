// Scatters whose kernels on the CPU are not exact.
import { sizeOf } from '../../core/tensor.ts';
import { joinedIndices } from '../../graph/joined-indices.ts';
import { lowerOp } from '../lowering.ts';

/** ScatterND's threads race where an index occurs twice (onnxruntime 1.30 lost 30 % of a sum); ScatterElements takes its updates in order. */
export const ScatterND = lowerOp<'ScatterND'>(({ g, x: [data, indices, updates], attrs, shape }) => {
  const known = [data, indices].every((value) => value.shape.every((dim) => typeof dim === 'number'));
  if (attrs.reduction === 'none' || !known) return undefined;
  const joined = joinedIndices(g, indices, shape(data));
  const [count, width] = [sizeOf(shape(indices).slice(0, -1)), sizeOf(joined.rest)];
  const places = g.expand(g.reshape(joined.indices, [count, 1]), [count, width]);
  const flat = [g.reshape(data, [joined.rows, width]), places, g.reshape(updates, [count, width])];
  return [g.reshape(g.op('ScatterElements', flat, { axis: 0, reduction: attrs.reduction }), shape(data))];
});
