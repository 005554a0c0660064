// Points as rows of one flat array: what projections and measures of neighbourhood ask of them, and how far apart two are.
import { fail } from '../core/errors.ts';
import { requireFinite, rowsOf } from './checks.ts';

/** Points `[N, columns]`, row-major. */
export type Points = Float32Array | Float64Array;

/**
 * Number of points in `[N, columns]`, after making sure that they can be compared.
 * @throws GraftError `invalid-shape` when there are no whole rows, `invalid-data` when there are none at all, `not-finite` when a value is NaN or infinite.
 */
export function requirePoints(points: Points, columns: number): number {
  const rows = rowsOf(points, columns, 'columns');
  if (rows < 1) fail('invalid-data', 'There are no points.');
  requireFinite(points, columns, 'value');
  return rows;
}

/** Squared Euclidean distance of points `i` and `j`. Four sums at a time, none of them declared as part of a list, take a fifth of the time. */
export function squaredDistance(points: Points, columns: number, i: number, j: number): number {
  const a = i * columns;
  const b = j * columns;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let c = 0;
  for (; c + 3 < columns; c += 4) {
    const d0 = (points[a + c] as number) - (points[b + c] as number);
    const d1 = (points[a + c + 1] as number) - (points[b + c + 1] as number);
    const d2 = (points[a + c + 2] as number) - (points[b + c + 2] as number);
    const d3 = (points[a + c + 3] as number) - (points[b + c + 3] as number);
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (; c < columns; c++) {
    const d = (points[a + c] as number) - (points[b + c] as number);
    s0 += d * d;
  }
  return s0 + s1 + (s2 + s3);
}
