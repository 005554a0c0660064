// Cases of the element-wise rules: broadcasts from both sides, scalars, size-1 axes, attributes, samples away from kinks.

import type { OpName } from '../../graph/schema/index.ts';
import type { GradCase, Sampler } from '../check.ts';

const pairs = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[3], [4, 1, 3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[], [2, 2]],
] as const;

const binary = (op: OpName, a: Sampler, b: Sampler): GradCase[] =>
  pairs.map(([left, right]) => ({
    op,
    inputs: [
      { shape: left, sample: a },
      { shape: right, sample: b },
    ],
  }));
const unary = (op: OpName, sample: Sampler, more: Partial<GradCase> = {}): GradCase[] => [
  { op, inputs: [{ shape: [2, 3, 2], sample }], ...more },
  { op, inputs: [{ shape: [], sample }], ...more },
];
const float32 = { precision: 'float32' } as const;

export const cases: readonly GradCase[] = [
  ...binary('Add', 'normal', 'normal'),
  ...binary('Sub', 'normal', 'normal'),
  ...binary('Mul', 'normal', 'normal'),
  ...binary('Div', 'normal', 'positive'),
  ...binary('Pow', 'positive', 'normal'),
  ...binary('Min', 'distinct', 'normal').slice(0, 1),
  ...binary('Max', 'distinct', 'normal').slice(0, 1),
  { op: 'Min', inputs: [{ shape: [2, 3] }, { shape: [3] }, { shape: [] }] },
  { op: 'Max', inputs: [{ shape: [2, 3] }, { shape: [3] }, { shape: [] }] },
  { op: 'Sum', inputs: [{ shape: [2, 3] }, { shape: [3] }, { shape: [1, 1] }], ...float32 },
  { op: 'Mean', inputs: [{ shape: [2, 3] }, { shape: [3] }, { shape: [1, 1] }], ...float32 },
  ...unary('Neg', 'normal'),
  ...unary('Abs', 'off-zero'),
  ...unary('Exp', 'normal'),
  ...unary('Log', 'positive'),
  ...unary('Sqrt', 'positive'),
  ...unary('Reciprocal', 'positive'),
  ...unary('Sin', 'normal'),
  ...unary('Cos', 'normal'),
  ...unary('Erf', 'normal', float32),
  ...unary('Identity', 'normal'),
  ...unary('Relu', 'off-zero'),
  ...unary('LeakyRelu', 'off-zero', { attrs: { alpha: 0.3 }, ...float32 }),
  ...unary('Elu', 'off-zero', { attrs: { alpha: 1.7 }, ...float32 }),
  ...unary('Sigmoid', 'normal'),
  ...unary('HardSigmoid', 'off-zero', { attrs: { alpha: 0.31, beta: 0.47 }, ...float32 }),
  ...unary('HardSwish', 'off-zero', float32),
  ...unary('Tanh', 'normal'),
  ...unary('Softplus', 'normal', float32),
  ...unary('Gelu', 'normal', float32),
  ...unary('Gelu', 'normal', { attrs: { approximate: 'tanh' }, ...float32 }),
  { op: 'PRelu', inputs: [{ shape: [2, 3, 2], sample: 'off-zero' }, { shape: [3, 1] }], ...float32 },
  { op: 'Cast', inputs: [{ shape: [2, 3] }], attrs: { to: 'float64' } },
  {
    op: 'Clip',
    inputs: [
      { shape: [4, 3], sample: 'distinct' },
      { shape: [], constant: [-0.6], dtype: 'float64' },
      { shape: [], constant: [0.9], dtype: 'float64' },
    ],
  },
  { op: 'Clip', inputs: [{ shape: [4, 3], sample: 'distinct' }, undefined, { shape: [], sample: 'unit' }] },
  { op: 'Clip', inputs: [{ shape: [4, 3], sample: 'distinct' }] },
  { op: 'Where', inputs: [{ shape: [3], constant: [1, 0, 1], dtype: 'bool' }, { shape: [2, 3] }, { shape: [] }] },
];
