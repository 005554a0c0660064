// Cases of the matrix products: every rank combination, broadcast leading axes, transposes and factors.
import type { GradCase } from '../check.ts';

const shapes = [
  [
    [2, 3],
    [3, 4],
  ],
  [[3], [3, 4]],
  [[2, 3], [3]],
  [[3], [3]],
  [
    [5, 2, 3],
    [3, 4],
  ],
  [
    [5, 2, 3],
    [5, 3, 4],
  ],
  [
    [2, 3],
    [5, 3, 4],
  ],
  [
    [5, 1, 2, 3],
    [2, 3, 4],
  ],
  [[5, 2, 3], [3]],
] as const;

const gemm = (transA: number, transB: number, c: readonly number[] | undefined): GradCase => ({
  op: 'Gemm',
  inputs: [{ shape: transA ? [3, 2] : [2, 3] }, { shape: transB ? [4, 3] : [3, 4] }, ...(c ? [{ shape: c }] : [])],
  attrs: { transA, transB, alpha: 0.5, beta: c ? 2 : 1 },
});

export const cases: readonly GradCase[] = [
  ...shapes.map(([a, b]): GradCase => ({ op: 'MatMul', inputs: [{ shape: a }, { shape: b }] })),
  gemm(0, 0, [4]),
  gemm(0, 1, [2, 1]),
  gemm(1, 0, [2, 4]),
  gemm(1, 1, []),
  gemm(0, 1, undefined),
];
