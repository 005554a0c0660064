// Cases of what is laid out by indices or selected by a condition.
import type { GradCase } from '../check.ts';

const indices = { shape: [2, 2], values: [0, 2, -1, 1], dtype: 'int64' } as const;
const depth = { shape: [], constant: [3] };
const condition = (...constant: number[]) => ({ shape: [constant.length], constant, dtype: 'bool' }) as const;

export const cases: readonly GradCase[] = [
  { op: 'OneHot', inputs: [indices, depth, { shape: [2] }], precision: 'float32' },
  { op: 'OneHot', inputs: [indices, depth, { shape: [2] }], attrs: { axis: 1 }, precision: 'float32' },
  { op: 'Compress', inputs: [{ shape: [3, 4] }, condition(1, 0, 1)], attrs: { axis: 0 } },
  { op: 'Compress', inputs: [{ shape: [2, 9] }, condition(0, 1, 1, 0, 0, 1)], attrs: { axis: -1 }, why: 'a condition shorter than the axis' },
  { op: 'Compress', inputs: [{ shape: [2, 3] }, condition(1, 0, 0, 1, 1)], why: 'of all elements' },
];
