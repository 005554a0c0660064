// Gradients of batch and layer normalisation, in ops that can be differentiated again.
import type { Value } from '../../graph/graph.ts';
import { normaliseAxis } from '../../graph/types.ts';
import { type RuleContext, rule } from '../rule.ts';

interface BatchNormAttrs {
  readonly epsilon: number;
  readonly training_mode: number;
}

export const BatchNormalization = rule<'BatchNormalization'>((c) => (c.attrs.training_mode ? trained(c) : frozen(c)));

function channels({ g, x: [x], shape }: RuleContext<BatchNormAttrs>) {
  const sizes = shape(x);
  const axes = [...sizes.keys()].filter((axis) => axis !== 1);
  return {
    /** Elements in each channel. */
    count: axes.reduce((product, axis) => product * (sizes[axis] as number), 1),
    /** `[N, C, ...]` to `[C]`. */
    sum: (value: Value) => g.sum(value, axes),
    /** `[C]` laid out to broadcast. */
    wide: (vector: Value) => (axes.length > 1 ? g.reshape(vector, [-1, ...axes.slice(1).map(() => 1)]) : vector),
  };
}

/** The running statistics are inputs like any other. */
function frozen(c: RuleContext<BatchNormAttrs>): readonly Value[] {
  const { g, x: inputs, dy, attrs } = c;
  const [x, scale, , mean, variance] = inputs;
  const { sum, wide } = channels(c);
  const inverse = g.reciprocal(g.sqrt(g.add(variance, attrs.epsilon)));
  const gain = g.mul(scale, inverse);
  const dBias = sum(dy);
  const dProduct = sum(g.mul(dy, g.sub(x, wide(mean))));
  // d(v + e)^(-1/2) / dv = -1/2 (v + e)^(-3/2)
  const dVariance = g.mul(g.mul(g.mul(dProduct, gain), g.mul(inverse, inverse)), -0.5);
  return [g.mul(dy, wide(gain)), g.mul(dProduct, inverse), dBias, g.neg(g.mul(gain, dBias)), dVariance];
}

/** Running statistics carry no gradient. */
function trained({ g, x: [x, scale], dy, attrs }: RuleContext<BatchNormAttrs>): readonly Value[] {
  return g.ops('BatchNormGrad', [x, scale, dy], { epsilon: attrs.epsilon }, 3);
}

/**
 * dx = inverse (h - mean(h) - normal mean(h normal)), h = dy scale, over `axis` and what lies behind it (Ba et al. 2016), plus what flows through
 * the statistics. Computing mean and deviation again is no slower than having the node return them.
 */
export const LayerNormalization = rule<'LayerNormalization'>((c) => {
  const { g, x: inputs, has, dy, dys, attrs, shape } = c;
  const [x, scale] = inputs;
  const sizes = shape(x);
  const axes = [...sizes.keys()].slice(normaliseAxis(attrs.axis, sizes.length, c.node.op));
  const share = 1 / axes.reduce((product, axis) => product * (sizes[axis] as number), 1);
  const mean = (value: Value) => g.mean(value, axes, true);
  const centred = g.sub(x, mean(x));
  const inverse = g.reciprocal(g.sqrt(g.add(mean(g.mul(centred, centred)), attrs.epsilon)));
  const normal = g.mul(centred, inverse);
  const scaled = g.mul(dy, scale);
  let dx = g.mul(inverse, g.sub(scaled, g.add(mean(scaled), g.mul(normal, mean(g.mul(scaled, normal))))));
  if (dys[1]) dx = g.add(dx, g.mul(g.cast(dys[1], x.dtype), share));
  // inverse = (variance + e)^(-1/2), so d inverse / dx = -inverse^3 centred / n = -inverse^2 normal / n
  if (dys[2]) dx = g.sub(dx, g.mul(g.mul(g.cast(dys[2], x.dtype), g.mul(g.mul(inverse, inverse), share)), normal));
  return [dx, g.mul(dy, normal), has(2) ? dy : undefined];
});
