// Normalisation over the batch and over features.
import { type Dim, formatShape, normaliseAxis, type TensorType } from '../types.ts';
import { defineOp, float, int } from './schema.ts';

/**
 * Y = scale (X - mean) / sqrt(variance + epsilon) + B per channel. With `training_mode` the batch's mean and biased variance are used and
 * outputs 1 and 2 are running = momentum * running + (1 - momentum) * batch. PyTorch's momentum is 1 - this, and its running
 * variance is the unbiased one: n / (n - 1) times larger per step, n elements a channel.
 */
export const BatchNormalization = defineOp({
  since: 15,
  inputs: ['X', 'scale', 'B', 'input_mean', 'input_var'],
  outputs: ['Y', 'running_mean?', 'running_var?'],
  attrs: { epsilon: float(1e-5), momentum: float(0.9), training_mode: int(0) },
  infer: (c) => {
    const x = c.type(0);
    for (let i = 1; i < 5; i++) {
      const { shape } = c.type(i);
      if (shape.length !== 1 || (typeof shape[0] === 'number' && typeof x.shape[1] === 'number' && shape[0] !== x.shape[1])) {
        c.fail(`input ${i} has shape ${formatShape(shape)}; it needs one value for each channel of ${formatShape(x.shape)}.`);
      }
    }
    if (c.outputs > 1 && !c.attrs.training_mode) c.fail('only training mode has running statistics as outputs.');
    return [x, c.type(3), c.type(4)];
  },
});

/** Normalises over `axis` and all axes behind it; outputs 1 and 2 are the mean and the inverse deviation, with those axes at size 1. */
export const LayerNormalization = defineOp({
  since: 17,
  inputs: ['X', 'Scale', 'B?'],
  outputs: ['Y', 'Mean?', 'InvStdDev?'],
  attrs: { axis: int(-1), epsilon: float(1e-5), stash_type: int(1) },
  infer: (c) => {
    const x = c.type(0);
    const axis = normaliseAxis(c.attrs.axis, x.shape.length, c.place);
    const shape: Dim[] = x.shape.map((dim, i) => (i >= axis ? 1 : dim));
    const statistic: TensorType = { dtype: 'float32', shape };
    return [x, statistic, statistic];
  },
});
