// What it costs to carry a batch of labelled rows to one without labels, by features and labels together, differentiable. Called by methods that transport.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';

/** Where all rows are one, what distances are divided by. */
const LEAST = 1e-12;

/** Weights of the two parts of the cost, and how the plan is found. */
export interface TransportOptions {
  /** Of the distance of the features, in units of its mean over all pairs. */
  readonly alpha: number;
  /** Of the cross-entropy of the labels. */
  readonly lambda: number;
  /** Weight of the plan's entropy, as a share of the mean cost: the smaller, the fewer rows share a row. */
  readonly entropy: number;
  /** Rounds of scaling. */
  readonly iterations: number;
}

/** Of the source's rows. */
export interface LabelledFeatures {
  /** `[N, d]`. */
  readonly features: Value;
  /** Class indices, int64 `[N]`, or shares of the classes, `[N, C]`. */
  readonly labels: Value;
}

/** Of the target's rows. */
export interface ScoredFeatures {
  /** `[M, d]`. */
  readonly features: Value;
  /** Scores, `[M, C]`. */
  readonly logits: Value;
}

/**
 * `sum_ij G_ij (alpha |f_i - f_j|^2 / s + lambda CE(y_i, p_j))` with the mean squared distance s and the plan G of the least such sum among those that spread both
 * batches' rows evenly (Damodaran et al. 2018, DeepJDOT, arXiv:1803.10081, equation 7 and algorithm 1). The plan has entropy (Cuturi 2013, arXiv:1306.0895) where the
 * paper's is exact; plan and s are taken for given by the gradient.
 * @returns a scalar.
 */
export function jointTransport(g: Builder, source: LabelledFeatures, target: ScoredFeatures, options: TransportOptions): Value {
  const { alpha, lambda, entropy, iterations } = options;
  const given = (value: Value) => g.op('StopGradient', [value]);
  const columns = (value: Value) => g.transpose(value, [1, 0]);
  const squares = (rows: Value) => g.sum(g.mul(rows, rows), [1], true);
  const products = g.matMul(source.features, columns(target.features));
  const distances = g.sub(g.add(squares(source.features), columns(squares(target.features))), g.mul(products, 2));
  const logs = columns(g.logSoftmax(target.logits));
  const agreement = source.labels.dtype === 'int64' ? g.gather(logs, source.labels) : g.matMul(source.labels, logs);
  const near = g.div(distances, given(g.max(g.mean(distances), LEAST)));
  const cost = g.sub(g.mul(near, alpha), g.mul(agreement, lambda));
  const fixed = given(cost);
  let plan = g.neg(g.div(fixed, g.max(g.mul(g.mean(fixed), entropy), LEAST)));
  for (let round = 0; round < iterations; round++) plan = g.logSoftmax(g.logSoftmax(plan, 0), 1);
  const [rows] = concrete(cost.shape, 'The costs') as [number, number];
  return g.div(g.sum(g.mul(given(g.exp(plan)), cost)), rows);
}
