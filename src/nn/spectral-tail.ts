// The smallest singular values of a matrix, differentiable, in ops that ONNX Runtime has. Called by penalties on the spectrum of features.
import { tensorOf } from '../core/tensor.ts';
import type { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { concrete } from '../graph/types.ts';

/** Squarings of the matrix: eigenvalues apart by 2^-35 of their sum are told from each other. */
const SQUARINGS = 40;
/** Squarings between two scalings: eigenvalues of at least 1/2 stay far from the smallest double. */
const UNSCALED = 5;

/**
 * Sum of the squares of the `count` smallest singular values of `matrix` `[n, d]`, of which there are min(n, d); a scalar. With unit vectors u of the
 * smaller side it is sum |u^T M|^2, and its gradient 2 sum u u^T M = 2 sum s u v^T, since at a minimum the vectors' own change does not count.
 *
 * The vectors are those of G = M M^T: the powers of I - G / c, with c twice the trace, go to the projection on the smallest eigenvalue's vector, and
 * forty squarings make the power 2^40. Each vector is taken out of the matrix before the next is sought. All of it in float64, because G has the squares of
 * the singular values. Where two are equal, a vector of their common space is taken, which gives a gradient of the same length.
 */
export function spectralTail(g: Builder, matrix: Value, count: number): Value {
  const [n, d] = concrete(matrix.shape, 'The matrix') as [number, number];
  const size = Math.min(n, d);
  const wide = g.cast(matrix, 'float64');
  const m = n <= d ? wide : g.transpose(wide, [1, 0]);
  const identity = g.constant(
    tensorOf(
      'float64',
      Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
      [size, size],
    ),
  );
  const gram = g.matMul(m, g.transpose(m, [1, 0]));
  const scale = g.max(g.mul(g.op('ReduceSumSquare', [m], { keepdims: 0 }), 2), Number.MIN_VALUE * 2 ** 100);
  let rest = g.sub(identity, g.div(gram, scale));
  const vectors = Array.from({ length: Math.min(count, size) }, () => {
    const vector = firstVector(g, rest, identity);
    const row = g.transpose(vector, [1, 0]);
    const product = g.matMul(row, rest);
    const twice = g.mul(g.matMul(product, vector), g.matMul(vector, row));
    rest = g.add(g.sub(g.sub(rest, g.matMul(vector, product)), g.matMul(g.transpose(product, [1, 0]), row)), twice);
    return row;
  });
  const stacked = vectors.length > 1 ? g.concat(vectors, 0) : (vectors[0] as Value);
  const fixed = g.op('StopGradient', [stacked]);
  return g.cast(g.op('ReduceSumSquare', [g.matMul(fixed, m)], { keepdims: 0 }), matrix.dtype);
}

/** A unit vector `[size, 1]` of the greatest eigenvalue of a symmetric matrix whose eigenvalues are from 0 to 1. */
function firstVector(g: Builder, symmetric: Value, identity: Value): Value {
  let power = symmetric;
  for (let i = 1; i <= SQUARINGS; i++) {
    power = g.matMul(power, power);
    if (i % UNSCALED === 0) power = g.div(power, g.sum(g.mul(power, identity)));
  }
  // The longest column: that of the greatest entry on the diagonal.
  const diagonal = g.sum(g.mul(power, identity), [1]);
  const column = g.gather(power, g.op('ArgMax', [diagonal], { axis: 0, keepdims: 1 }), 1);
  return g.div(column, g.sqrt(g.op('ReduceSumSquare', [column], { keepdims: 0 })));
}
