// Gradients of convolutions and pools, as composite ops whose windows are spelled out.
import { sizeOf, tensorOf } from '../../core/tensor.ts';
import type { Value } from '../../graph/graph.ts';
import { resolveWindow, type WindowAttrs, windowAttrs } from '../../graph/window.ts';
import { type RuleContext, rule } from '../rule.ts';

/** The node's window over the spatial axes of `x`. */
function resolved(c: RuleContext<WindowAttrs>, x: Value, weight?: Value) {
  const sizes = c.shape(x).slice(2);
  const kernel = c.attrs.kernel_shape ?? (weight ? c.shape(weight).slice(2) : []);
  return windowAttrs(resolveWindow(c.attrs, kernel, sizes, c.node.name));
}

/** Sum over the batch and all spatial axes. */
function channelSum({ g, shape, dy }: RuleContext<unknown>): Value {
  return g.sum(
    dy,
    [...shape(dy).keys()].filter((axis) => axis !== 1),
  );
}

export const Conv = rule<'Conv'>((c) => {
  const {
    g,
    x: [x, w],
    dy,
    has,
    attrs,
    shape,
  } = c;
  const window = { ...resolved(c, x, w), group: attrs.group };
  return [
    g.op('ConvGradInput', [dy, w], { ...window, input_shape: shape(x) }),
    g.op('ConvGradWeight', [x, dy], window),
    has(2) ? channelSum(c) : undefined,
  ];
});

/** Y is the gradient of a convolution's input, so the convolution itself is the gradient of X, and X and dY change places in that of W. */
export const ConvTranspose = rule<'ConvTranspose'>((c) => {
  const {
    g,
    x: [x, w],
    dy,
    has,
    attrs,
    shape,
  } = c;
  const kernel = shape(w).slice(2);
  const strides = attrs.strides ?? kernel.map(() => 1);
  const dilations = attrs.dilations ?? kernel.map(() => 1);
  const sizes = shape(x).slice(2);
  const rank = kernel.length;
  const pads = Array<number>(2 * rank).fill(0);
  sizes.forEach((size, i) => {
    const extra = attrs.output_padding?.[i] ?? 0;
    const full = (strides[i] as number) * (size - 1) + extra + ((kernel[i] as number) - 1) * (dilations[i] as number) + 1;
    // What lies beyond the reach of the window is zero; the convolution's windows leave it out.
    const total = Math.max(0, full - (shape(dy)[i + 2] as number));
    const explicit = attrs.auto_pad === 'NOTSET' && attrs.output_shape === undefined;
    const half = Math.floor(total / 2);
    pads[i] = explicit ? (attrs.pads?.[i] ?? 0) : attrs.auto_pad === 'SAME_UPPER' ? half : total - half;
    pads[i + rank] = total - (pads[i] as number);
  });
  const window = { kernel_shape: kernel, strides, dilations, pads, group: attrs.group };
  return [g.op('Conv', [dy, w], window), g.op('ConvGradWeight', [dy, x], window), has(2) ? channelSum(c) : undefined];
});

export const MaxPool = rule<'MaxPool'>((c) => {
  const {
    g,
    x: [x],
    dy,
    attrs,
  } = c;
  return [g.op('MaxPoolGrad', [x, dy], { ...resolved(c, x), ceil_mode: attrs.ceil_mode })];
});

export const AveragePool = rule<'AveragePool'>((c) => {
  const {
    g,
    x: [x],
    dy,
    attrs,
    shape,
  } = c;
  const { ceil_mode, count_include_pad } = attrs;
  return [g.op('AveragePoolGrad', [dy], { ...resolved(c, x), ceil_mode, count_include_pad, input_shape: shape(x) })];
});

export const GlobalAveragePool = rule<'GlobalAveragePool'>(({ g, x: [x], dy, shape }) => {
  const count = shape(x)
    .slice(2)
    .reduce((a, b) => a * b, 1);
  return [g.expand(g.mul(dy, 1 / count), shape(x))];
});

/** Each element was put at one place, and takes its gradient from there. */
export const MaxUnpool = rule<'MaxUnpool'>(({ g, x: [, indices], dy }) => [g.gather(g.reshape(dy, [-1]), indices)]);

/** Its adjoint cuts the windows out again: a convolution whose kernels hold a single 1, one for each element of the window. */
export const Col2Im = rule<'Col2Im'>(({ g, x: [x], dy, attrs, shape, constant }) => {
  const kernel = constant(2);
  const count = sizeOf(kernel);
  const channels = shape(dy)[1] as number;
  const single = Array.from({ length: channels * count * count }, (_, i) => (Math.floor(i / count) % count === i % count ? 1 : 0));
  const weight = g.constant(tensorOf(x.dtype, single, [channels * count, 1, ...kernel]));
  const window = { kernel_shape: kernel, strides: attrs.strides, dilations: attrs.dilations, pads: attrs.pads };
  const given = Object.fromEntries(Object.entries(window).filter(([, value]) => value !== undefined));
  return [g.reshape(g.op('Conv', [dy, weight], { ...given, group: channels }), shape(x))];
});
