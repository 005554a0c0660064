// Cases of the reductions: no axes, one, several, negative, unordered, with and without kept sizes; softmax over every axis.
import type { OpName } from '../../graph/schema/index.ts';
import type { GradCase, Sampler } from '../check.ts';

type Reduction = Extract<OpName, `Reduce${string}`>;

/** Axes and attributes that every reduction meets. */
function reductions(op: Reduction, sample: Sampler): GradCase[] {
  const x = { shape: [2, 3, 4], sample };
  const variants: Omit<GradCase, 'op'>[] = [
    { inputs: [x] },
    { inputs: [x, { shape: [1], constant: [1] }] },
    { inputs: [x, { shape: [2], constant: [-1, 0] }], attrs: { keepdims: 0 }, why: 'negative, unordered axes' },
    { inputs: [x, undefined], attrs: { keepdims: 0 } },
    { inputs: [{ shape: [], sample }], why: 'a scalar' },
    { inputs: [x, { shape: [0], constant: [] }], attrs: { noop_with_empty_axes: 1 }, why: 'nothing is reduced' },
  ];
  return variants.map((variant) => ({ op, ...variant }));
}

const softmax = (op: 'Softmax' | 'LogSoftmax'): GradCase[] => [
  { op, inputs: [{ shape: [2, 3] }] },
  { op, inputs: [{ shape: [2, 3, 4] }], attrs: { axis: 1 } },
  { op, inputs: [{ shape: [3, 2] }], attrs: { axis: -2 } },
  { op, inputs: [{ shape: [4, 1] }], why: 'one class: no gradient' },
];

export const cases: readonly GradCase[] = [
  ...reductions('ReduceSum', 'normal'),
  ...reductions('ReduceMean', 'normal'),
  ...reductions('ReduceMax', 'distinct'),
  ...reductions('ReduceMin', 'distinct'),
  ...reductions('ReduceProd', 'off-zero'),
  ...reductions('ReduceSumSquare', 'normal'),
  ...reductions('ReduceL1', 'off-zero'),
  ...reductions('ReduceL2', 'positive'),
  ...reductions('ReduceLogSum', 'positive'),
  ...reductions('ReduceLogSumExp', 'normal'),
  {
    op: 'ReduceProd',
    inputs: [
      { shape: [3, 3], values: [2, 0, 3, 0, 0, 4, -1, 2, 0.5] },
      { shape: [1], constant: [1] },
    ],
    second: false,
    why: 'no, one and two zeros',
  },
  ...softmax('Softmax'),
  ...softmax('LogSoftmax'),
];
