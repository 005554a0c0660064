// Batch norm in the blocked layout: sums over places, and a scale and shift for each channel.
import type { Value } from '../../graph/graph.ts';
import { type BlockedContext, type LowerBlocked, sizesOf } from './layout.ts';

interface BatchNormAttrs {
  readonly epsilon: number;
  readonly momentum: number;
  readonly training_mode: number;
}

export const BatchNormalization: LowerBlocked<BatchNormAttrs> = (c) => {
  const { b, g, node, x: inputs, attrs, shape } = c;
  const [x, scale, bias, runningMean, runningVariance] = inputs as unknown as [Value, Value, Value, Value, Value];
  if (!b.held(x)) return undefined;
  const channels = shape(x)[1] as number;
  if (!attrs.training_mode) {
    const gain = g.div(scale, g.sqrt(g.add(runningVariance, attrs.epsilon)));
    const shift = g.sub(bias, g.mul(runningMean, gain));
    return [b.give(b.affine(b.of(x), b.vector(gain, channels), b.vector(shift, channels)), channels)];
  }
  if (divides(c, attrs.epsilon)) return undefined;
  const { centred, mean, variance, inverse } = statistics(c, attrs.epsilon);
  const y = b.affine(centred, g.mul(b.vector(scale, channels), inverse), b.vector(bias, channels));
  const running = (old: Value, now: Value) => {
    const own = sizesOf(now)[0] === channels ? now : g.slice(now, [0], [channels], [0]);
    return g.add(g.mul(old, attrs.momentum), g.mul(g.cast(own, old.dtype), 1 - attrs.momentum));
  };
  const outputs = [b.give(y, channels)];
  if (node.outputs.length > 1) outputs.push(running(runningMean, mean), running(runningVariance, variance));
  return outputs;
};

/** Without epsilon the padding, whose variance is 0, would be divided by it. */
const divides = ({ b, x: [x], shape }: BlockedContext<unknown>, epsilon: number) => epsilon === 0 && (shape(x)[1] as number) % b.block !== 0;

/** The batch's own statistics of the first input, once for the forward and the backward pass; `[channels padded]`. */
function statistics({ b, g, x: [x], shape, shared }: BlockedContext<unknown>, epsilon: number) {
  const once = (key: string, make: () => Value) => {
    const name = `batch statistics ${key} ${x.name}`;
    const value = shared.get(name) ?? make();
    shared.set(name, value);
    return value;
  };
  const [n, , ...places] = shape(x) as [number, number, number, number];
  const count = n * places[0] * places[1];
  const mean = once('mean', () => g.mul(g.sum(b.sums(b.of(x)), [0]), 1 / count));
  // Centred first: the mean of squares less the square of the mean loses all digits where the mean is large.
  const centred = once('centred', () => b.affine(b.of(x), 1, g.neg(mean)));
  const variance = once('variance', () => g.mul(g.sum(b.dots(centred, centred), [0]), 1 / count));
  const inverse = once(`inverse ${epsilon}`, () => g.reciprocal(g.sqrt(g.add(variance, epsilon))));
  return { count, mean, centred, variance, inverse };
}

/** As in graph/expand/batch-norm-grad.ts, gathered into a factor for dY, one for the centred input, and a shift. */
export const BatchNormGrad: LowerBlocked<{ readonly epsilon: number }> = (c) => {
  const { b, g, x: inputs, attrs, shape } = c;
  const [x, scale, dy] = inputs;
  if (!b.held(x) || divides(c, attrs.epsilon)) return undefined;
  const channels = shape(x)[1] as number;
  const { count, centred, inverse } = statistics(c, attrs.epsilon);
  const given = b.of(dy);
  const dBias = g.sum(b.sums(given), [0]);
  const dScale = g.mul(g.sum(b.dots(given, centred), [0]), inverse);
  const gain = g.mul(b.vector(scale, channels), inverse);
  const share = g.mul(gain, -1 / count);
  const part = b.affine(given, gain, g.mul(share, dBias));
  const dx = b.affine(centred, g.mul(share, g.mul(dScale, inverse)), undefined, part);
  const own = (value: Value) => (sizesOf(value)[0] === channels ? value : g.slice(value, [0], [channels], [0]));
  return [b.give(dx, channels), own(dScale), own(dBias)];
};
