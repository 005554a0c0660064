// Ops that reorder, select or accumulate along axes: blocks to space and back, sequences, triangles, the greatest elements, running sums.
import { type Dim, formatShape, normaliseAxis, type Shape } from '../types.ts';
import { defineOp, type InferContext, int, ints, string } from './schema.ts';

type Blocks = InferContext<{ readonly blocksize: number | undefined }>;

function blocks(c: Blocks): { size: number; shape: readonly [Dim, Dim, Dim, Dim] } {
  const { shape } = c.type(0);
  if (shape.length !== 4) c.fail(`it takes images [N, C, H, W], not ${formatShape(shape)}.`);
  return { size: c.attrs.blocksize ?? c.fail('its `blocksize` is missing.'), shape: shape as readonly [Dim, Dim, Dim, Dim] };
}

/** dim * factor for a whole factor, dim / divisor otherwise. */
function scaled(c: InferContext<unknown>, key: string, dim: Dim, factor: number, divisor: number): Dim {
  if (typeof dim !== 'number') return c.unknown(key);
  if (dim % divisor !== 0) c.fail(`${dim} (its ${key}) is not divisible by ${divisor}.`);
  return (dim / divisor) * factor;
}

/** Channels to blocks of `blocksize` by `blocksize` places. `mode` DCR: the block's place is the slow part of the channel; CRD: the fast one. */
export const DepthToSpace = defineOp({
  since: 13,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { blocksize: int(), mode: string('DCR') },
  infer: (c) => {
    const {
      size,
      shape: [n, channels, height, width],
    } = blocks(c);
    const shape = [n, scaled(c, 'channels', channels, 1, size * size), scaled(c, 'height', height, size, 1), scaled(c, 'width', width, size, 1)];
    return [{ dtype: c.type(0).dtype, shape }];
  },
});

/** The inverse of DepthToSpace in the mode DCR. */
export const SpaceToDepth = defineOp({
  since: 13,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { blocksize: int() },
  infer: (c) => {
    const {
      size,
      shape: [n, channels, height, width],
    } = blocks(c);
    const shape = [n, scaled(c, 'channels', channels, size * size, 1), scaled(c, 'height', height, 1, size), scaled(c, 'width', width, 1, size)];
    return [{ dtype: c.type(0).dtype, shape }];
  },
});

/** The first `sequence_lens[b]` elements of sequence b in reverse order. */
export const ReverseSequence = defineOp({
  since: 10,
  inputs: ['input', 'sequence_lens'],
  outputs: ['Y'],
  attrs: { batch_axis: int(1), time_axis: int(0) },
  infer: (c) => {
    const { batch_axis, time_axis } = c.attrs;
    if (batch_axis + time_axis !== 1) c.fail(`\`batch_axis\` (=${batch_axis}) and \`time_axis\` (=${time_axis}) must be 0 and 1 or 1 and 0.`);
    return [c.type(0)];
  },
});

/** The upper or lower triangle of the last two axes, from the `k`-th diagonal on; 0 elsewhere. */
export const Trilu = defineOp({
  since: 14,
  inputs: ['input', 'k?'],
  outputs: ['output'],
  attrs: { upper: int(1) },
  infer: (c) => {
    if (c.type(0).shape.length < 2) c.fail(`it takes matrices, not ${formatShape(c.type(0).shape)}.`);
    return [c.type(0)];
  },
});

/** Cuts or pads with zeros around the centre to the sizes `shape` of `axes`. */
export const CenterCropPad = defineOp({
  since: 18,
  inputs: ['input_data', 'shape'],
  outputs: ['output_data'],
  attrs: { axes: ints() },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axes = c.attrs.axes?.map((axis) => normaliseAxis(axis, shape.length, c.place)) ?? shape.map((_, i) => i);
    const sizes = c.elements(1);
    return [{ dtype, shape: shape.map((dim, i) => (axes.includes(i) ? (sizes?.[axes.indexOf(i)] ?? c.unknown(i)) : dim)) }];
  },
});

/** The `K` greatest (or least) elements along `axis`, and their places. */
export const TopK = defineOp({
  since: 11,
  inputs: ['X', 'K'],
  outputs: ['Values', 'Indices'],
  attrs: { axis: int(-1), largest: int(1), sorted: int(1) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axis = normaliseAxis(c.attrs.axis, shape.length, c.place);
    const k = c.elements(1)?.[0] ?? c.unknown('k');
    const size = shape[axis] as Dim;
    if (typeof k === 'number' && typeof size === 'number' && k > size)
      c.fail(`\`K\` (=${k}) is more than axis ${axis} of ${formatShape(shape)} has.`);
    const taken: Shape = shape.with(axis, k);
    return [
      { dtype, shape: taken },
      { dtype: 'int64', shape: taken },
    ];
  },
});

/** Running sums along `axis`: from the other end with `reverse`, without the element itself with `exclusive`. */
export const CumSum = defineOp({
  since: 14,
  inputs: ['x', 'axis'],
  outputs: ['y'],
  attrs: { exclusive: int(0), reverse: int(0) },
  infer: (c) => {
    const axis = c.constant(1)?.[0];
    if (axis !== undefined) normaliseAxis(axis, c.type(0).shape.length, c.place);
    return [c.type(0)];
  },
});
