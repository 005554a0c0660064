// Gradients of convolutions in standard ONNX.
import { fail } from '../../core/errors.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import type { CompositeWindow } from '../../graph/schema/composite.ts';
import { lowerOp } from '../lowering.ts';

/**
 * At stride 1 the gradient is a convolution with the kernel turned round and its channels exchanged, which ORT runs almost twice as
 * fast as ConvTranspose; other strides take ConvTranspose, with output padding for the elements no window reached.
 */
export const ConvGradInput = lowerOp<'ConvGradInput'>(({ g, x: [dy, w], attrs, shape }) => {
  const { kernel_shape: kernel, strides, dilations, pads, group, input_shape: sizes } = attrs;
  const rank = kernel.length;
  const extent = kernel.map((size, i) => (size - 1) * (dilations[i] as number) + 1);
  const turned = pads.map((pad, i) => (extent[i % rank] as number) - 1 - pad);
  if (strides.every((stride) => stride === 1) && turned.every((pad) => pad >= 0)) {
    return [g.op('Conv', [dy, turnedWeight(g, w, shape(w), group)], { kernel_shape: kernel, strides, dilations, pads: turned, group })];
  }
  const output_padding = extent.map((reach, i) => {
    const full = ((shape(dy)[i + 2] as number) - 1) * (strides[i] as number) + reach;
    return (sizes[i + 2] as number) - (full - (pads[i] as number) - (pads[i + rank] as number));
  });
  return [g.op('ConvTranspose', [dy, w], { kernel_shape: kernel, strides, dilations, pads, group, output_padding })];
});

/** W `[M, C / group, ...kernel]` to `[C, M / group, ...kernel]`, every kernel axis reversed. */
function turnedWeight(g: Builder, w: Value, sizes: readonly number[], group: number): Value {
  const [filters, channels, ...kernel] = sizes as [number, number, ...number[]];
  const axes = kernel.map((_, i) => i + 2).filter((axis) => (sizes[axis] as number) > 1);
  const reversed = axes.length
    ? g.slice(
        w,
        axes.map(() => -1),
        axes.map(() => Number.MIN_SAFE_INTEGER),
        axes,
        axes.map(() => -1),
      )
    : w;
  const places = kernel.map((_, i) => i + 3);
  if (group === 1) return g.transpose(reversed, [1, 0, ...places.map((axis) => axis - 1)]);
  const grouped = g.reshape(reversed, [group, filters / group, channels, ...kernel]);
  return g.reshape(g.transpose(grouped, [0, 2, 1, ...places]), [group * channels, filters / group, ...kernel]);
}

/**
 * dW[m, c, k] = sum over n and p of dY[n, m, p] X[n, c, p stride + k dilation]: the shifted copies of X side by side (im2col), one product
 * for each example and group, summed over the examples.
 */
export const ConvGradWeight = lowerOp<'ConvGradWeight'>(({ g, x: [x, dy], attrs, shape }) => {
  const { kernel_shape: kernel, group } = attrs;
  const [n, channels] = shape(x) as [number, number, ...number[]];
  const [, filters, ...outputs] = shape(dy) as [number, number, ...number[]];
  const places = outputs.reduce((a, b) => a * b, 1);
  const width = channels / group;
  const copies = shifted(g, x, shape(x), attrs, outputs).map((copy) => g.reshape(copy, [n, group, width, places]));
  const columns = copies.length === 1 ? (copies[0] ?? fail('internal', 'A kernel has no elements.')) : g.concat(copies, 2);
  const rows = g.reshape(dy, [n, group, filters / group, places]);
  const products = g.matMul(rows, g.transpose(columns, [0, 1, 3, 2]));
  const sum = n === 1 ? g.squeeze(products, [0]) : g.sum(products, [0]);
  const offsets = kernel.reduce((a, b) => a * b, 1);
  if (offsets === 1 || width === 1) return [g.reshape(sum, [filters, width, ...kernel])];
  const apart = g.reshape(sum, [filters, offsets, width]);
  return [g.reshape(g.transpose(apart, [0, 2, 1]), [filters, width, ...kernel])];
});

/** For each kernel element, row-major, the elements of X that it meets: `[N, C, ...outputs]`. */
function shifted(g: Builder, x: Value, sizes: readonly number[], window: CompositeWindow, outputs: readonly number[]): Value[] {
  const { kernel_shape: kernel, strides, dilations, pads } = window;
  const rank = kernel.length;
  const padded = pads.some((pad) => pad !== 0) ? g.op('Pad', [x, g.ints([0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)])]) : x;
  const full = kernel.map((_, i) => (sizes[i + 2] as number) + (pads[i] as number) + (pads[i + rank] as number));
  let offsets: number[][] = [[]];
  for (const size of kernel) offsets = offsets.flatMap((offset) => Array.from({ length: size }, (_, k) => [...offset, k]));
  const axes = kernel.map((_, i) => i + 2);
  return offsets.map((offset) => {
    const starts = offset.map((k, i) => k * (dilations[i] as number));
    const ends = starts.map((start, i) => start + ((outputs[i] as number) - 1) * (strides[i] as number) + 1);
    const whole = starts.every((start) => start === 0) && ends.every((end, i) => end === full[i] && strides[i] === 1);
    if (whole) return padded;
    return strides.every((stride) => stride === 1) ? g.slice(padded, starts, ends, axes) : g.slice(padded, starts, ends, axes, strides);
  });
}
