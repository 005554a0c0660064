// Eigenvalues of a small symmetric matrix: its elements come in, values and vectors leave. Called by the principal components.

/** What {@link symmetricEigen} finds, greatest value first. */
export interface Eigen {
  readonly values: Float64Array;
  /** `[size, size]`: row i is the unit vector of value i. */
  readonly vectors: Float64Array;
}

/** Convergence is quadratic: a handful of sweeps is enough for any matrix that fits in memory. */
const MOST_SWEEPS = 30;

/** By cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, section 8.5). `matrix` is `[size, size]` and symmetric. */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  for (let sweep = 0; sweep < MOST_SWEEPS && !isDiagonal(a, size); sweep++) {
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  }
  const order = Array.from({ length: size }, (_, i) => i).sort((i, j) => (a[j * size + j] as number) - (a[i * size + i] as number));
  const sorted = new Float64Array(size * size);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * size, (from + 1) * size), to * size);
  });
  return { values: Float64Array.from(order, (i) => a[i * size + i] as number), vectors: sorted };
}

/** Makes element (p, q) zero. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const off = a[p * size + q] as number;
  if (off === 0) return;
  const theta = ((a[q * size + q] as number) - (a[p * size + p] as number)) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cos = 1 / Math.hypot(t, 1);
  const sin = t * cos;
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q, cos, sin);
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k, cos, sin);
  for (let k = 0; k < size; k++) turn(vectors, p * size + k, q * size + k, cos, sin);
}

function turn(values: Float64Array, i: number, j: number, cos: number, sin: number): void {
  const [x, y] = [values[i] as number, values[j] as number];
  values[i] = cos * x - sin * y;
  values[j] = sin * x + cos * y;
}

function isDiagonal(a: Float64Array, size: number): boolean {
  let [diagonal, others] = [0, 0];
  a.forEach((value, i) => {
    if (i % (size + 1) === 0) diagonal += value * value;
    else others += value * value;
  });
  return others <= Number.EPSILON ** 2 * diagonal;
}
