// The sum of a matrix's singular values, differentiable, in ops that ONNX Runtime has. Called by methods that want predictions sure and of many classes.
import { tensorOf } from '../../../core/tensor.ts';
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';

/** Added to the squares of the singular values, as a share of their sum: what is smaller counts for less than it is. */
const RIDGE = 1e-9;
/** Steps of the iteration: an eigenvalue of the ridge's size has grown to 1 by then, and the error is squared in each of those that are left. */
const STEPS = 32;

/**
 * `tr((M^T M)^(1/2))` of `matrix` `[n, d]`, a scalar, with the gradient `M (M^T M)^(-1/2)`, which is `U V^T` of the singular value decomposition. The inverse root
 * comes from the coupled Newton iteration in the form of products (Higham 2008, Functions of matrices, equation 6.35), on the smaller side and in float64.
 */
export function nuclearNorm(g: Builder, matrix: Value): Value {
  const [n, d] = concrete(matrix.shape, 'The matrix') as [number, number];
  const size = Math.min(n, d);
  const wide = g.cast(matrix, 'float64');
  const m = n >= d ? wide : g.transpose(wide, [1, 0]);
  const gram = g.matMul(g.transpose(m, [1, 0]), m);
  const identity = (factor: number) =>
    g.constant(
      tensorOf(
        'float64',
        Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? factor : 0)),
        [size, size],
      ),
    );
  // No eigenvalue exceeds the trace.
  const trace = g.max(g.op('ReduceSumSquare', [m], { keepdims: 0 }), 1e-300);
  let y = g.add(g.div(gram, trace), identity(RIDGE));
  let z = identity(1);
  for (let step = 0; step < STEPS; step++) {
    const half = g.sub(identity(1.5), g.mul(g.matMul(z, y), 0.5));
    [y, z] = [g.matMul(y, half), g.matMul(half, z)];
  }
  const direction = g.op('StopGradient', [g.div(g.matMul(m, z), g.sqrt(trace))]);
  return g.cast(g.sum(g.mul(m, direction)), matrix.dtype);
}
