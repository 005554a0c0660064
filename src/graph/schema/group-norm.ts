// Normalisations of each example by itself, over groups of channels or other axes, and by the length of vectors.
import { type Dim, formatShape, normaliseAxis } from '../types.ts';
import { defineOp, float, type InferContext, int, ints } from './schema.ts';

/** Y = scale (X - mean) / sqrt(variance + epsilon) + B, over the spatial axes of each channel of each example. */
export const InstanceNormalization = defineOp({
  since: 6,
  inputs: ['input', 'scale', 'B'],
  outputs: ['output'],
  attrs: { epsilon: float(1e-5) },
  infer: (c) => {
    requireChannels(c);
    return [c.type(0)];
  },
});

/** As InstanceNormalization, over `num_groups` equal runs of channels; scale and bias have one value for each channel. */
export const GroupNormalization = defineOp({
  since: 21,
  inputs: ['X', 'scale', 'bias'],
  outputs: ['Y'],
  attrs: { epsilon: float(1e-5), num_groups: int(), stash_type: int(1) },
  infer: (c) => {
    requireChannels(c);
    const groups = c.attrs.num_groups ?? c.fail('its `num_groups` is missing.');
    const channels = c.type(0).shape[1];
    if (typeof channels === 'number' && channels % groups !== 0) {
      c.fail(`\`num_groups\` (=${groups}) does not divide the channels of ${formatShape(c.type(0).shape)}.`);
    }
    return [c.type(0)];
  },
});

function requireChannels(c: InferContext<unknown>): void {
  const { shape } = c.type(0);
  if (shape.length < 2) c.fail(`it normalises [N, C, ...], not ${formatShape(shape)}.`);
  for (const i of [1, 2]) {
    const vector = c.type(i).shape;
    if (vector.length !== 1 || differ(vector[0] as Dim, shape[1] as Dim)) {
      c.fail(`input ${i} has shape ${formatShape(vector)}; it needs one value for each channel of ${formatShape(shape)}.`);
    }
  }
}

const differ = (a: Dim, b: Dim): boolean => typeof a === 'number' && typeof b === 'number' && a !== b;

/** Y = scale X / sqrt(mean of X^2 + epsilon), over `axis` and all axes behind it. */
export const RMSNormalization = defineOp({
  since: 23,
  inputs: ['X', 'scale'],
  outputs: ['Y'],
  attrs: { axis: int(-1), epsilon: float(1e-5), stash_type: int(1) },
  infer: (c) => {
    normaliseAxis(c.attrs.axis, c.type(0).shape.length, c.place);
    return [c.type(0)];
  },
});

/** X over the sum of its absolute values (`p` 1) or its Euclidean length (`p` 2) along `axis`; 0 where that is 0. */
export const LpNormalization = defineOp({
  since: 1,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { axis: int(-1), p: int(2) },
  infer: (c) => {
    normaliseAxis(c.attrs.axis, c.type(0).shape.length, c.place);
    if (c.attrs.p !== 1 && c.attrs.p !== 2) c.fail(`\`p\` is ${c.attrs.p}; it is 1 or 2.`);
    return [c.type(0)];
  },
});

/** X / (bias + alpha / size * S)^beta, S the sum of X^2 over `size` channels around each. */
export const LRN = defineOp({
  since: 13,
  inputs: ['X'],
  outputs: ['Y'],
  attrs: { alpha: float(1e-4), beta: float(0.75), bias: float(1), size: int() },
  infer: (c) => {
    const { shape } = c.type(0);
    if (shape.length < 2) c.fail(`it normalises [N, C, ...], not ${formatShape(shape)}.`);
    if (!c.attrs.size || c.attrs.size % 2 === 0) c.fail(`its \`size\` is ${c.attrs.size}; ONNX Runtime takes odd ones.`);
    return [c.type(0)];
  },
});

/** (X - mean) / deviation over `axes`. */
export const MeanVarianceNormalization = defineOp({
  since: 13,
  inputs: ['X'],
  outputs: ['Y'],
  attrs: { axes: ints([0, 2, 3]) },
  infer: (c) => {
    for (const axis of c.attrs.axes) normaliseAxis(axis, c.type(0).shape.length, c.place);
    return [c.type(0)];
  },
});
