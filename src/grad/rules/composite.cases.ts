// Cases of the composite ops themselves, whose rules give second derivatives.
import type { GradCase } from '../check.ts';

const window = { kernel_shape: [3, 2], strides: [2, 1], dilations: [1, 2], pads: [1, 0, 0, 1] };
const pool = { kernel_shape: [2, 2], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0] };
const precision = 'float32';

export const cases: readonly GradCase[] = [
  {
    op: 'ConvGradInput',
    inputs: [{ shape: [2, 4, 3, 4] }, { shape: [4, 1, 3, 2] }],
    attrs: { ...window, group: 2, input_shape: [2, 2, 6, 5] },
    precision,
  },
  { op: 'ConvGradWeight', inputs: [{ shape: [2, 2, 6, 5] }, { shape: [2, 4, 3, 4] }], attrs: { ...window, group: 2 }, precision },
  {
    op: 'MaxPoolGrad',
    inputs: [{ shape: [1, 2, 5, 4], constant: Array.from({ length: 40 }, (_, i) => (i * 17) % 41), dtype: 'float32' }, { shape: [1, 2, 2, 2] }],
    attrs: pool,
    precision,
  },
  {
    op: 'MaxPoolGather',
    inputs: [{ shape: [1, 2, 5, 4], constant: Array.from({ length: 40 }, (_, i) => (i * 17) % 41), dtype: 'float32' }, { shape: [1, 2, 5, 4] }],
    attrs: { ...pool, output_shape: [1, 2, 2, 2] },
    precision,
  },
  { op: 'AveragePoolGrad', inputs: [{ shape: [1, 2, 2, 2] }], attrs: { ...pool, input_shape: [1, 2, 5, 4] }, precision },
  {
    op: 'BatchNormGrad',
    inputs: [{ shape: [4, 3, 2, 2] }, { shape: [3] }, { shape: [4, 3, 2, 2] }],
    attrs: { epsilon: 0.1 },
    outputs: 3,
    through: [0],
  },
  { op: 'BatchNormGrad', inputs: [{ shape: [5, 3] }, { shape: [3] }, { shape: [5, 3] }], attrs: { epsilon: 0.1 }, outputs: 3, through: [1] },
  { op: 'GradientReversal', inputs: [{ shape: [2, 3] }, { shape: [], constant: [0.7], dtype: 'float64' }], turned: -0.7 },
  { op: 'GradientReversal', inputs: [{ shape: [4] }, { shape: [1], constant: [0], dtype: 'float64' }], turned: 0, why: 'of factor 0' },
  { op: 'Await', inputs: [{ shape: [2, 3] }, { shape: [4] }] },
  { op: 'LayerNormGrad', inputs: [{ shape: [4, 3] }, { shape: [3] }, { shape: [4, 3] }], attrs: { epsilon: 0.1 }, outputs: 2, through: [0] },
  {
    op: 'LayerNormGrad',
    inputs: [{ shape: [2, 3, 4] }, { shape: [3, 4] }, { shape: [2, 3, 4] }],
    attrs: { axis: 1, epsilon: 0.1 },
    outputs: 2,
    through: [1],
  },
  {
    op: 'LayerNormGrad',
    inputs: [{ shape: [2, 3, 5] }, { shape: [5] }, { shape: [2, 3, 5] }],
    attrs: { epsilon: 0.1 },
    outputs: 2,
    precision,
    why: 'as rows',
  },
];
