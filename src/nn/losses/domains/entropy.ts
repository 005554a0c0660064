// How unsure predictions are, differentiable. Called by methods that press them to be sure.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';

/**
 * Mean over the rows of `-sum_c p_c log p_c` (Grandvalet & Bengio 2004, Semi-supervised learning by entropy minimization; Wang et al. 2021, Tent, arXiv:2006.10726,
 * section 3.2): 0 where every row is sure, at most `log C`.
 * @param logits `[N, C]`.
 * @returns a scalar.
 */
export function meanEntropy(g: Builder, logits: Value): Value {
  const [count] = concrete(logits.shape, 'The scores') as [number];
  return g.div(g.neg(g.sum(g.mul(g.softmax(logits), g.logSoftmax(logits)))), count);
}
