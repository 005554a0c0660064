// How far the covariances of two sets of rows lie apart, differentiable. Called by methods that align features.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';

/**
 * `|C_S - C_T|^2 / (4 d^2)` with the squared Frobenius norm (Sun & Saenko 2016, Deep CORAL, arXiv:1607.01719, equations 1 to 3): 0 for a set and itself, and
 * unchanged when both are rotated alike.
 * @param source `[n, d]`.
 * @param target `[m, d]`; the covariance of a single row is 0.
 * @returns a scalar.
 */
export function coralDistance(g: Builder, source: Value, target: Value): Value {
  const [, width] = concrete(source.shape, 'The features') as [number, number];
  const difference = g.sub(covariance(g, source), covariance(g, target));
  return g.div(g.op('ReduceSumSquare', [difference], { keepdims: 0 }), 4 * width * width);
}

/** `[n, d]` to `[d, d]`, divided by n - 1. */
function covariance(g: Builder, rows: Value): Value {
  const [count] = concrete(rows.shape, 'The features') as [number];
  const centred = g.sub(rows, g.mean(rows, [0], true));
  return g.div(g.matMul(g.transpose(centred, [1, 0]), centred), Math.max(1, count - 1));
}
