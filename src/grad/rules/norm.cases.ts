// Cases of the normalisations: batch norm on its own statistics and on given ones, layer norm over one axis and several.
import type { GradCase } from '../check.ts';

const batch = (shape: readonly number[], training_mode: number): GradCase => ({
  op: 'BatchNormalization',
  inputs: [{ shape }, { shape: [3], sample: 'positive' }, { shape: [3] }, { shape: [3] }, { shape: [3], sample: 'positive' }],
  attrs: { epsilon: 0.01, training_mode },
  ...(training_mode && { outputs: 3, through: [0] }),
  precision: 'float32',
});
const layer = (axis: number, bias: boolean, outputs = 1): GradCase => ({
  op: 'LayerNormalization',
  inputs: [{ shape: [2, 3, 4] }, { shape: [2, 3, 4].slice(axis) }, ...(bias ? [{ shape: [2, 3, 4].slice(axis) }] : [])],
  attrs: { axis, epsilon: 0.01 },
  outputs,
  precision: 'float32',
});

export const cases: readonly GradCase[] = [
  batch([4, 3], 0),
  batch([2, 3, 2, 2], 0),
  batch([4, 3], 1),
  batch([2, 3, 4], 1),
  batch([2, 3, 2, 2], 1),
  layer(-1, true),
  layer(1, true),
  layer(-1, false),
  layer(1, true, 3),
];
