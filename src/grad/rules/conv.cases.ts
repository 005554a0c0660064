// Cases of convolutions and pools: 1 to 3 axes, groups, strides with remainders, dilations, uneven pads, automatic pads.
import type { Attrs } from '../../graph/types.ts';
import type { GradCase } from '../check.ts';

const conv = (x: number[], w: number[], attrs: Attrs = {}, bias = false): GradCase => ({
  op: 'Conv',
  inputs: [{ shape: x }, { shape: w }, ...(bias ? [{ shape: [w[0] as number] }] : [])],
  attrs,
  precision: 'float32',
});
const transposed = (x: number[], w: number[], attrs: Attrs = {}, bias = false): GradCase => ({
  op: 'ConvTranspose',
  inputs: [{ shape: x }, { shape: w }, ...(bias ? [{ shape: [(w[1] as number) * Number(attrs.group ?? 1)] }] : [])],
  attrs,
  precision: 'float32',
});
const pool = (op: 'MaxPool' | 'AveragePool', x: number[], attrs: Attrs): GradCase => ({
  op,
  inputs: [{ shape: x, sample: 'distinct' }],
  attrs,
  precision: 'float32',
});

export const cases: readonly GradCase[] = [
  conv([2, 3, 6, 5], [4, 3, 3, 2], {}, true),
  conv([2, 3, 8, 7], [4, 3, 3, 3], { strides: [2, 3], pads: [1, 0, 2, 1] }, true),
  conv([2, 2, 9, 8], [3, 2, 3, 2], { dilations: [2, 3], strides: [2, 1], pads: [1, 2, 0, 1] }),
  conv([2, 4, 5, 5], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }, true),
  conv([2, 4, 6, 6], [4, 1, 3, 3], { group: 4, strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv([2, 4, 5, 5], [8, 1, 3, 3], { group: 4 }),
  conv([2, 3, 5, 5], [4, 3, 1, 1]),
  conv([1, 3, 5, 5], [4, 3, 1, 1], { strides: [2, 2] }),
  conv([2, 3, 9], [2, 3, 4], { strides: [2], pads: [3, 1] }, true),
  conv([1, 2, 4, 5, 4], [3, 2, 2, 3, 2], { strides: [1, 2, 1], pads: [1, 0, 1, 0, 1, 1] }),
  conv([2, 2, 7, 6], [3, 2, 3, 3], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  conv([2, 2, 7, 6], [3, 2, 2, 2], { auto_pad: 'SAME_LOWER' }),
  conv([2, 2, 7, 6], [3, 2, 2, 2], { auto_pad: 'VALID', strides: [3, 2] }),
  conv([1, 2, 5, 5], [2, 2, 3, 3], { pads: [4, 3, 3, 4] }),
  transposed([2, 3, 4, 3], [3, 2, 3, 2], {}, true),
  transposed([2, 4, 3, 3], [4, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 0, 1], group: 2, output_padding: [1, 0] }, true),
  transposed([2, 3, 5], [3, 2, 3], { strides: [2], dilations: [2] }),
  transposed([1, 2, 3, 4], [2, 2, 2, 3], { strides: [3, 2], output_shape: [10, 9] }, true),
  transposed([1, 2, 3, 4], [2, 2, 2, 3], { strides: [3, 2], output_shape: [7, 8], auto_pad: 'SAME_UPPER' }),
  transposed([1, 2, 3, 4], [2, 2, 2, 3], { strides: [3, 2], auto_pad: 'SAME_UPPER' }, true),
  transposed([1, 2, 3, 4], [2, 2, 1, 3], { strides: [4, 2], auto_pad: 'SAME_LOWER' }),
  pool('MaxPool', [2, 2, 6, 7], { kernel_shape: [2, 2], strides: [2, 2] }),
  pool('MaxPool', [2, 2, 6, 7], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }),
  pool('MaxPool', [1, 2, 8], { kernel_shape: [3], strides: [2], ceil_mode: 1 }),
  pool('MaxPool', [1, 2, 2], { kernel_shape: [3], strides: [2], ceil_mode: 1 }),
  pool('MaxPool', [1, 2, 7, 7], { kernel_shape: [2, 2], dilations: [2, 2] }),
  pool('MaxPool', [1, 1, 4, 4, 4], { kernel_shape: [2, 2, 2], strides: [2, 2, 2] }),
  pool('AveragePool', [2, 2, 6, 7], { kernel_shape: [2, 2], strides: [2, 2] }),
  pool('AveragePool', [2, 2, 6, 7], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  pool('AveragePool', [2, 2, 6, 7], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 }),
  pool('AveragePool', [1, 2, 8], { kernel_shape: [3], strides: [2], ceil_mode: 1 }),
  pool('AveragePool', [1, 2, 2, 3], { kernel_shape: [3, 4], strides: [2, 3], ceil_mode: 1 }),
  pool('AveragePool', [1, 2, 6, 6], { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  {
    op: 'MaxUnpool',
    inputs: [{ shape: [1, 2, 2, 2] }, { shape: [1, 2, 2, 2], constant: [1, 2, 12, 11, 17, 18, 25, 31] }],
    attrs: { kernel_shape: [2, 2], strides: [2, 2] },
    precision: 'float32',
  },
  {
    op: 'MaxUnpool',
    inputs: [{ shape: [1, 1, 2, 2] }, { shape: [1, 1, 2, 2], constant: [1, 4, 12, 24] }, { shape: [4], constant: [1, 1, 5, 5] }],
    attrs: { kernel_shape: [2, 2], strides: [2, 2] },
    precision: 'float32',
  },
  { op: 'GlobalAveragePool', inputs: [{ shape: [2, 3, 4, 5] }], precision: 'float32' },
  ...[{}, { strides: [2, 1], dilations: [1, 2], pads: [1, 0, 0, 1] }].map(
    (attrs): GradCase => ({
      op: 'Col2Im',
      inputs: [{ shape: [2, 12, Object.keys(attrs).length ? 9 : 12] }, { shape: [2], constant: [5, 4] }, { shape: [2], constant: [2, 2] }],
      attrs,
      precision: 'float32',
    }),
  ),
];
