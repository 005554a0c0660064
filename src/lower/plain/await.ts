// Holding a computation back until another is done, in standard ONNX.
import { isFloat } from '../../core/dtype.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { lowerOp } from '../lowering.ts';

export const Await = lowerOp<'Await'>(({ g, x: [x, after] }) => [awaiting(g, x, after)]);

/**
 * `x` as it is, in the same memory, once `after` is computed: reshaped to its own sizes, which are chosen by an element of `after`, though both choices
 * are the same. ONNX Runtime cannot know, and so neither runs what reads the result early nor takes it for what reads `x`.
 */
export function awaiting(g: Builder, x: Value, after: Value): Value {
  const element = g.slice(g.reshape(after, [-1]), [0], [1], [0]);
  const number = isFloat(after.dtype) ? element : g.cast(element, 'float32');
  const sizes = g.ints(x.shape as readonly number[]);
  return g.op('Reshape', [x, g.where(g.greater(number, number), sizes, sizes)]);
}
