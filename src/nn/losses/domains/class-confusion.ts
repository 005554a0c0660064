// How far predictions waver between classes, differentiable. Called by methods that press them not to, on features and on networks.
import { tensorOf } from '../../../core/tensor.ts';
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';

/** Keeps the shares of a class that no row is given to finite: they are 0. */
const SMALLEST_SUM = 1e-20;

/**
 * Minimum class confusion: the mean over classes of the share of a class's answers that goes to others; surer rows count for more (Jin et al. 2020,
 * arXiv:1912.03699, equations 2 to 7). The rows' weights are part of what is differentiated.
 * @param logits `[N, C]`.
 * @param temperature divides them first.
 * @returns a scalar: 0 where every row is sure.
 */
export function classConfusion(g: Builder, logits: Value, temperature: number): Value {
  const [count, classes] = concrete(logits.shape, 'The scores') as [number, number];
  const tempered = g.div(logits, temperature);
  const p = g.softmax(tempered);
  const entropy = g.neg(g.sum(g.mul(p, g.logSoftmax(tempered)), [1], true));
  const sure = g.add(g.exp(g.neg(entropy)), 1);
  const weights = g.div(g.mul(sure, count), g.sum(sure));
  const correlation = g.matMul(g.transpose(p, [1, 0]), g.mul(p, weights));
  const shares = g.div(correlation, g.add(g.sum(correlation, [1], true), SMALLEST_SUM));
  const ones = Array.from({ length: classes * classes }, (_, i) => (i % (classes + 1) === 0 ? 1 : 0));
  const diagonal = g.constant(tensorOf(logits.dtype, ones, [classes, classes]));
  return g.div(g.sub(g.sum(shares), g.sum(g.mul(shares, diagonal))), classes);
}
