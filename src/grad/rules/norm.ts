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

/** Beside dX what flows through the statistics, where they are read. Computing them again is no slower than having the node return them. */
export const LayerNormalization = rule<'LayerNormalization'>((c) => {
  const { g, x: inputs, has, dy, dys, attrs, shape } = c;
  const [x, scale] = inputs;
  const { axis, epsilon } = attrs;
  const sizes = shape(x);
  const axes = [...sizes.keys()].slice(normaliseAxis(axis, sizes.length, c.node.op));
  const share = 1 / axes.reduce((product, at) => product * (sizes[at] as number), 1);
  let [dx, dScale] = g.ops('LayerNormGrad', [x, scale, dy], { axis, epsilon }, 2) as [Value, Value];
  if (dys[1]) dx = g.add(dx, g.mul(g.cast(dys[1], x.dtype), share));
  if (dys[2]) {
    // inverse = (variance + e)^(-1/2), so d inverse / dx = -inverse^3 centred / n
    const centred = g.sub(x, g.mean(x, axes, true));
    const inverse = g.reciprocal(g.sqrt(g.add(g.mean(g.mul(centred, centred), axes, true), epsilon)));
    dx = g.sub(dx, g.mul(g.mul(g.cast(dys[2], x.dtype), g.mul(g.pow(inverse, 3), share)), centred));
  }
  return [dx, dScale, has(2) ? dy : undefined];
});
