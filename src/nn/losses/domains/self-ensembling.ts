// How far a network's probabilities are from those of its teacher, where the teacher is sure. Called by methods whose teacher is the network's moving average.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';

/** Keeps logarithms finite. */
const SMALLEST = 1e-6;

/** How {@link selfEnsembling} compares. */
export interface SelfEnsemblingOptions {
  /** Probability of the teacher's likeliest class above which a row counts. */
  readonly threshold: number;
  /** Weight of the term that presses classes to be as frequent as each other. */
  readonly balance: number;
}

/**
 * Mean over rows and classes of the squared difference of probabilities, rows of which the teacher is not sure counting nothing; and `balance * s * sum_c BCE(m_c, 1 / C)`,
 * s the share of sure rows, m the mean probabilities (French, Mackiewicz & Fisher 2018, Self-ensembling for visual domain adaptation, arXiv:1706.05208,
 * sections 3.1, 3.2 and 3.4). No gradient passes the teacher.
 * @param logits `[N, C]`.
 * @param teacher scores of the same rows, `[N, C]`.
 * @returns a scalar.
 */
export function selfEnsembling(g: Builder, logits: Value, teacher: Value, { threshold, balance }: SelfEnsemblingOptions): Value {
  const [, classes] = concrete(logits.shape, 'The scores') as [number, number];
  const [p, q] = [g.softmax(logits), g.softmax(g.op('StopGradient', [teacher]))];
  const sure = g.mask(g.greater(g.op('ReduceMax', [q, g.ints([1])], { keepdims: 1 }), threshold), p.dtype);
  const difference = g.sub(p, q);
  const apart = g.mean(g.mul(g.mul(difference, difference), sure));
  const mean = g.mean(p, [0]);
  const even = (share: Value, part: number) => g.mul(g.log(g.add(share, SMALLEST)), -part);
  const uneven = g.sum(g.add(even(mean, 1 / classes), even(g.sub(1, mean), 1 - 1 / classes)));
  return g.add(apart, g.mul(g.mul(uneven, g.mean(sure)), balance));
}
