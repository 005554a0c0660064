// Labels -> strata: what each part is to have its share of. Called by `splitRows`.
import type { Units } from './units.ts';

/** Quantiles of a target at most, and units that each holds at least. */
const MOST_QUANTILES = 10;
const UNITS_EACH = 20;

/** For each row its stratum, from 0: its class; the quantile of its target among the units' rows; 0 without labels. Rows of no unit have 0. */
export function strataOf(labels: Int32Array | Float64Array | undefined, length: number, { rows, count }: Units): Int32Array {
  if (labels instanceof Int32Array) return labels;
  const strata = new Int32Array(length);
  if (!labels) return strata;
  const quantiles = Math.min(MOST_QUANTILES, Math.floor(count / UNITS_EACH));
  const order = rows.slice().sort((a, b) => (labels[a] as number) - (labels[b] as number) || a - b);
  order.forEach((row, rank) => {
    const before = order[rank - 1] ?? row;
    // Equal targets are not torn apart.
    strata[row] = rank > 0 && labels[before] === labels[row] ? (strata[before] as number) : Math.floor((rank * quantiles) / order.length);
  });
  return strata;
}
