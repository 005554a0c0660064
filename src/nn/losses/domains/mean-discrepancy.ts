// How far the distributions of two sets of rows lie apart by kernels of several widths, differentiable. Called by methods that align features.
import { tensorOf } from '../../../core/tensor.ts';
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';

/** Variances of the kernels, as factors of the mean squared distance between the rows. */
const WIDTHS = [1 / 8, 1 / 4, 1 / 2, 1, 2];
/** Where all rows are one, what their distances are compared with: a share of their own length, and a number that can be divided by. */
const [LEAST_SHARE, LEAST] = [1e-6, 1e-12];

/**
 * Squared maximum mean discrepancy with the mean of Gaussian kernels `exp(-|a - b|^2 / (2 w s))`, s the mean squared distance of all pairs of rows, which the
 * gradient takes for given (Long et al. 2015, Deep adaptation networks, arXiv:1502.02791, equations 1 and 2, all kernels weighing the same). All pairs count, a
 * row with itself too: then it is at least 0, and 0 for a set and itself.
 * @param source `[n, d]`.
 * @param target `[m, d]`.
 * @returns a scalar.
 */
export function meanDiscrepancy(g: Builder, source: Value, target: Value): Value {
  const [n, m] = [source, target].map(({ shape }) => concrete(shape, 'The features')[0] as number) as [number, number];
  const rows = g.concat([source, target], 0);
  const products = g.matMul(rows, g.transpose(rows, [1, 0]));
  const squares = g.sum(g.mul(rows, rows), [1], true);
  const distances = g.sub(g.add(squares, g.transpose(squares, [1, 0])), g.mul(products, 2));
  const least = g.add(g.mul(g.mean(squares), LEAST_SHARE), LEAST);
  const scale = g.op('StopGradient', [g.max(g.mean(distances), least)]);
  const kernels = WIDTHS.map((width) => g.exp(g.neg(g.div(distances, g.mul(scale, 2 * width)))));
  const kernel = g.div(
    kernels.reduce((a, b) => g.add(a, b)),
    WIDTHS.length,
  );
  const shares = Array.from({ length: n + m }, (_, i) => (i < n ? 1 / n : -1 / m));
  const weights = g.constant(tensorOf(source.dtype, shares, [n + m, 1]));
  return g.sum(g.mul(g.matMul(kernel, weights), weights));
}
