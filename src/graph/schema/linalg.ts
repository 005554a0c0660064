// Matrix products.
import { broadcastShapes, type Dim, formatShape } from '../types.ts';
import { defineOp, float, type InferContext, int } from './schema.ts';

const differ = (a: Dim, b: Dim) => typeof a === 'number' && typeof b === 'number' && a !== b;

function requireOneType(c: InferContext<unknown>): void {
  const types = c.inputs.flatMap((type) => (type ? [type.dtype] : []));
  if (types.some((dtype) => dtype !== types[0])) c.fail(`inputs have different element types (${types.join(', ')}); cast them to one.`);
}

/** NumPy's matmul: 1-D operands count as a row or a column; leading axes broadcast. */
export const MatMul = defineOp({
  since: 13,
  inputs: ['A', 'B'],
  outputs: ['Y'],
  attrs: {},
  infer: (c) => {
    const { dtype, shape: a } = c.type(0);
    const b = c.type(1).shape;
    requireOneType(c);
    if (a.length === 0 || b.length === 0) return c.fail('a scalar has no matrix product.');
    const inner = b.length === 1 ? b[0] : b.at(-2);
    if (differ(a.at(-1) as Dim, inner as Dim)) c.fail(`${formatShape(a)} and ${formatShape(b)} do not multiply: ${a.at(-1)} against ${inner}.`);
    const lead = broadcastShapes(a.slice(0, -2), b.slice(0, -2), c.place);
    const rows = a.length === 1 ? [] : [a.at(-2) as Dim];
    const columns = b.length === 1 ? [] : [b.at(-1) as Dim];
    return [{ dtype, shape: [...lead, ...rows, ...columns] }];
  },
});

/** alpha A' B' + beta C, with A' = A or its transpose. */
export const Gemm = defineOp({
  since: 13,
  inputs: ['A', 'B', 'C?'],
  outputs: ['Y'],
  attrs: { alpha: float(1), beta: float(1), transA: int(0), transB: int(0) },
  infer: (c) => {
    const { dtype, shape: a } = c.type(0);
    const b = c.type(1).shape;
    requireOneType(c);
    if (a.length !== 2 || b.length !== 2) return c.fail(`it multiplies matrices, not ${formatShape(a)} and ${formatShape(b)}.`);
    const [rows, k] = (c.attrs.transA ? a.toReversed() : a) as [Dim, Dim];
    const [l, columns] = (c.attrs.transB ? b.toReversed() : b) as [Dim, Dim];
    if (differ(k, l))
      c.fail(`${formatShape(a)} and ${formatShape(b)} do not multiply (transA ${c.attrs.transA}, transB ${c.attrs.transB}): ${k} against ${l}.`);
    const sum = c.inputs[2] ? broadcastShapes([rows, columns], c.type(2).shape, c.place) : [];
    if (sum.length > 2 || differ(sum[0] ?? rows, rows) || differ(sum[1] ?? columns, columns)) {
      c.fail(`C ${formatShape(c.type(2).shape)} does not broadcast to A B, which is ${formatShape([rows, columns])}.`);
    }
    return [{ dtype, shape: [rows, columns] }];
  },
});

/** Determinants of the matrices on the last two axes. */
export const Det = defineOp({
  since: 11,
  inputs: ['X'],
  outputs: ['Y'],
  attrs: {},
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    if (shape.length < 2 || differ(shape.at(-1) as Dim, shape.at(-2) as Dim)) c.fail(`it takes square matrices, not ${formatShape(shape)}.`);
    return [{ dtype, shape: shape.slice(0, -2) }];
  },
});
