// Numbers that lie far outside of all others: slips of a sensor, or what stands for a missing value. Called by what is said of data, by the numbers
// that columns become, and where features of domains are brought into units.

/** From the least to the most. */
export type Range = readonly [least: number, most: number];

/** No more than this share of a column's values can lie far out on each side. */
const SHARE = 0.1;
/** A gap that is so many times as wide as all values on its inner side has what is far out on its outer side. */
const GAP = 2;

/** Where values lie far out: the range of the others, and the one that all are brought into. */
export interface FarOut {
  readonly others: Range;
  /** Half as wide again on the side where some lie far out: such values stay unlike the others, and move mean and deviation little. */
  readonly bounds: Range;
}

/**
 * At most a tenth of the values on each side lie far out, behind a gap that is twice as wide as the range of those before it, the other side's tenth left out. Of normal
 * values these lie some ten deviations from the mean; a long tail has no such gap, and where the middle eight tenths are all the same nothing is far out.
 * @param values NaN where one is missing.
 */
export function farOutOf(values: Float64Array): FarOut | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const [least, most] = [-mostOf(Float64Array.from(sorted, (value) => -value).reverse()), mostOf(sorted)];
  if (least === first && most === last) return undefined;
  const beyond = (most - least) / 2;
  return { others: [least, most], bounds: [Math.max(first, least - beyond), Math.min(last, most + beyond)] };
}

function mostOf(sorted: Float64Array): number {
  const last = sorted.length - 1;
  const aside = Math.floor(sorted.length * SHARE);
  const [low = 0, high = 0] = [sorted[aside], sorted[last - aside]];
  if (high > low)
    for (let i = last - aside; i < last; i++) {
      const [value, next] = [sorted[i] as number, sorted[i + 1] as number];
      if (next - value > GAP * (value - low)) return value;
    }
  return sorted[last] as number;
}

/** The nearest value of the range; missing ones stay so. */
export const within = (value: number, [least, most]: Range): number => Math.min(Math.max(value, least), most);
