// How far two classifiers' predictions of the same rows lie apart, differentiable. Called by methods whose classifiers look for rows far from the source's.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';

/**
 * Mean over rows and classes of `|p_1 - p_2|`, p the probabilities (Saito et al. 2018, Maximum classifier discrepancy, arXiv:1712.02560, equation 9): 0 where both
 * agree, at most `2 / C`.
 * @param first scores `[N, C]`. @param second those of the other, `[N, C]`.
 * @returns a scalar.
 */
export function classifierDiscrepancy(g: Builder, first: Value, second: Value): Value {
  return g.mean(g.abs(g.sub(g.softmax(first), g.softmax(second))));
}
