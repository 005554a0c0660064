// Where two domains differ: which classes are more frequent or lie elsewhere, and which features are distributed otherwise. Called where mismatch is told.
import type { Tensor } from '../../../core/tensor.ts';
import { SIGNIFICANT } from '../../../score/interval.ts';
import { classCounts } from '../../../score/label-balance.ts';
import { argmaxRows } from '../../../score/metrics.ts';
import { classMeans } from '../../../score/unknown.ts';
import { gainsOf, sharesOf } from './class-gains.ts';
import type { LabelledRows } from './domain-method.ts';
import { aDistanceBy, domainOdds, sample } from './mismatch.ts';

/** A class in both domains. */
export interface ClassShift {
  /** Its share of the source's rows. */
  readonly source: number;
  /** Its share of the target's, as estimated from what the source's own model says of them. */
  readonly target: number;
  /**
   * How far the rows of the target that are taken for it lie from those of the source that are: the distance of the means over the spread of a row about the mean of its class, less what
   * so few rows lie apart by chance. Left out where either domain has fewer than two of them.
   */
  readonly moved?: number;
}

/** Rounds of estimating shares: as `label-shift` has them. */
const ROUNDS = 100;

/**
 * @param target `[M, D]`, in the units of the source's features.
 * @param own which classes the source's own model takes the source's rows for, `[N]`, and what it says of the target's, `[M, classes]`.
 * @param said the classes that the target's are taken for, `[M]`.
 */
export function classShifts(
  { features, labels }: LabelledRows,
  target: Tensor<'float32'>,
  classes: number,
  own: { readonly source: Int32Array; readonly target: Float64Array },
  said = argmaxRows(own.target, classes),
): ClassShift[] {
  // Compared with what is taken for a class, too: rows beyond its boundary are missing on both sides.
  const [counts, others] = [classCounts(own.source, classes), classCounts(said, classes)];
  const truth = classCounts(labels, classes);
  const before = sharesOf(Float64Array.from(truth));
  const gains = gainsOf(own.target, before, ROUNDS);
  const [here, there] = [classMeans(features.data, own.source, classes), classMeans(target.data, said, classes)];
  const spread = spreadWithin(features, own.source, here);
  return Array.from({ length: classes }, (_, c) => {
    const [a, b] = [here[c], there[c]];
    const [n, m] = [counts[c] as number, others[c] as number];
    const shares = { source: (truth[c] as number) / labels.length, target: (before[c] as number) * (gains[c] as number) };
    if (!a || !b || n < 2 || m < 2 || spread === 0) return shares;
    const squared = a.reduce((sum, value, d) => sum + (value - (b[d] as number)) ** 2, 0) / spread;
    return { ...shares, moved: Math.sqrt(Math.max(0, squared - 1 / n - 1 / m)) };
  });
}

/** What the rows of the source are by their odds of being the target's, and which shares of the classes these go by. */
export interface SourceOdds {
  /** Logarithm of the odds of each source row, `[N]`. */
  readonly odds: Float64Array;
  /** Shares of the classes in the target, where nothing else tells the domains apart as well: `[classes]`. */
  readonly shares?: Float64Array;
  /** Whether the domains can be told apart for another reason than how frequent the classes are. */
  readonly apart: boolean;
}

/**
 * How like the target each row of the source is. Where the domains cannot be told apart any more once the source's classes count as they seem to be frequent in the target, that is all of the
 * difference: rows are then as like as they are beside it, for a class that is more frequent lies nearer to the target without having moved.
 * @param own what a model of the source says of the target's rows, `[M, classes]`.
 */
export async function sourceOdds(
  { features, labels }: LabelledRows,
  target: Tensor<'float32'>,
  own: Float64Array,
  signal: AbortSignal | undefined,
): Promise<SourceOdds> {
  const classes = own.length / (target.dims[0] as number);
  const before = sharesOf(Float64Array.from(classCounts(labels, classes)));
  const gains = gainsOf(own, before, ROUNDS);
  const weights = Float64Array.from(labels, (label) => gains[label] as number);
  const plain = await domainOdds(features, target, signal, { labels });
  const apart = aDistanceBy(plain);
  const shares = gains.map((gain, c) => gain * (before[c] as number));
  const shift = labelShiftOf(Array.from(shares, (share, c) => ({ source: before[c] as number, target: share })));
  if (apart.distance < SIGNIFICANT * apart.error) return { odds: plain[0], apart: false };
  if (shift < byChance(before, labels.length, target.dims[0] as number)) return { odds: plain[0], apart: true };
  const weighed = await domainOdds(features, target, signal, { labels, weights });
  const left = aDistanceBy(weighed, weights);
  return left.distance <= SIGNIFICANT * left.error ? { odds: weighed[0], shares, apart: false } : { odds: plain[0], apart: true };
}

