// The few rows of the target whose labels are known: what methods learn from besides the source, and answers that stay as they were given. Called by all methods.
import { takeRows } from '../../../data/rows.ts';
import type { Domains, KnownRows, LabelledRows } from './domain-method.ts';
import { joinRows } from './products.ts';
import type { Taken } from './surest.ts';

/**
 * How much each of them counts, where a row of the source counts 1: the root of how many more rows the source has. That is half way, by factors, between a row
 * that counts as any other, which a large source drowns, and few rows that together count as the source does, which are then learnt by heart (the two ends that
 * Ben-David et al. 2010, A theory of learning from different domains, section 5, weighs against each other): docs/decisions/0022.
 */
export function weightOfKnown(source: number, known: number): number {
  return Math.max(1, Math.sqrt(source / known));
}

/**
 * The source's rows and, behind them, those of the target that have labels.
 * @param features of the source's rows where they have been moved, `[N, D]`.
 */
export function labelledRows(domains: Domains, features = domains.source.features): LabelledRows {
  const own = { ...domains.source, features };
  const known = knownRows(domains);
  return known ? joinLabelled(own, known) : own;
}

/** The target's rows that have labels, where there are any. */
export function knownRows({ source, target, known }: Domains): LabelledRows | undefined {
  if (!known) return undefined;
  const weight = weightOfKnown(source.labels.length, known.rows.length);
  return { features: takeRows(target, known.rows), labels: known.labels, weights: new Float64Array(known.rows.length).fill(weight) };
}

/** Some of the rows, in the order of `at`. */
export function takeLabelled({ features, labels, weights, origin }: LabelledRows, at: Int32Array): LabelledRows {
  return {
    features: takeRows(features, at),
    labels: at.map((row) => labels[row] as number),
    weights: weights && Float64Array.from(at, (row) => weights[row] as number),
    origin: origin && at.map((row) => origin[row] as number),
  };
}

/** The rows of both, those of `a` first, wherever they are from. */
export function joinLabelled(a: LabelledRows, b: LabelledRows): LabelledRows {
  const weightsOf = ({ labels, weights }: LabelledRows) => weights ?? new Float64Array(labels.length).fill(1);
  return {
    features: joinRows(a.features, b.features),
    labels: Int32Array.from([...a.labels, ...b.labels]),
    weights: a.weights || b.weights ? Float64Array.from([...weightsOf(a), ...weightsOf(b)]) : undefined,
  };
}

/** What is said of the target's rows, with what is known in its place. @param probabilities `[M, classes]`. */
export function pinned(probabilities: Float64Array, known: KnownRows | undefined, classes: number): Float64Array {
  if (!known) return probabilities;
  const out = probabilities.slice();
  for (const [i, row] of known.rows.entries()) {
    out.fill(0, row * classes, (row + 1) * classes);
    out[row * classes + (known.labels[i] as number)] = 1;
  }
  return out;
}

/** Rows that were taken for what they seem to be, without those that are known. */
export function unknown({ rows, labels }: Taken, known: KnownRows | undefined): Taken {
  if (!known) return { rows, labels };
  const kept = Array.from(rows.keys()).filter((i) => !known.rows.includes(rows[i] as number));
  return { rows: Int32Array.from(kept, (i) => rows[i] as number), labels: Int32Array.from(kept, (i) => labels[i] as number) };
}

/** How much each row of the target counts where all of them have labels or pseudo-labels, `[M]`; left out where none is known. */
export function weightsOfTarget({ source, target, known }: Domains): Float64Array | undefined {
  if (!known) return undefined;
  const weights = new Float64Array(target.dims[0] as number).fill(1);
  for (const row of known.rows) weights[row] = weightOfKnown(source.labels.length, known.rows.length);
  return weights;
}
