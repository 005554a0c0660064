// Convolutions and pools over 1 to 3 spatial axes.
import { fail } from '../../core/errors.ts';
import { type Dim, formatShape } from '../types.ts';
import type { WindowAttrs } from '../window.ts';
import { defineOp, int, ints } from './schema.ts';
import { kernelOf, outputSizes, pooledShape, windowDefs } from './window-shape.ts';

export const Conv = defineOp({
  since: 11,
  inputs: ['X', 'W', 'B?'],
  outputs: ['Y'],
  attrs: { ...windowDefs, group: int(1) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const weight = c.type(1).shape;
    const [n, channels, ...sizes] = shape;
    if (n === undefined || weight.length !== shape.length || shape.length < 3)
      return c.fail(`input ${formatShape(shape)} and weight ${formatShape(weight)} do not fit.`);
    if (typeof channels === 'number' && typeof weight[1] === 'number' && channels !== weight[1] * c.attrs.group) {
      c.fail(`the input has ${channels} channels, but weight ${formatShape(weight)} in ${c.attrs.group} groups takes ${weight[1] * c.attrs.group}.`);
    }
    return [{ dtype, shape: [n, weight[0] as Dim, ...outputSizes(c, sizes, kernelOf(c, weight), 'Conv')] }];
  },
});

export const ConvTranspose = defineOp({
  since: 11,
  inputs: ['X', 'W', 'B?'],
  outputs: ['Y'],
  attrs: { ...windowDefs, group: int(1), output_padding: ints(), output_shape: ints() },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const weight = c.type(1).shape;
    const [n, , ...sizes] = shape;
    if (n === undefined || weight.length !== shape.length || typeof weight[1] !== 'number')
      return c.fail(`input ${formatShape(shape)} and weight ${formatShape(weight)} do not fit.`);
    for (const [i, extra] of (c.attrs.output_padding ?? []).entries()) {
      const stride = c.attrs.strides?.[i] ?? 1;
      if (extra >= stride) {
        c.fail(
          `\`output_padding\` (=${extra}) must be below the stride (=${stride}) on axis ${i + 2}; ONNX Runtime runs no other. Pad its output instead.`,
        );
      }
    }
    const output = sizes.map(
      (size, i) => (typeof size === 'number' ? transposedWindow(c.attrs, kernelOf(c, weight), sizes as number[]).output[i] : c.unknown(i)) as Dim,
    );
    return [{ dtype, shape: [n, weight[1] * c.attrs.group, ...output] }];
  },
});

interface TransposedAttrs extends WindowAttrs {
  readonly output_padding?: readonly number[] | undefined;
  readonly output_shape?: readonly number[] | undefined;
}

function transposedWindow(attrs: TransposedAttrs, kernel: readonly number[], sizes: readonly number[]) {
  const rank = sizes.length;
  const output: number[] = [];
  const pads = Array<number>(2 * rank).fill(0);
  sizes.forEach((size, i) => {
    const stride = attrs.strides?.[i] ?? 1;
    const extent = ((kernel[i] as number) - 1) * (attrs.dilations?.[i] ?? 1) + 1;
    const full = stride * (size - 1) + (attrs.output_padding?.[i] ?? 0) + extent;
    const same = attrs.auto_pad === 'SAME_UPPER' || attrs.auto_pad === 'SAME_LOWER';
    const asked = attrs.output_shape?.at(i - rank);
    if (asked !== undefined && asked - full >= stride) {
      const most = full + stride - 1;
      fail(
        'invalid-shape',
        `ConvTranspose: \`output_shape\` asks for ${asked} on axis ${i + 2}, but its window reaches ${most} at most; pad its output instead.`,
      );
    }
    // ONNX Runtime pads no further than the window reaches to come to a multiple of the stride.
    const wanted = asked ?? (same ? Math.min(full, size * stride) : undefined);
    if (wanted === undefined) {
      pads[i] = attrs.auto_pad === 'VALID' ? 0 : (attrs.pads?.[i] ?? 0);
      pads[i + rank] = attrs.auto_pad === 'VALID' ? 0 : (attrs.pads?.[i + rank] ?? 0);
    } else {
      const total = Math.max(0, full - wanted);
      const half = Math.floor(total / 2);
      pads[i] = attrs.auto_pad === 'SAME_UPPER' ? half : total - half;
      pads[i + rank] = total - (pads[i] as number);
    }
    output[i] = wanted ?? full - (pads[i] as number) - (pads[i + rank] as number);
  });
  return { output, pads };
}

export const MaxPool = defineOp({
  since: 12,
  inputs: ['X'],
  outputs: ['Y', 'Indices?'],
  attrs: { ...windowDefs, ceil_mode: int(0), storage_order: int(0) },
  infer: (c) => {
    const shape = pooledShape(c, 'MaxPool');
    return [
      { dtype: c.type(0).dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
});

export const AveragePool = defineOp({
  since: 11,
  inputs: ['X'],
  outputs: ['Y'],
  attrs: { ...windowDefs, ceil_mode: int(0), count_include_pad: int(0) },
  infer: (c) => [{ dtype: c.type(0).dtype, shape: pooledShape(c, 'AveragePool') }],
});

export const GlobalAveragePool = defineOp({
  since: 1,
  inputs: ['X'],
  outputs: ['Y'],
  attrs: {},
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    return [{ dtype, shape: shape.map((dim, i) => (i < 2 ? dim : 1)) }];
  },
});

/** Scatters X to the places that `I`, a MaxPool's indices, names. */
export const MaxUnpool = defineOp({
  since: 11,
  inputs: ['X', 'I', 'output_shape?'],
  outputs: ['output'],
  attrs: { kernel_shape: ints(), pads: ints(), strides: ints() },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    if (c.inputs[2]) return [{ dtype, shape: c.constant(2) ?? c.fail('its output shape must be a constant.') }];
    const { kernel_shape: kernel = [], strides, pads } = c.attrs;
    const rank = kernel.length;
    const sizes = shape.slice(2).map((dim, i): Dim => {
      if (typeof dim !== 'number') return c.unknown(i);
      return (dim - 1) * (strides?.[i] ?? 1) + (kernel[i] as number) - (pads?.[i] ?? 0) - (pads?.[i + rank] ?? 0);
    });
    return [{ dtype, shape: [...shape.slice(0, 2), ...sizes] }];
  },
});

/** Adds columns `[N, C kernel, places of the window]` up into images `[N, C, ...image_shape]`: the adjoint of cutting windows out. */
export const Col2Im = defineOp({
  since: 18,
  inputs: ['input', 'image_shape', 'block_shape'],
  outputs: ['output'],
  attrs: { dilations: ints(), pads: ints(), strides: ints() },
  infer: (c) => {
    const [n, rows] = c.type(0).shape;
    const [image, block] = [c.constant(1), c.constant(2)];
    if (image && image.length !== 2) c.fail(`images of ${image.length} axes are not added up rightly by ONNX Runtime; it takes two.`);
    if (n === undefined || typeof rows !== 'number' || !image || !block) return c.fail('its rows and both shapes must be known.');
    return [{ dtype: c.type(0).dtype, shape: [n, rows / block.reduce((a, b) => a * b, 1), ...image] }];
  },
});
