// Cases of the normalisations: batch norm on its own statistics and on given ones, layer norm over one axis and several.
import type { GradCase } from '../check.ts';

const frozen = (shape: readonly number[]): GradCase => ({
  op: 'BatchNormalization',
  inputs: [{ shape }, { shape: [3] }, { shape: [3] }, { shape: [3] }, { shape: [3], sample: 'positive' }],
  attrs: { epsilon: 0.01 },
});
const trained = (shape: readonly number[]): GradCase => ({
  op: 'BatchNormalization',
  inputs: [
    { shape },
    { shape: [3] },
    { shape: [3] },
    { shape: [3], constant: [0, 1, 2], dtype: 'float64' },
    { shape: [3], constant: [1, 2, 3], dtype: 'float64' },
  ],
  attrs: { epsilon: 0.01, training_mode: 1 },
  outputs: 3,
  through: [0],
});
const layer = (axis: number, options: Partial<GradCase> = {}, bias = true): GradCase => ({
  op: 'LayerNormalization',
  inputs: [{ shape: [2, 3, 4] }, { shape: [2, 3, 4].slice(axis) }, bias ? { shape: [2, 3, 4].slice(axis) } : undefined],
  attrs: { axis, epsilon: 0.1 },
  ...options,
});

export const cases: readonly GradCase[] = [
  frozen([4, 3]),
  frozen([2, 3, 2, 2]),
  trained([5, 3]),
  trained([2, 3, 4]),
  trained([2, 3, 2, 2]),
  trained([2, 3, 1, 2, 2]),
  layer(-1),
  layer(1),
  layer(0),
  layer(-1, {}, false),
  { ...layer(-1), inputs: [{ shape: [2, 3, 4] }, { shape: [4] }, { shape: [1] }], why: 'the bias broadcasts' },
  ...[[0], [1], [2], [0, 1, 2]].map((through) => layer(1, { outputs: 3, through, precision: 'float32', why: `through outputs ${through}` })),
];
