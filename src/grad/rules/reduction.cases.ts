// Cases of the reductions: all axes, some, negative ones, kept and dropped; softmax over inner and outer axes.
import type { OpName } from '../../graph/schema/index.ts';
import type { GradCase, Sampler } from '../check.ts';

const reduce = (op: OpName, sample: Sampler, more: Partial<GradCase> = {}): GradCase[] => [
  {
    op,
    inputs: [
      { shape: [2, 3, 4], sample },
      { shape: [2], constant: [0, -1] },
    ],
    attrs: { keepdims: 1 },
    ...more,
  },
  {
    op,
    inputs: [
      { shape: [2, 3, 4], sample },
      { shape: [1], constant: [1] },
    ],
    attrs: { keepdims: 0 },
    ...more,
  },
  { op, inputs: [{ shape: [2, 3], sample }], attrs: { keepdims: 0 }, ...more },
];
const float32 = { precision: 'float32' } as const;

export const cases: readonly GradCase[] = [
  ...reduce('ReduceSum', 'normal'),
  ...reduce('ReduceMean', 'normal'),
  ...reduce('ReduceMax', 'distinct'),
  ...reduce('ReduceMin', 'distinct'),
  ...reduce('ReduceSumSquare', 'normal'),
  ...reduce('ReduceL1', 'off-zero', float32),
  ...reduce('ReduceL2', 'off-zero', float32),
  ...reduce('ReduceLogSum', 'positive', float32),
  ...reduce('ReduceLogSumExp', 'normal'),
  { op: 'ReduceSum', inputs: [{ shape: [2, 3] }, { shape: [0], constant: [] }], attrs: { noop_with_empty_axes: 1 } },
  { op: 'Softmax', inputs: [{ shape: [2, 3, 4] }] },
  { op: 'Softmax', inputs: [{ shape: [2, 3, 4] }], attrs: { axis: 1 } },
  { op: 'LogSoftmax', inputs: [{ shape: [2, 3, 4] }] },
  { op: 'LogSoftmax', inputs: [{ shape: [2, 3, 4] }], attrs: { axis: 0 } },
];
