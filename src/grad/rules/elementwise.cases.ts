// Cases of the element-wise rules: broadcasts on both sides, scalars, sizes of 1, every attribute, both optional bounds.
import type { GradCase } from '../check.ts';

const precision = 'float32';
const shape = [2, 3];
const x = { shape };
const smooth = (op: 'Exp' | 'Sigmoid' | 'Tanh' | 'Sin' | 'Cos' | 'Identity' | 'Neg'): GradCase => ({ op, inputs: [{ shape: [2, 3, 2] }] });
const positive = (op: 'Log' | 'Sqrt' | 'Reciprocal'): GradCase => ({ op, inputs: [{ shape: [7], sample: 'positive' }] });
/** [2, 1, 3] against [4, 1]: both sides are broadcast. */
const crossed = [{ shape: [2, 1, 3] }, { shape: [4, 1] }];
const offZero = 'off-zero';

export const cases: readonly GradCase[] = [
  { op: 'Add', inputs: crossed },
  { op: 'Add', inputs: [x, { shape: [] }], why: 'a scalar operand' },
  { op: 'Add', inputs: [{ shape: [1, 1] }, { shape: [1] }], why: 'sizes of 1 that are no broadcast' },
  { op: 'Sub', inputs: crossed },
  { op: 'Sub', inputs: [{ shape: [] }, x] },
  { op: 'Mul', inputs: crossed },
  { op: 'Mul', inputs: [{ shape: [] }, { shape: [] }] },
  { op: 'Div', inputs: [{ shape: [2, 1, 3] }, { shape: [4, 1], sample: offZero }] },
  { op: 'Div', inputs: [{ shape: [] }, { shape, sample: offZero }] },
  { op: 'Pow', inputs: [{ shape: [2, 1, 3], sample: 'positive' }, { shape: [4, 1] }] },
  {
    op: 'Pow',
    inputs: [
      { shape, sample: offZero },
      { shape: [], constant: [3], dtype: 'float64' },
    ],
    why: 'negative bases',
  },
  { op: 'Pow', inputs: [x, { shape: [], constant: [2], dtype: 'float64' }] },
  { op: 'Pow', inputs: [x, { shape: [], constant: [1], dtype: 'float64' }] },
  {
    op: 'Pow',
    inputs: [
      { shape, values: [0, 1, -1, 0, 2, -2] },
      { shape: [3], constant: [0, 1, 2], dtype: 'int64' },
    ],
    why: 'bases of 0, whole exponents',
  },
  {
    op: 'Pow',
    inputs: [
      { shape, sample: 'positive' },
      { shape: [3], constant: [0.5, -1, 1.5], dtype: 'float64' },
    ],
  },
  {
    op: 'Mod',
    inputs: [
      { shape, values: [1.3, -1.3, 2.6, -2.6, 5.2, 0.4] },
      { shape: [], values: [0.7] },
    ],
    attrs: { fmod: 1 },
  },
  {
    op: 'Min',
    inputs: [
      { shape, sample: 'distinct' },
      { shape: [3], values: [-0.12, 0.22, 0.03] },
    ],
  },
  {
    op: 'Max',
    inputs: [
      { shape, sample: 'distinct' },
      { shape: [3], values: [-0.12, 0.22, 0.03] },
    ],
  },
  {
    op: 'Max',
    inputs: [
      { shape: [2, 1], values: [0.3, -0.4] },
      { shape: [3], values: [0.1, -0.2, 0.6] },
      { shape: [], values: [-0.3] },
    ],
  },
  { op: 'Min', inputs: [x], why: 'a single input' },
  { op: 'Sum', inputs: [...crossed, { shape: [] }], precision },
  { op: 'Sum', inputs: [x], precision },
  { op: 'Mean', inputs: [...crossed, { shape: [] }], precision },

  ...(['Exp', 'Sigmoid', 'Tanh', 'Sin', 'Cos', 'Identity', 'Neg'] as const).map(smooth),
  ...(['Log', 'Sqrt', 'Reciprocal'] as const).map(positive),
  { op: 'Abs', inputs: [{ shape: [7], sample: offZero }] },
  { op: 'Erf', inputs: [x], precision },
  { op: 'Relu', inputs: [{ shape: [3, 4], sample: offZero }] },
  { op: 'Relu', inputs: [{ shape: [], values: [0.5] }] },
  { op: 'LeakyRelu', inputs: [{ shape: [3, 4], sample: offZero }], precision },
  { op: 'LeakyRelu', inputs: [{ shape: [3, 4], sample: offZero }], attrs: { alpha: -0.3 }, precision, why: 'a negative slope' },
  { op: 'PRelu', inputs: [{ shape: [2, 3, 4], sample: offZero }, { shape: [3, 1] }], precision, why: 'a slope for each channel' },
  { op: 'PRelu', inputs: [{ shape: [5], sample: offZero }, { shape: [1] }], precision },
  { op: 'Elu', inputs: [{ shape: [3, 4], sample: offZero }], precision },
  { op: 'Elu', inputs: [{ shape: [3, 4], sample: offZero }], attrs: { alpha: 0.4 }, precision },
  { op: 'HardSigmoid', inputs: [{ shape: [6], values: [-4, -2, -0.5, 0.5, 2, 4] }], precision },
  { op: 'HardSigmoid', inputs: [{ shape: [6], values: [-4, -2, -0.5, 0.5, 1.9, 4] }], attrs: { alpha: 0.3, beta: 0.4 }, precision },
  { op: 'HardSwish', inputs: [{ shape: [6], values: [-4, -2, -0.5, 0.5, 2, 4] }], precision },
  { op: 'Gelu', inputs: [{ shape: [3, 4] }], precision },
  { op: 'Gelu', inputs: [{ shape: [3, 4] }], attrs: { approximate: 'tanh' }, precision },
  { op: 'Softplus', inputs: [{ shape: [3, 4] }], precision },
  {
    op: 'Clip',
    inputs: [
      { shape: [5], values: [-2, -0.6, 0, 0.4, 3] },
      { shape: [], values: [-1] },
      { shape: [], values: [1] },
    ],
  },
  { op: 'Clip', inputs: [{ shape: [5], values: [-2, -0.6, 0, 0.4, 3] }, undefined, { shape: [], values: [0.2] }] },
  {
    op: 'Clip',
    inputs: [
      { shape: [5], values: [-2, -0.6, 0, 0.4, 3] },
      { shape: [], constant: [-0.3], dtype: 'float64' },
    ],
  },
  { op: 'Clip', inputs: [x], why: 'no bound' },

  { op: 'Where', inputs: [{ shape: [4, 1], values: [1, 0, 0, 1], dtype: 'bool' }, { shape: [2, 1, 3] }, { shape: [] }] },
  { op: 'Where', inputs: [{ shape: [], values: [1], dtype: 'bool' }, x, { shape: [3] }] },
  { op: 'Cast', inputs: [x], attrs: { to: 'float32' }, precision, why: 'to the same type' },
  { op: 'Cast', inputs: [{ shape, dtype: 'float64' }], attrs: { to: 'float32' }, precision, why: 'the gradient comes back in the type of the input' },
  {
    op: 'CastLike',
    inputs: [
      { shape, dtype: 'float64' },
      { shape: [1], constant: [0], dtype: 'float32' },
    ],
    precision,
  },
];
