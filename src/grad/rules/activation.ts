// Gradients of the activations of schema/activation.ts. At kinks they agree with PyTorch: the slope of the left side, and 0 for ThresholdedRelu and Shrink.
import { rule } from '../rule.ts';

/** For x <= 0, d/dx gamma alpha (e^x - 1) = y + gamma alpha. */
export const Selu = rule<'Selu'>(({ g, x: [x], y: [y], attrs: { alpha, gamma }, dy }) => [
  g.mul(dy, g.where(g.greater(x, 0), gamma, g.add(y, gamma * alpha))),
]);

/** For x <= 0, d/dx alpha (e^(x / alpha) - 1) = y / alpha + 1. */
export const Celu = rule<'Celu'>(({ g, x: [x], y: [y], attrs: { alpha }, dy }) => [
  g.mul(dy, g.where(g.greater(x, 0), 1, g.add(g.mul(y, 1 / alpha), 1))),
]);

export const ThresholdedRelu = rule<'ThresholdedRelu'>(({ g, x: [x], attrs: { alpha }, dy }) => [g.mul(dy, g.mask(g.greater(x, alpha), x.dtype))]);

export const Shrink = rule<'Shrink'>(({ g, x: [x], attrs: { lambd }, dy }) => {
  const outside = g.op('Or', [g.greater(x, lambd), g.less(x, -lambd)]);
  return [g.mul(dy, g.mask(outside, x.dtype))];
});

/** d/dx x / (1 + |x|) = (1 + |x|)^-2. */
export const Softsign = rule<'Softsign'>(({ g, x: [x], dy }) => {
  const width = g.add(g.abs(x), 1);
  return [g.div(dy, g.mul(width, width))];
});

/** With t = tanh(softplus(x)): t + x (1 - t^2) sigmoid(x). */
export const Mish = rule<'Mish'>(({ g, x: [x], dy }) => {
  const t = g.tanh(g.op('Softplus', [x]));
  const inner = g.mul(g.mul(x, g.sigmoid(x)), g.sub(1, g.mul(t, t)));
  return [g.mul(dy, g.add(t, inner))];
});

/** With s = sigmoid(alpha x): s + alpha x s (1 - s) = s (1 + alpha (x - y)). */
export const Swish = rule<'Swish'>(({ g, x: [x], y: [y], attrs: { alpha }, dy }) => {
  const scaled = (value: typeof x) => (alpha === 1 ? value : g.mul(value, alpha));
  return [g.mul(dy, g.mul(g.sigmoid(scaled(x)), g.add(scaled(g.sub(x, y)), 1)))];
});
