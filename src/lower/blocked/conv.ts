// Convolutions and the gradient of their input in the blocked layout.
import type { Value } from '../../graph/graph.ts';
import type { CompositeWindow } from '../../graph/schema/composite.ts';
import { resolveWindow, type WindowAttrs, windowAttrs } from '../../graph/window.ts';
import { type BlockedContext, type Blocks, type LowerBlocked, sizesOf } from './layout.ts';
import { depthwiseWeight, forwardWeight, turnedWeight } from './weights.ts';

type Image = [number, number, number, number];

/** Whether there are blocked kernels for a convolution of images `[N, C, H, W]` by W `[M, C / group, kh, kw]`. */
export function isBlockable(b: Blocks, x: readonly number[], w: readonly number[], group: number, dtype: string): boolean {
  if (x.length !== 4 || dtype !== 'float32' || x.includes(0) || w.includes(0)) return false;
  if (group === 1) return true;
  const [filters, channels] = w as Image;
  if (channels === 1) return filters === group;
  return channels % b.block === 0 && (filters / group) % b.block === 0;
}

export const Conv: LowerBlocked<WindowAttrs & { group: number }> = ({ b, node, x: [x, w, bias], attrs, shape }) => {
  const { group } = attrs;
  if (!isBlockable(b, shape(x), shape(w), group, x.dtype)) return undefined;
  const [filters, perGroup, ...kernel] = shape(w) as Image;
  const [n, channels, ...places] = shape(x) as Image;
  const window = windowAttrs(resolveWindow(attrs, kernel, places, node.name));
  const depthwise = group > 1 && perGroup === 1;
  const input = group === 1 && channels < b.block ? x : b.of(x);
  const weight = depthwise ? depthwiseWeight(b, w) : forwardWeight(b, w, group);
  const shift = bias && b.vector(bias, filters);
  const output = [n, b.padded(filters), ...sizesOf(node.outputs[0] as Value).slice(2)];
  const attributes = { ...window, group: depthwise ? b.padded(group) : group };
  return [b.give(b.op('Conv', shift ? [input, weight, shift] : [input, weight], attributes, output), filters)];
};

type GradInput = BlockedContext<CompositeWindow & { group: number; input_shape: readonly number[] }>;

/**
 * A convolution of dY with the kernel turned round and its channels exchanged. With strides there is one for each remainder of the place by the
 * stride, with the places of the kernel that meet it; their results lie between one another.
 */
export const ConvGradInput: LowerBlocked<GradInput['attrs']> = (c) => {
  const { b, x, attrs, shape } = c;
  const [dy, w] = x;
  const { kernel_shape: kernel, strides, dilations, pads, group, input_shape: sizes } = attrs;
  if (!isBlockable(b, sizes, shape(w), group, dy.dtype)) return undefined;
  if (strides.some((stride, axis) => stride > 1 && (dilations[axis] as number) > 1)) return undefined;
  const [n, channels, height, width] = sizes as Image;
  const depthwise = group > 1 && shape(w)[1] === 1;
  const weight = turnedWeight(b, w, group);
  const input = b.of(dy);
  const attributes = { group: depthwise ? b.padded(group) : group };
  const [down, across] = [0, 1].map((axis) =>
    phasesOf(...([kernel, strides, dilations, pads, [height, width]].map((values) => values[axis]) as [number, number, number, number, number])),
  ) as [readonly Phase[], readonly Phase[]];
  const parts = down.map((row) =>
    across.map((column) => {
      if (row.taps.length === 0 || column.taps.length === 0) return undefined;
      const places = row.taps.flatMap((k) => column.taps.map((l) => k * (kernel[1] as number) + l));
      const part = fitted(b, input, [row, column], dilations);
      if (sizesOf(part.x).includes(0)) return undefined;
      const own = { ...attributes, kernel_shape: [row.taps.length, column.taps.length], strides: [1, 1], dilations, pads: part.pads };
      return b.op('Conv', [part.x, weight(places, own.kernel_shape)], own, [n, b.padded(channels), row.count, column.count]);
    }),
  );
  const size: Image = [n, b.padded(channels), down[0]?.count as number, across[0]?.count as number];
  return [b.give(interleaved(b, parts, size, [height, width]), channels)];
};

interface Phase {
  /** Places of the kernel along the axis, in the order of the turned kernel. */
  readonly taps: readonly number[];
  /** Padding before dY. */
  readonly low: number;
  /** Places of the result. */
  readonly count: number;
}

/** Along one axis of `size` places, for each remainder by the stride. */
function phasesOf(kernel: number, stride: number, dilation: number, pad: number, size: number): readonly Phase[] {
  if (stride === 1) return [{ taps: Array.from({ length: kernel }, (_, k) => kernel - 1 - k), low: dilation * (kernel - 1) - pad, count: size }];
  return Array.from({ length: stride }, (_, phase) => {
    const first = (phase + pad) % stride;
    const taps = [];
    for (let k = first; k < kernel; k += stride) taps.unshift(k);
    return { taps, low: taps.length - 1 - (phase + pad - first) / stride, count: Math.ceil(size / stride) };
  });
}

/** dY cut off where the padding is negative, and the padding left. */
function fitted(b: Blocks, x: Value, axes: readonly [Phase, Phase], dilations: readonly number[]) {
  const high = axes.map(({ taps, low, count }, axis) => {
    const size = sizesOf(x)[axis + 2] as number;
    return count - 1 + (taps.length - 1) * (dilations[axis] as number) - low - (size - 1);
  });
  const low = axes.map((phase) => phase.low);
  let part = x;
  for (const [axis, extra] of high.entries()) {
    const [start, end] = [Math.max(0, -(low[axis] as number)), (sizesOf(x)[axis + 2] as number) + Math.min(0, extra)];
    if (start === 0 && extra >= 0) continue;
    part = b.places(part, (five) => b.g.slice(five, [start], [end], [axis + 2]));
  }
  return { x: part, pads: [...low, ...high].map((pad) => Math.max(0, pad)) };
}

/**
 * The results for each remainder of row and column, `[N, channels, Q, R]`, one between another; cut to `sizes`. One that is left out is zero: behind the
 * first alone, zeros are padding, which is twice as fast as joining them, and no constants of their size are kept.
 */
export function interleaved(
  b: Blocks,
  parts: readonly (readonly (Value | undefined)[])[],
  [n, channels, q, r]: Image,
  sizes: readonly [number, number],
): Value {
  const { g, block } = b;
  const [down, across] = [parts.length, parts[0]?.length as number];
  const rows = (n * channels * q) / block;
  const joined = (values: readonly (Value | undefined)[], outer: number, width: number): Value | undefined => {
    const [first, ...rest] = values;
    if (rest.length === 0 || values.every((value) => value === undefined)) return first;
    if (first && rest.every((value) => value === undefined))
      return g.op('Pad', [g.reshape(first, [outer, width]), g.ints([0, 0, 0, rest.length * width])]);
    const zeros = () => g.expand(g.scalar(0), [outer, 1, width]);
    return g.concat(
      values.map((value) => (value ? g.reshape(value, [outer, 1, width]) : zeros())),
      1,
    );
  };
  const lines = parts.map((row) => joined(row, rows * r, block));
  const whole = joined(lines, rows, r * across * block);
  const shape = [n, channels, q * down, r * across];
  if (down * across === 1 && whole) return whole;
  const all = whole ? g.reshape(whole, shape) : g.expand(g.scalar(0), shape);
  if (q * down === sizes[0] && r * across === sizes[1]) return all;
  return b.places(all, (five) => g.slice(five, [0, 0], sizes, [2, 3]));
}
