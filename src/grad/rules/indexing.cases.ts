// Cases of look-ups: repeated, negative and constant indices of any rank, along any axis; tables on both sides of the one-hot bound.
import type { CaseInput, GradCase } from '../check.ts';

/** Indices that are not constant. */
const fed = (shape: readonly number[], values: readonly number[]): CaseInput => ({ shape, values, dtype: 'int64' });
const fixed = (shape: readonly number[], constant: readonly number[]): CaseInput => ({ shape, constant });

const distinct = (shape: readonly number[]): CaseInput => ({ shape, sample: 'distinct' });
/** Halfway between what `distinct` draws. */
const between = ([rows, columns]: readonly [number, number]): CaseInput => ({
  shape: [rows, columns],
  values: Array.from({ length: rows * columns }, (_, i) => 0.125 + 0.25 * (((i * 5) % 7) - 3)),
});
const offZero = (shape: readonly number[]): CaseInput => ({ shape, sample: 'off-zero' });

export const cases: readonly GradCase[] = [
  { op: 'Gather', inputs: [{ shape: [5, 3] }, fed([2, 2], [1, 4, 1, -4])], why: 'one-hot' },
  { op: 'Gather', inputs: [{ shape: [9, 2] }, fed([2, 3], [8, 4, 0, 8, -1, 4])], why: 'scattered' },
  { op: 'Gather', inputs: [{ shape: [2, 5, 3] }, fed([3], [0, 0, -1])], attrs: { axis: 1 }, why: 'one-hot' },
  { op: 'Gather', inputs: [{ shape: [2, 9, 2] }, fed([2, 2], [0, 5, 0, -1])], attrs: { axis: -2 }, why: 'scattered' },
  { op: 'Gather', inputs: [{ shape: [2, 5] }, fed([], [3])], attrs: { axis: -1 } },
  { op: 'Gather', inputs: [{ shape: [4] }, fed([3], [3, 1, 3])] },
  { op: 'Gather', inputs: [{ shape: [5, 2] }, { shape: [2], values: [4, 4], dtype: 'int32' }] },
  { op: 'Gather', inputs: [{ shape: [2, 5, 3] }, fixed([], [-1])], attrs: { axis: 1 }, why: 'one slice' },
  { op: 'Gather', inputs: [{ shape: [5, 3] }, fixed([2, 3], [3, 2, 1, 1, 1, 0])], why: 'stretches' },
  { op: 'Gather', inputs: [{ shape: [5, 3] }, fixed([9], [3, 0, 4, 1, 3, 0, -1, 2, 0])], why: 'too many stretches' },
  { op: 'GatherElements', inputs: [{ shape: [3, 3] }, fed([2, 3], [0, 2, -1, 0, 1, 2])] },
  { op: 'GatherElements', inputs: [{ shape: [2, 4] }, fed([2, 3], [0, 0, 3, 1, 3, 3])], attrs: { axis: -1 } },
  { op: 'GatherND', inputs: [{ shape: [3, 2, 2] }, fed([3, 2], [0, 1, -1, 0, 0, 1])] },
  { op: 'GatherND', inputs: [{ shape: [3, 2] }, fed([2, 2, 1], [0, 1, -1, 0])] },
  { op: 'GatherND', inputs: [{ shape: [2, 3, 4] }, fed([2, 1], [1, -1])], attrs: { batch_dims: 1 } },
  { op: 'GatherND', inputs: [{ shape: [2, 3, 4, 2] }, fed([2, 3, 2, 1], [0, 1, 1, 1, 3, -1, 2, 2, 0, 0, 1, -4])], attrs: { batch_dims: 2 } },
  { op: 'GatherND', inputs: [{ shape: [2, 3, 2] }, fed([2, 4, 2], [0, 0, 2, 1, 0, 0, -1, -1, 1, 1, 1, 0, 2, 0, 2, 0])], attrs: { batch_dims: 1 } },
  { op: 'ScatterElements', inputs: [{ shape: [3, 3] }, fed([2, 3], [0, 2, 2, 0, 1, 2]), { shape: [2, 3] }], attrs: { reduction: 'add' } },
  { op: 'ScatterElements', inputs: [{ shape: [3, 4] }, fed([3, 2], [0, 2, 3, 1, 1, -1]), { shape: [3, 2] }], attrs: { axis: 1 } },
  { op: 'ScatterND', inputs: [{ shape: [4, 2] }, fed([3, 1], [1, 3, 1]), { shape: [3, 2] }], attrs: { reduction: 'add' } },
  { op: 'ScatterND', inputs: [{ shape: [4, 2] }, fed([2, 2], [1, 0, 3, 1]), { shape: [2] }] },
  ...(['max', 'min'] as const).flatMap((reduction): GradCase[] => [
    { op: 'ScatterElements', inputs: [distinct([3, 3]), fed([2, 3], [0, 2, 2, 0, 1, -1]), between([2, 3])], attrs: { reduction } },
    { op: 'ScatterND', inputs: [distinct([4, 2]), fed([3, 1], [1, -1, 1]), between([3, 2])], attrs: { reduction } },
  ]),
  { op: 'ScatterElements', inputs: [offZero([3, 4]), fed([3, 2], [0, 0, 3, 1, 1, -1]), offZero([3, 2])], attrs: { axis: 1, reduction: 'mul' } },
  { op: 'ScatterND', inputs: [offZero([3, 2]), fed([3, 2], [2, 1, 0, 0, 2, -1]), offZero([3])], attrs: { reduction: 'mul' } },
  {
    op: 'ScatterElements',
    inputs: [{ shape: [5], values: [0, 2, 3, 0, 1] }, fed([7], [0, 0, 1, 1, 2, 3, 3]), { shape: [7], values: [2, 3, 0, 4, -1, 0, 2] }],
    attrs: { reduction: 'mul' },
    second: false,
    why: 'no, one and two zeros',
  },
];
