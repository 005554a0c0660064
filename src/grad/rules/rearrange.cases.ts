// Cases of reordering, selecting and accumulating: every mode, axes at both ends, sizes that are even, odd and unchanged.
import type { GradCase } from '../check.ts';

const ints = (...constant: number[]) => ({ shape: [constant.length], constant });
const scalar = (value: number) => ({ shape: [], constant: [value] });

export const cases: readonly GradCase[] = [
  { op: 'DepthToSpace', inputs: [{ shape: [2, 8, 2, 3] }], attrs: { blocksize: 2 } },
  { op: 'DepthToSpace', inputs: [{ shape: [1, 18, 2, 2] }], attrs: { blocksize: 3, mode: 'CRD' } },
  { op: 'SpaceToDepth', inputs: [{ shape: [2, 3, 4, 6] }], attrs: { blocksize: 2 } },
  { op: 'ReverseSequence', inputs: [{ shape: [4, 3, 2] }, ints(1, 4, 3)] },
  { op: 'ReverseSequence', inputs: [{ shape: [2, 4] }, { shape: [2], values: [3, 2], dtype: 'int64' }], attrs: { batch_axis: 0, time_axis: 1 } },
  { op: 'Trilu', inputs: [{ shape: [3, 4] }] },
  { op: 'Trilu', inputs: [{ shape: [2, 3, 3] }, scalar(-1)], attrs: { upper: 0 } },
  { op: 'Trilu', inputs: [{ shape: [4, 3] }, { shape: [], values: [1], dtype: 'int64' }] },
  { op: 'CenterCropPad', inputs: [{ shape: [5, 4, 2] }, ints(2, 7, 2)] },
  { op: 'CenterCropPad', inputs: [{ shape: [4, 5, 3] }, ints(1, 6)], attrs: { axes: [-1, 1] } },
  { op: 'TopK', inputs: [{ shape: [3, 4], sample: 'distinct' }, ints(2)], outputs: 2 },
  { op: 'TopK', inputs: [{ shape: [5, 2], sample: 'distinct' }, ints(3)], attrs: { axis: 0, largest: 0, sorted: 0 }, outputs: 2 },
  ...[0, 1].flatMap((exclusive): GradCase[] =>
    [0, 1].map((reverse) => ({ op: 'CumSum', inputs: [{ shape: [3, 4] }, scalar(-1)], attrs: { exclusive, reverse } })),
  ),
  { op: 'CumSum', inputs: [{ shape: [3, 2, 2] }, ints(0)] },
];
