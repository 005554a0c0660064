// Cases of the normalisations of each example: any rank and grouping, axes at both ends, windows wider than the channels.
import type { GradCase } from '../check.ts';

const precision = 'float32';
const instance = (...shape: number[]): GradCase => ({
  op: 'InstanceNormalization',
  inputs: [{ shape }, { shape: [shape[1] as number] }, { shape: [shape[1] as number] }],
  attrs: { epsilon: 0.05 },
  precision,
});
const group = (num_groups: number, ...shape: number[]): GradCase => ({
  op: 'GroupNormalization',
  inputs: [{ shape }, { shape: [shape[1] as number] }, { shape: [shape[1] as number] }],
  // A `stash_type` of float64: the statistics are not rounded to float32.
  attrs: { num_groups, epsilon: 0.05, stash_type: 11 },
});
const rms = (axis: number, scale: number[]): GradCase => ({
  op: 'RMSNormalization',
  inputs: [{ shape: [2, 3, 4] }, { shape: scale }],
  attrs: { axis, epsilon: 0.05 },
});

export const cases: readonly GradCase[] = [
  instance(2, 3, 5),
  instance(2, 3, 3, 2),
  instance(1, 2, 2, 2, 3),
  group(2, 2, 4, 3),
  group(4, 2, 4, 3, 2),
  group(1, 2, 4, 3, 2),
  group(2, 3, 6),
  rms(-1, [4]),
  rms(1, [3, 4]),
  rms(0, [2, 3, 4]),
  { ...rms(-1, [1]), why: 'the scale broadcasts' },
  { ...rms(1, [4]), why: 'the scale broadcasts' },
  ...[1, 2].flatMap((p): GradCase[] => [
    { op: 'LpNormalization', inputs: [{ shape: [3, 4], sample: 'off-zero' }], attrs: { p } },
    { op: 'LpNormalization', inputs: [{ shape: [2, 3, 2], sample: 'off-zero' }], attrs: { p, axis: 1 } },
  ]),
  { op: 'LRN', inputs: [{ shape: [2, 6, 3, 2] }], attrs: { size: 3, alpha: 0.5 }, precision },
  { op: 'LRN', inputs: [{ shape: [1, 4, 3] }], attrs: { size: 5, alpha: 2, beta: 0.5, bias: 2 }, precision },
  { op: 'LRN', inputs: [{ shape: [2, 3, 2, 2] }], attrs: { size: 9, alpha: 1 }, precision },
  { op: 'LRN', inputs: [{ shape: [2, 3, 2, 2] }], attrs: { size: 1, alpha: 1 }, precision },
  { op: 'MeanVarianceNormalization', inputs: [{ shape: [2, 3, 2, 3] }], precision },
  { op: 'MeanVarianceNormalization', inputs: [{ shape: [2, 3, 4] }], attrs: { axes: [-1, 1] }, precision },
];