/** Twice the label shift that samples of the same domain have on average. @param shares of the classes; @param n, m rows of the samples. */
export function byChance(shares: Float64Array, n: number, m: number): number {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  return shares.reduce((sum, share) => sum + Math.sqrt((2 / Math.PI) * (share / whole) * (1 - share / whole) * (1 / n + 1 / m)), 0);
}

/** How differently frequent the classes are: half the sum of the differences of their shares (total variation), 0 alike, 1 none in common. */
export function labelShiftOf(classes: readonly ClassShift[]): number {
  return classes.reduce((sum, { source, target }) => sum + Math.abs(source - target), 0) / 2;
}

/** The classes with the shares that they have in the target by the classes that its rows are taken for, `[M]`. */
export function predictedShares(classes: readonly ClassShift[], said: Int32Array): ClassShift[] {
  const counts = classCounts(said, classes.length);
  return classes.map(({ source }, c) => ({ source, target: (counts[c] as number) / said.length }));
}

/** Difference of the shares of classes, as label shift, above which two answers contradict each other. */
const CONTRADICTION = 0.2;

/**
 * What to think where the source's own model says that the classes of the target are otherwise frequent than what was chosen says; nothing where they agree.
 * @param said what was chosen, `[M]`.
 * @param known how many rows of the target are labelled.
 */
export function contradicts(classes: readonly ClassShift[], said: Int32Array, known = 0): string | undefined {
  const chosen = predictedShares(classes, said);
  const apart = labelShiftOf(chosen.map(({ target }, c) => ({ source: (classes[c] as ClassShift).target, target })));
  if (apart <= CONTRADICTION) return undefined;
  const [own, other] = [labelShiftOf(classes), labelShiftOf(chosen)].map((shift) => shift.toFixed(2));
  return `How frequent the classes of the target are is not certain: as the source's own model is most likely to answer so (MLLS) their shares differ from the source's by ${own} (0: alike, 1: no class in common), by the answers of what was chosen by ${other}. One of them is wrong: label a few ${known > 0 ? 'more ' : ''}target rows (\`targetLabels\`) to settle it.`;
}

/** Mean squared distance of a row from the mean of its class. */
function spreadWithin({ dims, data }: Tensor<'float32'>, labels: Int32Array, means: ReturnType<typeof classMeans>): number {
  const width = dims[1] as number;
  let sum = 0;
  labels.forEach((label, row) => {
    const mean = means[label] as number[];
    for (let d = 0; d < width; d++) sum += ((data[row * width + d] as number) - (mean[d] as number)) ** 2;
  });
  return sum / labels.length;
}

/** How each feature is distributed in both domains. */
export interface FeatureShifts {
  /**
   * Kolmogorov-Smirnov statistic of each feature, `[D]`: the largest difference of the shares of rows up to a value, 0 to 1. Smirnov 1948, Table for estimating the goodness of fit
   * of empirical distributions.
   */
  readonly statistics: Float64Array;
  /** What the largest of `D` features would exceed by chance in one of twenty such comparisons at most (Bonferroni). */
  readonly bound: number;
}

/** Of a thousand rows of each domain at most. @param source `[N, D]`; @param target `[M, D]`, in the same units. */
export function featureShifts(source: Tensor<'float32'>, target: Tensor<'float32'>, seed: number): FeatureShifts {
  const [a, b] = [sample(source, seed, 'source'), sample(target, seed, 'target')];
  const [n, m, width] = [a.dims[0] as number, b.dims[0] as number, a.dims[1] as number];
  const column = ({ data }: Tensor<'float32'>, d: number, length: number) =>
    Float32Array.from({ length }, (_, row) => data[row * width + d] as number).sort();
  return {
    statistics: Float64Array.from({ length: width }, (_, d) => largestGap(column(a, d, n), column(b, d, m))),
    bound: Math.min(1, Math.sqrt((-Math.log(0.025 / width) / 2) * ((n + m) / (n * m)))),
  };
}

/** @param a, b sorted. */
function largestGap(a: Float32Array, b: Float32Array): number {
  let [i, j, most] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return most;
}
