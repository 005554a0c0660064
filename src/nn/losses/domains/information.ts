// How little predictions say of their rows, differentiable. Called by methods that press them to be sure and balanced, on features and on networks.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { meanEntropy } from './entropy.ts';

/** Keeps the logarithm of a class that is never predicted finite. */
const SMALLEST_SHARE = 1e-8;

/**
 * Mean entropy of the rows minus the entropy of their mean: lowest where each row is sure and the classes are as frequent as each other (Liang et al. 2020, Do we
 * really need to access the source data?, arXiv:2002.08546, equations 3 and 4).
 * @param logits `[N, C]`.
 * @returns a scalar.
 */
export function informationLoss(g: Builder, logits: Value): Value {
  const mean = g.mean(g.softmax(logits), [0]);
  return g.add(meanEntropy(g, logits), g.sum(g.mul(mean, g.log(g.add(mean, SMALLEST_SHARE)))));
}
