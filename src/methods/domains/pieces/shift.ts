// Where two domains differ: which classes are more frequent or lie elsewhere, and which features are distributed otherwise. Called where mismatch is told.
import type { Tensor } from '../../../core/tensor.ts';
import { classCounts } from '../../../score/label-balance.ts';
import { argmaxRows } from '../../../score/metrics.ts';
import { classMeans } from '../../../score/unknown.ts';
import { gainsOf, sharesOf } from './class-gains.ts';
import type { LabelledRows } from './domain-method.ts';
import { sample } from './mismatch.ts';

/** A class in both domains. */
export interface ClassShift {
  /** Its share of the source's rows. */
  readonly source: number;
  /** Its share of the target's, as estimated from what the source's own model says of them. */
  readonly target: number;
  /**
   * How far the rows that are taken for it lie from those of the source that are of it: the distance of the means over the spread of a row about the mean of its class, less what so few rows
   * lie apart by chance. Left out where either domain has fewer than two of them.
   */
  readonly moved?: number;
}

/** Rounds of estimating shares: as `label-shift` has them. */
const ROUNDS = 100;

/**
 * @param target `[M, D]`, in the units of the source's features.
 * @param own what the source's own model says of the target's rows, `[M, classes]`.
 * @param said the classes that these are taken for, `[M]`.
 */
export function classShifts(
  { features, labels }: LabelledRows,
  target: Tensor<'float32'>,
  classes: number,
  own: Float64Array,
  said = argmaxRows(own, classes),
): ClassShift[] {
  const [counts, others] = [classCounts(labels, classes), classCounts(said, classes)];
  const before = sharesOf(Float64Array.from(counts));
  const gains = gainsOf(own, before, ROUNDS);
  const [here, there] = [classMeans(features.data, labels, classes), classMeans(target.data, said, classes)];
  const spread = spreadWithin(features, labels, here);
  return Array.from({ length: classes }, (_, c) => {
    const [a, b] = [here[c], there[c]];
    const [n, m] = [counts[c] as number, others[c] as number];
    const shares = { source: n / labels.length, target: (before[c] as number) * (gains[c] as number) };
    if (!a || !b || n < 2 || m < 2 || spread === 0) return shares;
    const squared = a.reduce((sum, value, d) => sum + (value - (b[d] as number)) ** 2, 0) / spread;
    return { ...shares, moved: Math.sqrt(Math.max(0, squared - 1 / n - 1 / m)) };
  });
}

/** How differently frequent the classes are: half the sum of the differences of their shares (total variation), 0 alike, 1 none in common. */
export function labelShiftOf(classes: readonly ClassShift[]): number {
  return classes.reduce((sum, { source, target }) => sum + Math.abs(source - target), 0) / 2;
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
