// Balanced accuracy as a mean over examples, so that intervals and paired comparisons are had for it as for accuracy. Called when models are measured.
import { type BootstrapOptions, bootstrap, bootstrapMean, type Statistic } from './bootstrap.ts';
import { requirePairs } from './checks.ts';
import type { Interval } from './interval.ts';

/**
 * Each example's part in the balanced accuracy: `N / (C n_c)` where it is right, 0 where it is wrong, with `C` classes that have examples and `n_c` of the
 * example's own. Their mean is the mean over classes of the share that is right.
 * @param right `[N]`, 1 or 0; `labels` likewise, of any kind.
 * @throws GraftError `invalid-shape` when the lengths differ, `invalid-data` when there are none.
 */
export function balancedParts(right: ArrayLike<number>, labels: ArrayLike<number | string>): Float64Array {
  requirePairs(right, labels, 'labels');
  const counts = new Map<number | string, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i] as number, (counts.get(labels[i] as number) ?? 0) + 1);
  return Float64Array.from(right, (value, i) => (value * right.length) / (counts.size * (counts.get(labels[i] as number) as number)));
}

/** Balanced accuracy of the examples at some positions, over the classes that have any among them. */
export function balancedOf(right: ArrayLike<number>, labels: ArrayLike<number | string>): Statistic {
  return (rows) => {
    const classes = new Map<number | string, { right: number; count: number }>();
    for (const row of rows) {
      const label = labels[row] as number | string;
      const own = classes.get(label) ?? { right: 0, count: 0 };
      if (own.count === 0) classes.set(label, own);
      own.right += right[row] as number;
      own.count++;
    }
    let sum = 0;
    for (const own of classes.values()) sum += own.right / own.count;
    return sum / classes.size;
  };
}

/** Balanced accuracy with its interval, by a bootstrap within each class, or of groups. @throws GraftError as {@link balancedParts}, and as `bootstrap`. */
export function balancedInterval(right: ArrayLike<number>, labels: ArrayLike<number | string>, groups?: BootstrapOptions['groups']): Interval {
  if (groups) return bootstrap(balancedOf(right, labels), right.length, { groups, range: [0, 1] });
  const numbers = new Map<number | string, number>();
  const strata = Int32Array.from({ length: labels.length }, (_, i) => {
    const label = labels[i] as number | string;
    if (!numbers.has(label)) numbers.set(label, numbers.size);
    return numbers.get(label) as number;
  });
  return bootstrapMean(balancedParts(right, labels), { strata, range: [0, 1] });
}
