// How far predictions are from those of the same rows seen otherwise, where these are sure. Called by methods that learn from their own sure answers.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';

/** Keeps the ratio of a class that is never predicted finite. */
const SMALLEST_SHARE = 1e-6;

/** What tells which rows are sure, and of what. */
export interface SureOf {
  /** Of the likeliest class, 0 to 1; where there is a `source`, times what its likeliest classes have on average. */
  readonly threshold: number;
  /**
   * Scores of labelled rows, `[M, C]`. The teacher's probabilities are multiplied by the share that each class has among theirs over the share that it has among
   * its own, so that no class takes the rows of another.
   */
  readonly source?: Value | undefined;
}

/**
 * Cross-entropy of `logits` against the likeliest class by `teacher`; rows where that class is not sure count nothing. The mean over all rows (Sohn et al. 2020,
 * FixMatch, arXiv:2001.07685, equation 4); with a `source` as Berthelot et al. 2021 have it (AdaMatch, arXiv:2106.04732, section 3.2 and equation 3). No gradient passes
 * the teacher or the source.
 * @param logits `[N, C]`. @param teacher scores of the same rows, `[N, C]`.
 * @returns a scalar.
 */
export function consistency(g: Builder, logits: Value, teacher: Value, { threshold, source }: SureOf): Value {
  const [count] = concrete(logits.shape, 'The scores') as [number];
  const probabilities = (scores: Value) => g.softmax(g.op('StopGradient', [scores]));
  const topOf = (rows: Value) => g.op('ReduceMax', [rows, g.ints([1])], { keepdims: 1 });
  let p = probabilities(teacher);
  let bar = g.scalar(threshold, p.dtype);
  if (source) {
    const known = probabilities(source);
    const ratio = g.div(g.mean(known, [0]), g.add(g.mean(p, [0]), SMALLEST_SHARE));
    const aligned = g.mul(p, ratio);
    p = g.div(aligned, g.sum(aligned, [1], true));
    bar = g.mul(g.mean(topOf(known)), threshold);
  }
  const top = topOf(p);
  const sure = g.cast(g.op('GreaterOrEqual', [top, bar]), p.dtype);
  const likeliest = g.cast(g.equal(p, top), p.dtype);
  return g.div(g.neg(g.sum(g.mul(g.mul(likeliest, sure), g.logSoftmax(logits)))), count);
}
