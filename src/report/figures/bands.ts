// Runs of one series, one for each seed, as a single line with a band: points come in, at most a few hundred leave. Called by the line chart.

/** Values over a count such as updates, in ascending order; `x` and `y` of one length. Values that are not finite leave a gap. */
export interface Run {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** The values of all runs at, or near, one x. `mean` is NaN where none is finite. */
export interface BandPoint {
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** More points than this cannot be told apart in a figure of the report. */
export const MOST_POINTS = 240;

/**
 * Mean, lowest and highest value at each x over the runs that have one there. Where there are more than {@link MOST_POINTS} different x, they are
 * gathered in that many ranges of equal width, so that a spike stays visible in the band.
 */
export function band(runs: readonly Run[]): BandPoint[] {
  const points = runs.flatMap(({ x, y }) => Array.from(x, (at, i) => ({ x: at, y: y[i] ?? Number.NaN }))).filter((point) => Number.isFinite(point.x));
  const places = new Set(points.map((point) => point.x));
  const exact = places.size <= MOST_POINTS;
  const [from, to] = extent(places);
  const key = (x: number) => (exact ? x : Math.min(MOST_POINTS - 1, Math.floor(((x - from) / (to - from)) * MOST_POINTS)));

  const groups = new Map<number, { count: number; x: number; finite: number; sum: number; low: number; high: number }>();
  for (const { x, y } of points) {
    let group = groups.get(key(x));
    if (!group) {
      group = { count: 0, x: 0, finite: 0, sum: 0, low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
      groups.set(key(x), group);
    }
    group.count++;
    group.x += x;
    if (!Number.isFinite(y)) continue;
    group.finite++;
    group.sum += y;
    group.low = Math.min(group.low, y);
    group.high = Math.max(group.high, y);
  }
  return [...groups.values()]
    .map(({ count, x, finite, sum, low, high }) => {
      const known = finite > 0;
      return { x: x / count, mean: sum / finite, low: known ? low : Number.NaN, high: known ? high : Number.NaN };
    })
    .sort((a, b) => a.x - b.x);
}

/** Lowest and highest; infinite and reversed where there is nothing. */
export function extent(values: Iterable<number>): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
