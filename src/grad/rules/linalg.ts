// Gradients of matrix products. Two-dimensional ones use Gemm, whose transposes are free.
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { type RuleContext, rule, unsupported } from '../rule.ts';

/** dA = dY B^T, dB = A^T dY; 1-D operands are matrices with a row or a column more. */
export const MatMul = rule<'MatMul'>((c) => {
  const { g, x, shape } = c;
  const [a, b] = x;
  const row = shape(a).length === 1;
  const column = shape(b).length === 1;
  const A = row ? g.unsqueeze(a, [0]) : a;
  const B = column ? g.unsqueeze(b, [1]) : b;
  const missing = [...(row ? [-2] : []), ...(column ? [-1] : [])];
  const dY = missing.length ? g.unsqueeze(c.dy, missing) : c.dy;
  const [dA, dB] = matrixGradients(c, A, B, dY);
  // Leading axes that broadcast come back larger here; backward.ts sums them.
  return [row ? g.squeeze(dA, [-2]) : dA, column ? g.squeeze(dB, [-1]) : dB];
});

function matrixGradients({ g, shape }: RuleContext<unknown>, A: Value, B: Value, dY: Value): [Value, Value] {
  const [rankA, rankB] = [shape(A).length, shape(B).length];
  if (rankB === 2) {
    // One product over all leading axes instead of one for each, summed after.
    const [rows, columns] = [shape(A).at(-1) as number, shape(B)[1] as number];
    const flat = (value: Value, width: number) => (shape(value).length === 2 ? value : g.reshape(value, [-1, width]));
    const dA = g.op('Gemm', [flat(dY, columns), B], { transB: 1 });
    const dB = g.op('Gemm', [flat(A, rows), flat(dY, columns)], { transA: 1 });
    return [rankA === 2 ? dA : g.reshape(dA, shape(A)), dB];
  }
  return [g.matMul(dY, swapped(g, B, rankB)), g.matMul(swapped(g, A, rankA), dY)];
}

/** The last two axes exchanged. */
function swapped(g: Builder, value: Value, rank: number): Value {
  return g.transpose(value, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}

export const Gemm = rule<'Gemm'>(({ g, x: [a, b], dy, attrs: { alpha, beta, transA, transB } }) => {
  const product = (p: Value, q: Value, tp: number, tq: number) => g.op('Gemm', [p, q], { alpha, transA: tp, transB: tq });
  const da = transA ? product(b, dy, transB, 1) : product(dy, b, 0, transB ? 0 : 1);
  const db = transB ? product(dy, a, 1, transA) : product(a, dy, transA ? 0 : 1, 0);
  return [da, db, beta === 1 ? dy : g.mul(dy, beta)];
});

export const Det = unsupported('its gradient is an inverse, which ONNX does not have. Write small determinants out as products.');
