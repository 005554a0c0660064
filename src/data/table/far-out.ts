// Numbers that lie far outside of all others: slips of a sensor, or what stands for a missing value. Called by what is said of data, by the numbers that columns
// become, and where features of domains are brought into units.

/** What values are brought into; null where nothing bounds that side. */
export type Bounds = readonly [least: number | null, most: number | null];

/** Where some values lie far out. */
export interface FarOut {
  /** The range of the others. */
  readonly others: readonly [least: number, most: number];
  /** Half a range beyond the others, on the side where some lie far out: they stay unlike the others, and move mean and deviation little. */
  readonly bounds: Bounds;
}

/** A gap that is so many times as wide as all values on its inner side has what is far out on its outer side: a tail may be long, and what is far out may be what counts. */
const GAP = 20;
/** So many times where units are made of what the values are: three of ninety rows that lie 60 deviations away, and nothing else counts. */
export const GAP_OF_UNITS = 5;
/** So many times where there is one value behind it, several times, which stands for something else than a number. */
const GAP_OF_ONE = 2;
/** No more than these shares of a column's values lie far out on a side: of any values, of one. */
const [SHARE, SHARE_OF_ONE] = [0.1, 0.5];

/**
 * The width of the values on the inner side of a gap is that without the tenth on the other side. Where half of them are all the same, nothing is far out: there is no scale.
 * @param values NaN where one is missing.
 */
export function farOutOf(values: Float64Array, gap = GAP): FarOut | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const most = mostOf(sorted, gap);
  const negative = mostOf(sorted.map((value) => -value).reverse(), gap);
  if (most === undefined && negative === undefined) return undefined;
  const others = [negative === undefined ? (sorted[0] as number) : -negative, most ?? (sorted.at(-1) as number)] as const;
  const beyond = (others[1] - others[0]) / 2;
  return { others, bounds: [negative === undefined ? null : others[0] - beyond, most === undefined ? null : others[1] + beyond] };
}

/** The greatest of the others, where some lie far out above it. */
function mostOf(sorted: Float64Array, gap: number): number | undefined {
  const last = sorted.length - 1;
  let inner = last;
  while (inner >= 0 && sorted[inner] === sorted[last]) inner--;
  const same = last - inner;
  if (same > 1 && same <= SHARE_OF_ONE * sorted.length && isApart(sorted, inner, GAP_OF_ONE)) return sorted[inner];
  for (let i = last - Math.floor(sorted.length * SHARE); i < last; i++) if (isApart(sorted, i, gap)) return sorted[i];
  return undefined;
}

/** Whether the values behind the place `i` lie so far from those up to it. */
function isApart(sorted: Float64Array, i: number, gap: number): boolean {
  const at = (share: number) => sorted[Math.floor(share * i)] as number;
  const value = sorted[i] as number;
  return at(0.25) < at(0.75) && (sorted[i + 1] as number) - value > gap * (value - at(0.1));
}

/** Bounds of several domains' values, so wide that none brings nearer what another one holds among its others; nothing where none has any far out. */
export function commonBounds(domains: readonly Float64Array[]): Bounds | undefined {
  const found = domains.map((values) => farOutOf(values, GAP_OF_UNITS)?.bounds);
  const most = (side: 0 | 1, sign: 1 | -1): number | null => {
    if (found.every((bounds) => (bounds?.[side] ?? null) === null)) return null;
    const ends = domains.map((values, i) => {
      const end = found[i]?.[side] ?? null;
      if (end !== null) return sign * end;
      return values.reduce((far, value) => (Number.isNaN(value) ? far : Math.max(far, sign * value)), Number.NEGATIVE_INFINITY);
    });
    return sign * Math.max(...ends);
  };
  const bounds = [most(0, -1), most(1, 1)] as const;
  return bounds[0] === null && bounds[1] === null ? undefined : bounds;
}

/** The nearest value within the bounds; missing ones stay so. */
export const within = (value: number, [least, most]: Bounds): number =>
  Math.min(Math.max(value, least ?? Number.NEGATIVE_INFINITY), most ?? Number.POSITIVE_INFINITY);
