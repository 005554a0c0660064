// The value below which a share of some numbers lies. Called by intervals and by reports.

/** Of numbers in ascending order, interpolated between neighbours; `share` is 0..1. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number];
  return below + (place - Math.floor(place)) * (above - below);
}
