// Gradients of reductions and of softmax.
import type { Value } from '../../graph/graph.ts';
import { normaliseAxis } from '../../graph/types.ts';
import { type RuleContext, rule, ZERO } from '../rule.ts';

interface ReduceAttrs {
  readonly keepdims: number;
  readonly noop_with_empty_axes: number;
}

/**
 * What was reduced: the axes, and how many elements fell into one. `noop` when nothing was; as in ONNX Runtime, the element-wise part of the
 * reduction (the square of ReduceSumSquare) happens even then.
 */
function reduced(c: RuleContext<ReduceAttrs>): { axes: readonly number[]; count: number; noop: boolean } {
  const shape = c.shape(c.x[0]);
  const given = c.has(1) ? c.constant(1) : [];
  const noop = given.length === 0 && c.attrs.noop_with_empty_axes !== 0;
  const axes = given.length ? given.map((axis) => normaliseAxis(axis, shape.length, c.node.op)) : shape.map((_, i) => i);
  return { axes, count: axes.reduce((product, axis) => product * (shape[axis] as number), 1), noop };
}

/** A reduced value with the reduced axes back at size 1, so that it broadcasts against the input. */
function kept(c: RuleContext<ReduceAttrs>, value: Value): Value {
  const { axes, noop } = reduced(c);
  return noop || c.attrs.keepdims
    ? value
    : c.g.unsqueeze(
        value,
        axes.toSorted((a, b) => a - b),
      );
}

/** `value`, of kept shape, at every element of the input. */
function spread(c: RuleContext<ReduceAttrs>, value: Value): Value {
  return c.g.expand(value, c.shape(c.x[0]));
}

export const ReduceSum = rule<'ReduceSum'>((c) => [spread(c, kept(c, c.dy))]);
export const ReduceMean = rule<'ReduceMean'>((c) => {
  const { count, noop } = reduced(c);
  return [spread(c, kept(c, noop ? c.dy : c.g.mul(c.dy, 1 / count)))];
});
export const ReduceSumSquare = rule<'ReduceSumSquare'>((c) => [c.g.mul(c.g.mul(kept(c, c.dy), 2), c.x[0])]);
export const ReduceL1 = rule<'ReduceL1'>((c) => [c.g.mul(kept(c, c.dy), c.g.sign(c.x[0]))]);

/** x / |x|, and 0 for a vector of zeros. */
export const ReduceL2 = rule<'ReduceL2'>((c) => {
  const { g } = c;
  const norm = kept(c, c.y[0]);
  const safe = g.where(g.greater(norm, 0), norm, 1);
  return [g.mul(g.div(kept(c, c.dy), safe), c.x[0])];
});

/** Elements that equal the extreme share the gradient equally. */
const extreme = (c: RuleContext<ReduceAttrs>): Value[] => {
  const { g } = c;
  const { axes, noop } = reduced(c);
  if (noop) return [c.dy];
  const hit = g.mask(g.equal(c.x[0], kept(c, c.y[0])), c.x[0].dtype);
  return [g.mul(g.div(kept(c, c.dy), g.sum(hit, axes, true)), hit)];
};
export const ReduceMax = rule<'ReduceMax'>(extreme);
export const ReduceMin = rule<'ReduceMin'>(extreme);
/**
 * The product of the other elements, also where some are zero: with the zeros replaced by ones, product / element, unless another element is zero.
 * Second derivatives are those of a product without zeros.
 */
export const ReduceProd = rule<'ReduceProd'>((c) => {
  const { g } = c;
  const [x] = c.x;
  const { axes, noop } = reduced(c);
  if (noop) return [c.dy];
  const zero = g.mask(g.equal(x, 0), x.dtype);
  const filled = g.add(x, zero);
  const product = g.op('ReduceProd', [filled, g.ints(axes)], { keepdims: 1 });
  const alone = g.mask(g.equal(g.sum(zero, axes, true), zero), x.dtype);
  return [g.mul(g.mul(kept(c, c.dy), g.div(product, filled)), alone)];
});
export const ReduceLogSum = rule<'ReduceLogSum'>((c) => [spread(c, c.g.div(kept(c, c.dy), c.g.exp(kept(c, c.y[0]))))]);

/** softmax over the reduced axes. */
export const ReduceLogSumExp = rule<'ReduceLogSumExp'>((c) => [c.g.mul(kept(c, c.dy), c.g.exp(c.g.sub(c.x[0], kept(c, c.y[0]))))]);

/** y (dy - sum(dy y)). */
export const Softmax = rule<'Softmax'>(({ g, y: [y], attrs: { axis }, dy }) => [g.mul(y, g.sub(dy, g.sum(g.mul(dy, y), [axis], true)))]);

/** dy - softmax(x) sum(dy). */
export const LogSoftmax = rule<'LogSoftmax'>(({ g, y: [y], attrs: { axis }, dy }) => [g.sub(dy, g.mul(g.exp(y), g.sum(dy, [axis], true)))]);

export const ArgMax = ZERO;
export const ArgMin = ZERO;
