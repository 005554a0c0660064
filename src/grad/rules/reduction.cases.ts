// Cases of the reductions: no axes, one, several, negative, unordered, with and without kept sizes; softmax over every axis.
import type { OpName } from '../../graph/schema/index.ts';
import type { GradCase, Sampler } from '../check.ts';

type Reduction = Extract<OpName, `Reduce${string}`>;
type ReductionCase = GradCase;

/** Axes and attributes that every reduction meets. */
function reductions(op: Reduction, sample: Sampler, precision: 'float32' | 'float64', noop = true): ReductionCase[] {
  const x = { shape: [2, 3, 4], sample };
  const variants: Omit<ReductionCase, 'op'>[] = [
    { inputs: [x] },
    { inputs: [x, { shape: [1], constant: [1] }] },
    { inputs: [x, { shape: [2], constant: [-1, 0] }], attrs: { keepdims: 0 }, why: 'negative, unordered axes' },
    { inputs: [x, undefined], attrs: { keepdims: 0 } },
    { inputs: [{ shape: [], sample }], why: 'a scalar' },
    ...(noop ? [{ inputs: [x, { shape: [0], constant: [] }], attrs: { noop_with_empty_axes: 1 }, why: 'nothing is reduced' }] : []),
  ];
  return variants.map((variant) => ({ op, precision, ...variant }) as ReductionCase);
}

const softmax = (op: 'Softmax' | 'LogSoftmax'): GradCase[] => [
  { op, inputs: [{ shape: [2, 3] }], precision: 'float64' },
  { op, inputs: [{ shape: [2, 3, 4] }], attrs: { axis: 1 }, precision: 'float64' },
  { op, inputs: [{ shape: [3, 2] }], attrs: { axis: -2 }, precision: 'float64' },
  { op, inputs: [{ shape: [4, 1] }], precision: 'float64', why: 'one class: no gradient' },
];

export const cases: readonly GradCase[] = [
  ...reductions('ReduceSum', 'normal', 'float64'),
  ...reductions('ReduceMean', 'normal', 'float64'),
  ...reductions('ReduceMax', 'distinct', 'float64'),
  ...reductions('ReduceMin', 'distinct', 'float64'),
  ...reductions('ReduceProd', 'off-zero', 'float32'),
  ...reductions('ReduceSumSquare', 'normal', 'float64'),
  ...reductions('ReduceL1', 'off-zero', 'float32'),
  ...reductions('ReduceL2', 'positive', 'float32'),
  ...reductions('ReduceLogSum', 'positive', 'float32'),
  ...reductions('ReduceLogSumExp', 'normal', 'float64'),
  ...softmax('Softmax'),
  ...softmax('LogSoftmax'),
];
