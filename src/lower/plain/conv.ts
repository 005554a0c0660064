// Gradients of convolutions in standard ONNX. Convolutions of ONNX Runtime copy their input once for each kernel element (im2col) and multiply;
// the forms here are those that copy least and leave the rest to one large matrix product.
import { sizeOf, tensorOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import type { CompositeWindow } from '../../graph/schema/composite.ts';
import { lowerOp } from '../lowering.ts';

/** By this factor the copies that a turned convolution makes of dY must outnumber those that Col2Im adds up, which it does in one thread. */
const COPIES_RATIO = 2;

/**
 * At stride 1 the gradient is a convolution of dY with the kernel turned round and its channels exchanged. For other strides, and where dY is
 * much the larger side, W^T dY gives what each place of dY contributes to each place of its window, and Col2Im adds that up.
 */
export const ConvGradInput = lowerOp<'ConvGradInput'>(({ g, x: [dy, w], attrs, shape }) => {
  const { kernel_shape: kernel, strides, dilations, pads, group, input_shape: sizes } = attrs;
  const [n, filters, ...outputs] = shape(dy) as [number, number, ...number[]];
  const [, channels, ...inputs] = sizes as [number, number, ...number[]];
  const extent = kernel.map((size, i) => (size - 1) * (dilations[i] as number) + 1);
  const turned = pads.map((pad, i) => (extent[i % kernel.length] as number) - 1 - pad);
  const places = sizeOf(outputs);
  const fewCopies = filters * sizeOf(inputs) < COPIES_RATIO * channels * places;
  if (fewCopies && strides.every((stride) => stride === 1) && turned.every((pad) => pad >= 0)) {
    return [g.op('Conv', [dy, turnedWeight(g, w, shape(w), group)], { kernel_shape: kernel, strides, dilations, pads: turned, group })];
  }
  // Col2Im of ONNX Runtime 1.30 is wrong for three axes.
  if (kernel.length !== 2) {
    const output_padding = extent.map((reach, i) => {
      const full = ((outputs[i] as number) - 1) * (strides[i] as number) + reach;
      return (inputs[i] as number) - (full - (pads[i] as number) - (pads[i + kernel.length] as number));
    });
    return [g.op('ConvTranspose', [dy, w], { kernel_shape: kernel, strides, dilations, pads, group, output_padding })];
  }
  const rows = (channels / group) * sizeOf(kernel);
  const weight = g.transpose(g.reshape(w, [1, group, filters / group, rows]), [0, 1, 3, 2]);
  const columns = g.reshape(g.matMul(weight, g.reshape(dy, [n, group, filters / group, places])), [n, group * rows, places]);
  return [g.op('Col2Im', [columns, g.ints(inputs), g.ints(kernel)], { strides, dilations, pads })];
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
 * dW[m, c, k] = sum over n and p of dY[n, m, p] X[n, c, p stride + k dilation]: one product of dY and the copies of X for each example and
 * group, then the sum over the examples, as a product with ones because that uses all threads.
 */
export const ConvGradWeight = lowerOp<'ConvGradWeight'>(({ g, x: [x, dy], attrs, shape }) => {
  const { kernel_shape: kernel, group } = attrs;
  const [n, channels] = shape(x) as [number, number, ...number[]];
  const [, filters, ...outputs] = shape(dy) as [number, number, ...number[]];
  const places = sizeOf(outputs);
  const rows = (channels / group) * sizeOf(kernel);
  const columns = g.reshape(copies(g, x, shape(x), attrs), [n, group, rows, places]);
  const products = g.matMul(g.reshape(dy, [n, group, filters / group, places]), g.transpose(columns, [0, 1, 3, 2]));
  const sum = n === 1 ? products : g.matMul(ones(g, [1, n]), g.reshape(products, [n, filters * rows]));
  return [g.reshape(sum, [filters, channels / group, ...kernel])];
});

/**
 * For each channel and kernel element, row-major, the elements of X that it meets: a convolution with kernels of a single 1. One kernel of K
 * elements for each channel runs fastest; in a depthwise convolution they would outweigh the weight, so its channels share theirs.
 */
function copies(
  g: Builder,
  x: Value,
  sizes: readonly number[],
  { kernel_shape, strides, dilations, pads, group }: CompositeWindow & { group: number },
): Value {
  const count = sizeOf(kernel_shape);
  if (count === 1 && strides.every((stride) => stride === 1) && pads.every((pad) => pad === 0)) return x;
  const [n, channels, ...places] = sizes as [number, number, ...number[]];
  const own = channels === group ? 1 : channels;
  const single = tensorOf(
    'float32',
    Array.from({ length: own * count * count }, (_, i) => (Math.floor(i / count) % count === i % count ? 1 : 0)),
    [own * count, 1, ...kernel_shape],
  );
  const lanes = own === channels ? x : g.reshape(x, [n * channels, 1, ...places]);
  return g.op('Conv', [lanes, g.constant(single)], { kernel_shape, strides, dilations, pads, group: own });
}

function ones(g: Builder, dims: readonly number[]): Value {
  return g.constant(tensorOf('float32', Array<number>(sizeOf(dims)).fill(1), dims));
}
