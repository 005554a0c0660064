// Cases of the further pools: 1 to 3 axes, odd and even powers, windows that overlap, are dilated, padded or cut off.
import type { Attrs } from '../../graph/types.ts';
import type { GradCase } from '../check.ts';

const precision = 'float32';
const lp = (shape: number[], attrs: Attrs): GradCase => ({ op: 'LpPool', inputs: [{ shape, sample: 'off-zero' }], attrs, precision });

export const cases: readonly GradCase[] = [
  { op: 'GlobalMaxPool', inputs: [{ shape: [2, 3, 4, 2], sample: 'distinct' }], precision },
  { op: 'GlobalMaxPool', inputs: [{ shape: [1, 2, 5], sample: 'distinct' }], precision },
  ...[1, 2, 3, 4].map((p): GradCase => ({ op: 'GlobalLpPool', inputs: [{ shape: [2, 3, 2, 3], sample: 'off-zero' }], attrs: { p } })),
  { op: 'GlobalLpPool', inputs: [{ shape: [2, 2, 4], sample: 'off-zero' }] },
  lp([2, 2, 6, 7], { kernel_shape: [2, 3] }),
  lp([2, 2, 6, 7], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], p: 1 }),
  lp([1, 2, 7, 6], { kernel_shape: [2, 2], strides: [2, 1], dilations: [2, 3], p: 3 }),
  lp([1, 2, 8], { kernel_shape: [3], strides: [2], ceil_mode: 1 }),
  lp([1, 2, 2], { kernel_shape: [3], strides: [2], ceil_mode: 1 }),
  lp([1, 1, 4, 3, 4], { kernel_shape: [2, 2, 2], strides: [2, 1, 2], p: 4 }),
  lp([1, 2, 6, 5], { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', strides: [2, 2] }),
];
