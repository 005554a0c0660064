// Gradients of the pools of schema/pool.ts.
import { sizeOf, tensorOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { resolveWindow, windowAttrs } from '../../graph/window.ts';
import { type RuleContext, rule } from '../rule.ts';

/** All of dy goes to the first of the greatest elements, as in MaxPool. */
export const GlobalMaxPool = rule<'GlobalMaxPool'>(({ g, x: [x], dy, shape }) => {
  const [n, channels, ...places] = shape(x) as [number, number, ...number[]];
  const flat = [n, channels, sizeOf(places)];
  const first = g.op('ArgMax', [g.reshape(x, flat)], { axis: 2 });
  const put = g.op('ScatterElements', [g.expand(g.scalar(0, x.dtype), flat), first, g.reshape(dy, [n, channels, 1])], { axis: 2 });
  return [g.reshape(put, shape(x))];
});

/** d/dx (sum |x|^p)^(1/p) = y^(1-p) |x|^(p-1) sign(x). */
export const GlobalLpPool = rule<'GlobalLpPool'>((c) => [c.g.mul(perWindow(c), perElement(c))]);

/** As for one window, summed over those that hold the element: the gradient of a convolution with ones, one channel at a time. */
export const LpPool = rule<'LpPool'>((c) => {
  const { g, node, attrs, shape } = c;
  const [x] = c.x;
  const [n, channels, ...sizes] = shape(x) as [number, number, ...number[]];
  const window = resolveWindow(attrs, attrs.kernel_shape as readonly number[], sizes, node.name);
  // In ceil mode the last window may reach beyond the padding.
  const after = window.after.map((pad, i) => {
    const reach = ((window.output[i] as number) - 1) * (window.strides[i] as number) + (window.extent[i] as number);
    return Math.max(pad, reach - (window.before[i] as number) - (sizes[i] as number));
  });
  const ones = g.constant(tensorOf(x.dtype, Array<number>(sizeOf(window.kernel)).fill(1), [1, 1, ...window.kernel]));
  const single = g.reshape(perWindow(c), [n * channels, 1, ...window.output]);
  const input_shape = [n * channels, 1, ...sizes];
  const spread = g.op('ConvGradInput', [single, ones], { ...windowAttrs({ ...window, after }), group: 1, input_shape });
  return [g.mul(g.reshape(spread, shape(x)), perElement(c))];
});

type Lp = RuleContext<{ readonly p: number }>;

/** dy y^(1-p); where y is 0 so is what it is multiplied by. */
function perWindow({ g, y: [y], dy, attrs: { p } }: Lp): Value {
  if (p === 1) return dy;
  const safe = g.where(g.greater(y, 0), y, 1);
  return p === 2 ? g.div(dy, safe) : g.mul(dy, g.pow(safe, 1 - p));
}

/** |x|^(p-1) sign(x). */
function perElement({ g, x: [x], attrs: { p } }: Lp): Value {
  if (p === 1) return g.sign(x);
  return p === 2 ? x : power(g, x, p);
}

function power(g: Builder, x: Value, p: number): Value {
  return p % 2 === 0 ? g.pow(x, p - 1) : g.mul(g.sign(x), g.pow(x, p - 1));
}
