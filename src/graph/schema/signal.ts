// Fourier transforms.
import { type Dim, normaliseAxis } from '../types.ts';
import { defineOp, int } from './schema.ts';

/** Real or complex numbers along the last axis (1 or 2) to complex ones. */
export const DFT = defineOp({
  since: 20,
  inputs: ['input', 'dft_length?', 'axis?'],
  outputs: ['output'],
  attrs: { inverse: int(0), onesided: int(0) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axis = normaliseAxis(c.inputs[2] ? (c.constant(2)?.[0] ?? c.fail('its axis must be a constant.')) : -2, shape.length, c.place);
    const length = c.inputs[1] ? (c.constant(1)?.[0] ?? c.unknown('length')) : (shape[axis] as Dim);
    const bins = !c.attrs.onesided ? length : typeof length === 'number' ? Math.floor(length / 2) + 1 : c.unknown('bins');
    return [{ dtype, shape: shape.map((dim, i) => (i === axis ? bins : i === shape.length - 1 ? 2 : dim)) }];
  },
});

/** signal `[B, L, 1 or 2]` to `[B, frames, bins, 2]`. */
export const STFT = defineOp({
  since: 17,
  inputs: ['signal', 'frame_step', 'window?', 'frame_length?'],
  outputs: ['output'],
  attrs: { onesided: int(1) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const step = c.constant(1)?.[0];
    const frame = c.inputs[3] ? c.constant(3)?.[0] : c.inputs[2]?.shape[0];
    const length = shape[1] as Dim;
    const known = typeof length === 'number' && typeof frame === 'number' && step !== undefined;
    const frames = known ? Math.floor((length - frame) / step) + 1 : c.unknown('frames');
    const bins = typeof frame === 'number' ? (c.attrs.onesided ? Math.floor(frame / 2) + 1 : frame) : c.unknown('bins');
    return [{ dtype, shape: [shape[0] as Dim, frames, bins, 2] }];
  },
});
