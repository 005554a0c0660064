// Cases of the ops that move elements: copies, repeated look-ups, negative steps and axes, borders.
import type { GradCase } from '../check.ts';

const ints = (...values: number[]) => ({ shape: [values.length], constant: values });

export const cases: readonly GradCase[] = [
  { op: 'Reshape', inputs: [{ shape: [2, 6] }, ints(0, -1, 2)] },
  { op: 'Flatten', inputs: [{ shape: [2, 3, 2] }], attrs: { axis: 2 } },
  { op: 'Flatten', inputs: [{ shape: [2, 3] }], attrs: { axis: 0 } },
  { op: 'Squeeze', inputs: [{ shape: [1, 3, 1] }, ints(-1)] },
  { op: 'Squeeze', inputs: [{ shape: [1, 3, 1] }] },
  { op: 'Unsqueeze', inputs: [{ shape: [2, 3] }, ints(0, -1)] },
  { op: 'Transpose', inputs: [{ shape: [2, 3, 4] }], attrs: { perm: [1, 2, 0] } },
  { op: 'Transpose', inputs: [{ shape: [2, 3, 4] }] },
  { op: 'Concat', inputs: [{ shape: [2, 1] }, { shape: [2, 3] }, { shape: [2, 2] }], attrs: { axis: -1 } },
  { op: 'Split', inputs: [{ shape: [7, 2] }], attrs: { axis: 0, num_outputs: 3 }, outputs: 3, through: [0, 2] },
  { op: 'Split', inputs: [{ shape: [2, 6] }, ints(1, 5)], attrs: { axis: 1 }, outputs: 2 },
  { op: 'Slice', inputs: [{ shape: [5, 4] }, ints(1), ints(4)] },
  { op: 'Slice', inputs: [{ shape: [7, 4] }, ints(1, -1), ints(100, -100), ints(0, 1), ints(2, -1)] },
  { op: 'Slice', inputs: [{ shape: [7, 3] }, ints(-2), ints(-100), ints(-2), ints(-3)] },
  { op: 'Slice', inputs: [{ shape: [4, 3] }, ints(2), ints(2)] },
  { op: 'Gather', inputs: [{ shape: [5, 3] }, { shape: [2, 2], constant: [1, 4, 1, -2] }] },
  { op: 'Gather', inputs: [{ shape: [2, 5, 3] }, { shape: [3], constant: [0, 0, -1] }], attrs: { axis: 1 } },
  { op: 'Gather', inputs: [{ shape: [2, 5] }, { shape: [], constant: [3] }], attrs: { axis: -1 } },
  { op: 'GatherElements', inputs: [{ shape: [3, 3] }, { shape: [2, 3], constant: [0, 2, 2, 0, 1, 2] }] },
  {
    op: 'ScatterElements',
    inputs: [{ shape: [3, 3] }, { shape: [2, 3], constant: [0, 2, 2, 0, 1, 2] }, { shape: [2, 3] }],
    attrs: { reduction: 'add' },
  },
  { op: 'ScatterND', inputs: [{ shape: [4, 2] }, { shape: [3, 1], constant: [1, 3, 1] }, { shape: [3, 2] }], attrs: { reduction: 'add' } },
  { op: 'Expand', inputs: [{ shape: [3, 1] }, ints(2, 1, 4)] },
  { op: 'Tile', inputs: [{ shape: [2, 3] }, ints(3, 2)] },
  { op: 'Pad', inputs: [{ shape: [3, 4] }, ints(1, 0, 2, 3)] },
  { op: 'Pad', inputs: [{ shape: [3, 4] }, ints(1, -1, 0, 2)] },
  { op: 'Pad', inputs: [{ shape: [3, 4] }, ints(1, 2), { shape: [] }, ints(-1)] },
  { op: 'Pad', inputs: [{ shape: [3, 4] }, ints(2, 1, 1, 3)], attrs: { mode: 'reflect' } },
  { op: 'Pad', inputs: [{ shape: [3, 4] }, ints(2, 1, 1, 3)], attrs: { mode: 'edge' } },
  { op: 'Pad', inputs: [{ shape: [3, 4] }, ints(2, 1, 1, 3)], attrs: { mode: 'wrap' } },
  { op: 'Dropout', inputs: [{ shape: [2, 3] }] },
];
