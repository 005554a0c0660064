// How unsure predictions are, differentiable. Called by methods that press them to be sure.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';

/**
 * Mean over the rows of `-sum_c p_c log p_c` (Grandvalet & Bengio 2004, Semi-supervised learning by entropy minimization; Wang et al. 2021, Tent, arXiv:2006.10726,
 * section 3.2): 0 where every row is sure, at most `log C`.
 * @param logits `[N, C]`.
 * @param counted 1 for rows that count, 0 for others, `[N]`; default all. Where none does, the mean is 0.
 * @returns a scalar.
 */
export function meanEntropy(g: Builder, logits: Value, counted?: Value): Value {
  const [count] = concrete(logits.shape, 'The scores') as [number];
  const parts = g.mul(g.softmax(logits), g.logSoftmax(logits));
  if (!counted) return g.div(g.neg(g.sum(parts)), count);
  return g.neg(g.div(g.sum(g.mul(parts, g.unsqueeze(counted, [1]))), g.max(g.sum(counted), 1)));
}
