// What a map keeps of the points it was made from: points, places on the map and groups come in, numbers leave. Called by reports, beside the maps.
import { fail } from '../core/errors.ts';
import { neighbourAgreementOf } from './label-free/agreement.ts';
import { type Points, requirePoints, squaredDistance } from './points.ts';

/**
 * Trustworthiness of a map, `1 - 2 / (N k (2N - 3k - 1)) * sum_i sum_j (rank(i, j) - k)` over the j that are among the k nearest of i on the map but not
 * among the points: 1 where neighbours on the map are neighbours indeed, about 0.5 where they are anyone (Venna and Kaski, ICANN 2001).
 * @param points `[N, columns]`.
 * @param places `[N, 2]`.
 * @param neighbours k, below N / 2; default 5.
 * @throws GraftError `invalid-shape` when there is not one place for each point, `invalid-argument` for another `neighbours`, `not-finite`.
 */
export function trustworthiness(points: Points, columns: number, places: Points, neighbours = 5): number {
  const rows = requirePoints(points, columns);
  if (requirePoints(places, 2) !== rows) fail('invalid-shape', `There are ${rows} points but ${places.length / 2} places; give one for each point.`);
  requireNeighbours(neighbours, rows);
  let penalty = 0;
  for (let i = 0; i < rows; i++) {
    const ranks = new Int32Array(rows);
    byDistance(points, columns, i).forEach((j, place) => {
      ranks[j] = place + 1;
    });
    for (const j of byDistance(places, 2, i).subarray(0, neighbours)) penalty += Math.max(0, (ranks[j] as number) - neighbours);
  }
  return 1 - (2 * penalty) / (rows * neighbours * (2 * rows - 3 * neighbours - 1));
}

/**
 * How well groups lie apart: the mean share of each point's k nearest others that are of its own group.
 * @param points `[N, columns]`, or the places of a map with 2 columns.
 * @param groups `[N]`.
 * @param neighbours k, below N / 2; default 5.
 * @throws GraftError `invalid-shape` when there is not one group for each point, `invalid-argument` for another `neighbours`, `not-finite`.
 */
export function neighbourAgreement(points: Points, columns: number, groups: ArrayLike<number>, neighbours = 5): number {
  const rows = requirePoints(points, columns);
  if (groups.length !== rows) fail('invalid-shape', `There are ${rows} points but ${groups.length} groups; give one for each point.`);
  requireNeighbours(neighbours, rows);
  const nearest = new Int32Array(rows * neighbours);
  for (let i = 0; i < rows; i++) nearest.set(byDistance(points, columns, i).subarray(0, neighbours), i * neighbours);
  return neighbourAgreementOf(groups, nearest);
}

/** All other points, the nearest first; the lower index among equals. */
function byDistance(points: Points, columns: number, own: number): Int32Array {
  const rows = points.length / columns;
  const distances = Float64Array.from({ length: rows }, (_, j) => squaredDistance(points, columns, own, j));
  return Int32Array.from({ length: rows }, (_, j) => j)
    .filter((j) => j !== own)
    .sort((a, b) => (distances[a] as number) - (distances[b] as number) || a - b);
}

function requireNeighbours(neighbours: number, rows: number): void {
  if (!Number.isInteger(neighbours) || neighbours < 1 || neighbours >= rows / 2)
    fail('invalid-argument', `\`neighbours\` (=${neighbours}) must be a whole number of at least 1 and below half of the ${rows} points.`);
}
