// Gradients of the ops of schema/discrete.ts: none but those of the values that are laid out or selected.
import { tensorOf } from '../../core/tensor.ts';
import { normaliseAxis } from '../../graph/types.ts';
import { addAtIndices } from '../gather-adjoint.ts';
import { rule, unsupported, ZERO } from '../rule.ts';

export const BitwiseAnd = ZERO;
export const BitwiseOr = ZERO;
export const BitwiseXor = ZERO;
export const BitwiseNot = ZERO;
export const BitShift = ZERO;
export const Size = ZERO;
export const Hardmax = ZERO;
export const EyeLike = ZERO;
export const NonZero = ZERO;
/** Which boxes are taken does not change with them where the derivative exists; what is gathered by the result has its own gradient. */
export const NonMaxSuppression = ZERO;

/** The two values get the sums of dy where they stand. */
export const OneHot = rule<'OneHot'>(({ g, x: [indices, depth, values], dy, attrs: { axis } }) => {
  const on = g.op('OneHot', [indices, depth, g.constant(tensorOf(values.dtype, [0, 1]))], { axis });
  const sum = g.reshape(g.sum(g.mul(dy, on)), [1]);
  return [undefined, undefined, g.concat([g.sub(g.reshape(g.sum(dy), [1]), sum), sum], 0)];
});

/** With a constant condition it is a Gather. */
export const Compress = rule<'Compress'>(({ g, node, x: [x], dy, attrs, shape, constant }) => {
  const places = constant(1).flatMap((value, i) => (value === 0 ? [] : [i]));
  const indices = g.constant(tensorOf('int64', places));
  const sizes = shape(x);
  if (attrs.axis !== undefined) return [addAtIndices(g, dy, indices, normaliseAxis(attrs.axis, sizes.length, node.op), sizes)];
  const size = sizes.reduce((a, b) => a * b, 1);
  return [g.reshape(addAtIndices(g, dy, indices, 0, [size]), sizes)];
});

export const Unique = unsupported('how many elements it keeps depends on their values; take the distinct ones outside the model and feed them.');
