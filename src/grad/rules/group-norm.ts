// Gradients of the normalisations of each example by itself, in few passes over memory and in ops that can be differentiated again.
import { tensorOf } from '../../core/tensor.ts';
import type { Value } from '../../graph/graph.ts';
import { normaliseAxis } from '../../graph/types.ts';
import { type RuleContext, rule } from '../rule.ts';

type Norm = RuleContext<{ readonly epsilon: number }>;

export const InstanceNormalization = rule<'InstanceNormalization'>((c) => grouped(c, c.shape(c.x[0])[1] as number));
export const GroupNormalization = rule<'GroupNormalization'>((c) => grouped(c, c.attrs.num_groups as number));

/**
 * With h = dy scale and c = x - mean: dx = inverse (h - mean(h) - inverse^2 c mean(h c)), the means over the group (Wu & He 2018). The sums are
 * taken per channel first, which gives the gradients of scale and bias too and leaves one factor for dy, one for c and a shift.
 */
function grouped(c: Norm, groups: number): readonly Value[] {
  const { g, attrs, shape } = c;
  const [x, scale] = c.x;
  const [n, channels, ...places] = shape(x) as [number, number, ...number[]];
  const [members, places1] = [channels / groups, places.reduce((a, b) => a * b, 1)];
  const split = (value: Value) => g.reshape(value, [n, groups, members, places1]);
  const dy = split(c.dy);
  const wide = split(x);
  const share = 1 / (members * places1);
  const groupSum = (value: Value) => (members === 1 ? value : g.sum(value, [2], true));
  const centred = g.sub(wide, g.mean(wide, [2, 3], true));
  const variance = g.mul(g.op('ReduceSumSquare', [centred, g.ints([2, 3])]), share);
  const inverse = g.reciprocal(g.sqrt(g.add(variance, attrs.epsilon)));
  // Per example and channel: [N, G, C / G, 1].
  const sum = g.sum(dy, [3], true);
  const product = g.sum(g.mul(dy, centred), [3], true);
  const gain = g.mul(inverse, g.reshape(scale, [1, groups, members, 1]));
  const shift = g.mul(groupSum(g.mul(gain, sum)), -share);
  const perCentred = g.mul(g.mul(groupSum(g.mul(gain, product)), g.mul(inverse, inverse)), -share);
  const dx = g.add(g.mul(dy, gain), g.add(g.mul(centred, perCentred), shift));
  const perChannel = (value: Value) => g.reshape(g.sum(value, [0]), [channels]);
  return [g.reshape(dx, shape(x)), perChannel(g.mul(product, inverse)), perChannel(sum)];
}

/** As above with scale 1 over any axes. The function adds 1e-9 to the deviation, which only matters where that is 0. */
export const MeanVarianceNormalization = rule<'MeanVarianceNormalization'>(({ g, node, x: [x], y: [y], dy, attrs, shape }) => {
  const axes = attrs.axes.map((axis) => normaliseAxis(axis, shape(x).length, node.op));
  const mean = (value: Value) => g.mean(value, axes, true);
  const centred = g.sub(x, mean(x));
  const deviation = g.add(g.sqrt(mean(g.mul(centred, centred))), 1e-9);
  return [g.div(g.sub(dy, g.add(mean(dy), g.mul(y, mean(g.mul(dy, y))))), deviation)];
});

/** With h = dy scale: dx = inverse h - inverse^3 x mean(h x), and dscale = dy x inverse (Zhang & Sennrich 2019). */
export const RMSNormalization = rule<'RMSNormalization'>(({ g, node, x: [x, scale], dy, attrs, shape }) => {
  const sizes = shape(x);
  const axes = [...sizes.keys()].slice(normaliseAxis(attrs.axis, sizes.length, node.op));
  const mean = (value: Value) => g.mean(value, axes, true);
  const inverse = g.reciprocal(g.sqrt(g.add(mean(g.mul(x, x)), attrs.epsilon)));
  const normal = g.mul(x, inverse);
  const slope = g.mul(dy, normal);
  const along = g.mul(mean(g.mul(slope, scale)), inverse);
  return [g.sub(g.mul(g.mul(dy, scale), inverse), g.mul(normal, along)), slope];
});

/** With the length l: (dy - d sum(dy y)) / l, where d is y for the Euclidean length and sign(x) for the sum of absolute values; 0 where l is 0. */
export const LpNormalization = rule<'LpNormalization'>(({ g, x: [x], y: [y], dy, attrs: { axis, p } }) => {
  const length = g.op(p === 1 ? 'ReduceL1' : 'ReduceL2', [x, g.ints([axis])]);
  const positive = g.greater(length, 0);
  const inverse = g.where(positive, g.reciprocal(g.where(positive, length, 1)), 0);
  const along = g.mul(p === 1 ? g.sign(x) : y, g.sum(g.mul(dy, y), [axis], true));
  return [g.mul(g.sub(dy, along), inverse)];
});

/** With d = bias + alpha / size S: dy d^-beta - 2 alpha beta / size x T, T the sum of dy y / d over the channels whose window holds this one. */
export const LRN = rule<'LRN'>(({ g, x: [x], y: [y], dy, attrs, shape }) => {
  const { alpha, beta, bias } = attrs;
  const size = attrs.size as number;
  const [n, channels, ...places] = shape(x) as [number, number, ...number[]];
  // A window of odd size is symmetric, so the same matrix of ones around the diagonal serves both sums.
  const half = (size - 1) / 2;
  const band = Array.from({ length: channels * channels }, (_, i) => (Math.abs((i % channels) - Math.floor(i / channels)) <= half ? 1 : 0));
  const ones = g.constant(tensorOf(x.dtype, band, [channels, channels]));
  const windowed = (value: Value) => g.reshape(g.matMul(ones, g.reshape(value, [n, channels, -1])), [n, channels, ...places]);
  const d = g.add(g.mul(windowed(g.mul(x, x)), alpha / size), bias);
  const spread = g.mul(windowed(g.div(g.mul(dy, y), d)), (-2 * alpha * beta) / size);
  return [g.add(g.mul(dy, g.pow(d, -beta)), g.mul(x, spread))];
});
