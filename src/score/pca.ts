// Principal components: points come in, the directions of their greatest variance and each point's place along them leave. Called for maps of features.
import { fail } from '../core/errors.ts';
import { stream } from '../core/rng.ts';
import { requirePoints } from './points.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** The first k components of N points with D columns. */
export interface PrincipalComponents {
  /** `[N, k]`: how far each point lies along each component, from the mean. */
  readonly places: Float64Array;
  /** `[k, D]`: unit vectors, at right angles; the largest element of each is positive. Zero where the points do not spread any further. */
  readonly components: Float64Array;
  /** `[k]`: variance along each component, greatest first, with N - 1 below. */
  readonly variances: Float64Array;
  /** `[D]`. */
  readonly mean: Float64Array;
  /** Variance over all columns: what `variances` are shares of. */
  readonly total: number;
}

/** More directions than asked for are followed: the wanted ones then settle in few passes. */
const OVERSAMPLING = 10;
const MOST_PASSES = 20;
/** Passes end when no wanted variance moved by more than this share of the greatest; directions are then right to about its root. */
const SETTLED = 1e-12;

/**
 * By subspace iteration from random directions, always the same ones (Halko, Martinsson and Tropp, "Finding Structure with Randomness", 2011, algorithm 4.4,
 * run until it settles, at most 20 passes). One to three seconds for 2,000 points of 1,280 columns.
 * @param points `[N, columns]`.
 * @param count number of components k.
 * @throws GraftError `invalid-argument` when `count` is not in 1..min(N, columns); `invalid-shape` without whole rows; `not-finite`.
 */
export function principalComponents(points: Float32Array, columns: number, count: number): PrincipalComponents {
  const rows = requirePoints(points, columns);
  const most = Math.min(rows, columns);
  if (!Number.isInteger(count) || count < 1 || count > most)
    fail(
      'invalid-argument',
      `\`count\` (=${count}) of principal components must be a whole number in 1..${most} for ${rows} points of ${columns} columns.`,
    );
  const { mean, centred, squares } = centre(points, rows, columns);
  const width = Math.min(count + OVERSAMPLING, most);
  const degrees = Math.max(1, rows - 1);

  let basis: Float64Array = Float64Array.from(stream(0, 'principal-components').normals(width * columns));
  let before: Float64Array = new Float64Array(width);
  for (let pass = 0; ; pass++) {
    orthonormalise(basis, columns);
    const along = placesAlong(centred, basis, columns);
    const { values, vectors } = symmetricEigen(products(along, width), width);
    if (pass === MOST_PASSES || isSettled(values, before, count)) {
      const turned = multiply(vectors.subarray(0, count * width), basis, width, columns);
      const components = signed(turned, columns);
      const variances = values.slice(0, count).map((value) => Math.max(0, value) / degrees);
      return { places: placesAlong(centred, components, columns), components, variances, mean, total: squares / degrees };
    }
    before = values;
    basis = gathered(centred, along, columns, width);
  }
}

function centre(points: Float32Array, rows: number, columns: number): { mean: Float64Array; centred: Float64Array; squares: number } {
  const mean = new Float64Array(columns);
  points.forEach((value, i) => {
    mean[i % columns] = (mean[i % columns] as number) + value / rows;
  });
  const centred = Float64Array.from(points, (value, i) => value - (mean[i % columns] as number));
  return { mean, centred, squares: centred.reduce((sum, value) => sum + value * value, 0) };
}

/** Gram and Schmidt, each vector twice, which keeps right angles to rounding. What depends on the vectors before it becomes zero. */
function orthonormalise(vectors: Float64Array, length: number): void {
  for (let at = 0; at < vectors.length; at += length) {
    const own = vectors.subarray(at, at + length);
    const size = Math.sqrt(dot(own, own));
    for (let round = 0; round < 2; round++) {
      for (let before = 0; before < at; before += length) {
        const other = vectors.subarray(before, before + length);
        add(own, other, -dot(own, other));
      }
    }
    const left = Math.sqrt(dot(own, own));
    const factor = left > 1e-12 * size ? 1 / left : 0;
    for (let c = 0; c < length; c++) own[c] = (own[c] as number) * factor;
  }
}

/** `centred [N, D]` times the transposed `basis [w, D]`: `[N, w]`. */
function placesAlong(centred: Float64Array, basis: Float64Array, columns: number): Float64Array {
  const width = basis.length / columns;
  const directions = Array.from({ length: width }, (_, w) => basis.subarray(w * columns, (w + 1) * columns));
  const out = new Float64Array((centred.length / columns) * width);
  for (let row = 0; row < out.length / width; row++) {
    const point = centred.subarray(row * columns, (row + 1) * columns);
    directions.forEach((direction, w) => {
      out[row * width + w] = dot(point, direction);
    });
  }
  return out;
}

/** The transposed `along [N, w]` times `centred [N, D]`: `[w, D]`. */
function gathered(centred: Float64Array, along: Float64Array, columns: number, width: number): Float64Array {
  const out = new Float64Array(width * columns);
  for (let row = 0; row < along.length / width; row++) {
    const point = centred.subarray(row * columns, (row + 1) * columns);
    for (let w = 0; w < width; w++) add(out.subarray(w * columns, (w + 1) * columns), point, along[row * width + w] as number);
  }
  return out;
}

/** The transposed `along [N, w]` times itself: `[w, w]`. */
function products(along: Float64Array, width: number): Float64Array {
  const out = new Float64Array(width * width);
  for (let at = 0; at < along.length; at += width) {
    const row = along.subarray(at, at + width);
    for (let w = 0; w < width; w++) add(out.subarray(w * width, (w + 1) * width), row, row[w] as number);
  }
  return out;
}

/** `a [m, w]` times `b [w, n]`. */
function multiply(a: Float64Array, b: Float64Array, w: number, n: number): Float64Array {
  const out = new Float64Array((a.length / w) * n);
  a.forEach((factor, i) => {
    const row = Math.floor(i / w);
    const from = (i % w) * n;
    add(out.subarray(row * n, (row + 1) * n), b.subarray(from, from + n), factor);
  });
  return out;
}

/** Turns each vector so that its largest element is positive: which way it points is otherwise left to chance. */
function signed(vectors: Float64Array, length: number): Float64Array {
  for (let at = 0; at < vectors.length; at += length) {
    const own = vectors.subarray(at, at + length);
    const largest = own.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    if (largest < 0) for (let c = 0; c < length; c++) own[c] = -(own[c] as number);
  }
  return vectors;
}

function isSettled(values: Float64Array, before: Float64Array, count: number): boolean {
  const limit = SETTLED * (values[0] as number);
  return values.subarray(0, count).every((value, i) => Math.abs(value - (before[i] as number)) <= limit);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Adds `factor` times `b` to `a`. */
function add(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) + factor * (b[i] as number);
}
