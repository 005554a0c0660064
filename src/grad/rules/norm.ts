// Gradients of batch and layer normalisation, in ops that can be differentiated again.
import type { Value } from '../../graph/graph.ts';
import { normaliseAxis } from '../../graph/types.ts';
import { type RuleContext, rule } from '../rule.ts';

interface BatchNormAttrs {
  readonly epsilon: number;
  readonly training_mode: number;
}

export const BatchNormalization = rule<'BatchNormalization'>((c) => (c.attrs.training_mode ? trained(c) : frozen(c)));

/** All axes but the channels', and a per-channel vector laid out to broadcast. */
function layout({ g, x: [x], shape }: RuleContext<BatchNormAttrs>) {
  const rank = shape(x).length;
  const axes = [...Array(rank).keys()].filter((axis) => axis !== 1);
  return { axes, wide: (vector: Value) => g.reshape(vector, [1, -1, ...Array<number>(Math.max(0, rank - 2)).fill(1)]) };
}

/** The running statistics are inputs like any other. */
function frozen(c: RuleContext<BatchNormAttrs>): readonly Value[] {
  const { g, x: inputs, dy, attrs } = c;
  const [x, scale, , mean, variance] = inputs;
  const { axes, wide } = layout(c);
  const inverse = g.reciprocal(g.sqrt(g.add(variance, attrs.epsilon)));
  const centred = g.sub(x, wide(mean));
  const dBias = g.sum(dy, axes);
  const dProduct = g.sum(g.mul(dy, centred), axes);
  const gain = g.mul(scale, inverse);
  const dMean = g.neg(g.mul(gain, dBias));
  // d(v + e)^(-1/2) / dv = -1/2 (v + e)^(-3/2)
  const dVariance = g.mul(g.mul(g.mul(dProduct, gain), g.mul(inverse, inverse)), -0.5);
  return [g.mul(dy, wide(gain)), g.mul(dProduct, inverse), dBias, dMean, dVariance];
}

/** dx = scale inv (dy - mean(dy) - xhat mean(dy xhat)) (Ioffe & Szegedy 2015, sec. 3). Running outputs carry no gradient. */
function trained(c: RuleContext<BatchNormAttrs>): readonly Value[] {
  const { g, x: inputs, dy, attrs, shape } = c;
  const [x, scale] = inputs;
  const { axes, wide } = layout(c);
  const count = axes.reduce((product, axis) => product * (shape(x)[axis] as number), 1);
  const centred = g.sub(x, g.mean(x, axes, true));
  const variance = g.mean(g.mul(centred, centred), axes, true);
  const inverse = g.reciprocal(g.sqrt(g.add(variance, attrs.epsilon)));
  const normal = g.mul(centred, inverse);
  const dBias = g.sum(dy, axes);
  const dScale = g.sum(g.mul(dy, normal), axes);
  const share = g.add(wide(dBias), g.mul(normal, wide(dScale)));
  return [g.mul(g.mul(inverse, wide(scale)), g.sub(dy, g.mul(share, 1 / count))), dScale, dBias];
}

/** As batch norm's, over `axis` and what lies behind it; the statistics' own gradients are added where they are used. */
export const LayerNormalization = rule<'LayerNormalization'>((c) => {
  const { g, x: inputs, has, dy, dys, attrs, shape } = c;
  const [x, scale] = inputs;
  const rank = shape(x).length;
  const first = normaliseAxis(attrs.axis, rank, 'LayerNormalization');
  const axes = [...Array(rank).keys()].filter((axis) => axis >= first);
  const centred = g.sub(x, g.mean(x, axes, true));
  const inverse = g.reciprocal(g.sqrt(g.add(g.mean(g.mul(centred, centred), axes, true), attrs.epsilon)));
  const normal = g.mul(centred, inverse);
  const scaled = g.mul(dy, scale);
  const inner = g.add(g.mean(scaled, axes, true), g.mul(normal, g.mean(g.mul(scaled, normal), axes, true)));
  let dx = g.mul(inverse, g.sub(scaled, inner));
  const count = axes.reduce((product, axis) => product * (shape(x)[axis] as number), 1);
  if (dys[1]) dx = g.add(dx, g.mul(dys[1], 1 / count));
  // inv = (var + e)^(-1/2), so d inv / dx = -inv^3 (x - mean) / n = -inv^2 normal / n
  if (dys[2]) dx = g.sub(dx, g.mul(g.mul(dys[2], 1 / count), g.mul(g.mul(inverse, inverse), normal)));
  return [dx, g.mul(dy, normal), has(2) ? dy : undefined];
});
