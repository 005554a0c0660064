// The cross-entropy of those rows of a batch that have labels. Called where a few rows of a target were labelled by hand.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';

/**
 * Mean of `-log p_y` over the rows whose label y is known; 0 where there is none.
 * @param logits `[N, C]`.
 * @param labels int64 `[N]`, each in 0..C-1, or -1 where it is not known.
 * @returns a scalar.
 */
export function knownCrossEntropy(g: Builder, logits: Value, labels: Value): Value {
  const [, classes] = concrete(logits.shape, 'The scores') as [number, number];
  const range = g.ints(Array.from({ length: classes }, (_, i) => i));
  const hot = g.mask(g.equal(g.unsqueeze(labels, [1]), range), logits.dtype);
  return g.neg(g.div(g.sum(g.mul(hot, g.logSoftmax(logits))), g.max(g.sum(hot), 1)));
}
