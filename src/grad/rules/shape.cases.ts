// Cases of the ops that move elements: all forms of their inputs, negative steps and axes, borders of every kind.
import type { GradCase } from '../check.ts';

const ints = (...values: number[]) => ({ shape: [values.length], constant: values });

export const cases: readonly GradCase[] = [
  { op: 'Reshape', inputs: [{ shape: [2, 6] }, ints(0, -1, 2)] },
  { op: 'Reshape', inputs: [{ shape: [2, 6] }, ints(3, 4)], attrs: { allowzero: 1 } },
  { op: 'Reshape', inputs: [{ shape: [1] }, { shape: [0], constant: [] }], why: 'to a scalar' },
  { op: 'Flatten', inputs: [{ shape: [2, 3, 2] }], attrs: { axis: 2 } },
  { op: 'Flatten', inputs: [{ shape: [2, 3] }], attrs: { axis: 0 } },
  { op: 'Flatten', inputs: [{ shape: [2, 3, 2] }], attrs: { axis: -1 } },
  { op: 'Squeeze', inputs: [{ shape: [1, 3, 1] }, ints(-1)] },
  { op: 'Squeeze', inputs: [{ shape: [1, 3, 1] }] },
  { op: 'Unsqueeze', inputs: [{ shape: [2, 3] }, ints(0, -1)] },
  { op: 'Transpose', inputs: [{ shape: [2, 3, 4] }], attrs: { perm: [1, 2, 0] } },
  { op: 'Transpose', inputs: [{ shape: [2, 3, 4] }] },
  { op: 'Concat', inputs: [{ shape: [2, 1] }, { shape: [2, 3] }, { shape: [2, 2] }], attrs: { axis: -1 } },
  { op: 'Split', inputs: [{ shape: [7, 2] }], attrs: { axis: 0, num_outputs: 3 }, outputs: 3, through: [0, 2] },
  { op: 'Concat', inputs: [{ shape: [2, 3] }], attrs: { axis: 0 } },
  { op: 'Split', inputs: [{ shape: [2, 6] }, ints(1, 5)], attrs: { axis: 1 }, outputs: 2 },
  { op: 'Slice', inputs: [{ shape: [5, 4] }, ints(1), ints(4)] },
  { op: 'Slice', inputs: [{ shape: [7, 4] }, ints(1, -1), ints(100, -100), ints(0, 1), ints(2, -1)] },
  { op: 'Slice', inputs: [{ shape: [7, 3] }, ints(-2), ints(-100), ints(-2), ints(-3)] },
  { op: 'Slice', inputs: [{ shape: [4, 3] }, ints(2), ints(2)] },
  { op: 'Expand', inputs: [{ shape: [3, 1] }, ints(2, 1, 4)] },
  { op: 'Expand', inputs: [{ shape: [2, 3] }, ints(1, 1)] },
  { op: 'Expand', inputs: [{ shape: [] }, ints(2, 2)] },
  { op: 'Tile', inputs: [{ shape: [2, 3] }, ints(3, 2)] },
  { op: 'Pad', inputs: [{ shape: [3, 4] }, ints(1, 0, 2, 3)] },
  { op: 'Pad', inputs: [{ shape: [3, 4] }, ints(1, -1, 0, 2)] },
  { op: 'Pad', inputs: [{ shape: [3, 4] }, ints(1, 2), { shape: [] }, ints(-1)] },
  ...['reflect', 'edge', 'wrap'].flatMap((mode): GradCase[] => [
    { op: 'Pad', inputs: [{ shape: [3, 4] }, ints(2, 1, 1, 3)], attrs: { mode } },
    { op: 'Pad', inputs: [{ shape: [2, 5] }, ints(-1, 2), undefined, ints(-1)], attrs: { mode } },
    { op: 'Pad', inputs: [{ shape: [5] }, ints(-1, -2)], attrs: { mode } },
  ]),
  { op: 'Pad', inputs: [{ shape: [3, 4] }, ints(0, 0, 0, 0)], attrs: { mode: 'edge' } },
  { op: 'Dropout', inputs: [{ shape: [2, 3] }] },
  {
    op: 'Dropout',
    inputs: [{ shape: [2, 3] }, { shape: [], constant: [0.5], dtype: 'float64' }, { shape: [], constant: [0], dtype: 'bool' }],
    outputs: 2,
    through: [0],
  },
];
