// Cases of the Fourier transform: real and complex, one-sided, inverse, cut and padded, along any axis.
import type { Attrs } from '../../graph/types.ts';
import type { CaseInput, GradCase } from '../check.ts';

const scalar = (value: number): CaseInput => ({ shape: [], constant: [value] });

const dft = (shape: number[], attrs: Attrs = {}, { length, axis }: { length?: number; axis?: number } = {}): GradCase => ({
  op: 'DFT',
  inputs: [{ shape }, length === undefined ? undefined : scalar(length), ...(axis === undefined ? [] : [scalar(axis)])],
  attrs,
});

export const cases: readonly GradCase[] = [
  dft([2, 5, 1]),
  dft([2, 4, 2]),
  dft([2, 6, 1], { onesided: 1 }),
  { ...dft([2, 5, 2], { inverse: 1 }), precision: 'float32', why: 'ONNX Runtime divides by a length of float32' },
  dft([2, 4, 3, 1], {}, { axis: 1, length: 6 }),
  dft([2, 7, 3, 2], {}, { axis: 1, length: 4 }),
];
