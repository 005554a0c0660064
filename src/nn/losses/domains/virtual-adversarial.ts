// How much predictions change where each row moves a small step the way that changes them most, differentiable. Called by methods that keep classes' boundaries
// away from rows.
import { fail } from '../../../core/errors.ts';
import { backward } from '../../../grad/backward.ts';
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';

/** Of the radius, the step by chance from which the direction is found: at the rows themselves the divergence has no slope, and in float32 none that is told nearby. */
const FIRST_STEP = 0.1;
/** What is smaller counts as no slope. */
const SMALLEST = 1e-30;

/** Rows, what a network says of them, and the network. */
export interface ScoredRows {
  /** `[N, ...]`, floating-point. */
  readonly rows: Value;
  /** Their scores, `[N, C]`. */
  readonly logits: Value;
  /** Scores of other rows of that shape, as nodes of the same graph. */
  readonly scoresOf: (rows: Value) => Value;
}

/** How {@link virtualAdversarial} moves rows. */
export interface VirtualAdversarialOptions {
  /** Where the search begins: a direction by chance for each row, of the rows' shape and of any length. */
  readonly start: Value;
  /** Length of each row's step. */
  readonly radius: number;
}

/**
 * Mean over the rows of `KL(p(x) || p(x + r))`, r the step of length `radius` in the direction that one power iteration finds to raise it most (Miyato et al. 2018,
 * Virtual adversarial training, arXiv:1704.03976, sections 3.2 and 3.3): 0 where predictions do not depend on the rows. No gradient passes p(x) or r.
 * @returns a scalar.
 * @throws GraftError `unsupported-gradient` where no gradient passes from the scores to the rows.
 */
export function virtualAdversarial(g: Builder, { rows, logits, scoresOf }: ScoredRows, { start, radius }: VirtualAdversarialOptions): Value {
  const aside = g.add(rows, g.mul(unitRows(g, start), FIRST_STEP * radius));
  const slope = backward(g, divergence(g, logits, scoresOf(aside)), [aside]).get(aside);
  if (!slope) return fail('unsupported-gradient', `No gradient passes from \`${logits.name}\` to \`${rows.name}\`, so no direction is the worst.`);
  const step = g.op('StopGradient', [g.mul(unitRows(g, slope), radius)]);
  return divergence(g, logits, scoresOf(g.add(rows, step)));
}

/** Mean over the rows of `KL(p || q)`; no gradient passes p. @param given scores of p, `[N, C]`. @param logits those of q. */
function divergence(g: Builder, given: Value, logits: Value): Value {
  const [count] = concrete(logits.shape, 'The scores') as [number];
  const logP = g.logSoftmax(g.op('StopGradient', [given]));
  return g.div(g.sum(g.mul(g.exp(logP), g.sub(logP, g.logSoftmax(logits)))), count);
}

/** Each row at length 1; one of zeros stays as it is. Divided by its largest number first, whose square may be too small for float32. */
function unitRows(g: Builder, rows: Value): Value {
  const axes = rows.shape.map((_, axis) => axis).slice(1);
  const largest = g.max(g.op('ReduceMax', [g.abs(rows), g.ints(axes)], { keepdims: 1 }), SMALLEST);
  const scaled = g.div(rows, largest);
  return g.div(scaled, g.max(g.sqrt(g.sum(g.mul(scaled, scaled), axes, true)), 1));
}
