// Covariances and the square roots of symmetric matrices, by products alone. Called by methods that map one domain's covariance to another's.
import { fail } from '../../../core/errors.ts';
import { type Tensor, tensor } from '../../../core/tensor.ts';
import { identity, product } from './products.ts';

/** A mean and a covariance. */
export interface Moments {
  /** `[D]`. */
  readonly mean: Float32Array;
  /** `[D, D]`, divided by N. */
  readonly covariance: Tensor<'float32'>;
}

/** Of rows `[N, D]`, with `ridge` added to the diagonal of the covariance. */
export async function momentsOf({ dims, data }: Tensor<'float32'>, ridge: number): Promise<Moments> {
  const [length = 0, width = 0] = dims;
  const sums = new Float64Array(width);
  for (let i = 0; i < data.length; i++) sums[i % width] = (sums[i % width] as number) + (data[i] as number);
  const mean = Float32Array.from(sums, (sum) => sum / length);
  const scale = 1 / Math.sqrt(length);
  const centred = tensor(
    'float32',
    dims,
    data.map((value, i) => (value - (mean[i % width] as number)) * scale),
  );
  const covariance = await product(centred, centred, { transA: true });
  for (let d = 0; d < width; d++) covariance.data[d * width + d] = (covariance.data[d * width + d] as number) + ridge;
  return { mean, covariance };
}

/** Where the residual stops falling, rounding has the upper hand. */
const MOST_STEPS = 60;

/**
 * The square root of a symmetric positive definite matrix and the root's inverse, by the coupled Newton iteration of Denman and Beavers in the form of products
 * (Higham 2008, Functions of Matrices, equation 6.35).
 * @throws GraftError `aborted` when the signal says so.
 */
export async function rootsOf(
  matrix: Tensor<'float32'>,
  signal?: AbortSignal,
): Promise<{ readonly root: Tensor<'float32'>; readonly inverse: Tensor<'float32'> }> {
  const size = matrix.dims[0] as number;
  // Brought to eigenvalues within (0, 1], where the iteration converges: no eigenvalue exceeds the greatest sum of a row's sizes.
  let norm = 0;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += Math.abs(matrix.data[i * size + j] as number);
    norm = Math.max(norm, sum);
  }
  let y = scaled(matrix, 1 / norm);
  let z = identity(size);
  let before = Number.POSITIVE_INFINITY;
  for (let step = 0; step < MOST_STEPS; step++) {
    if (signal?.aborted) fail('aborted', 'Adaptation was stopped.');
    const zy = await product(z, y);
    const residual = distanceFromIdentity(zy);
    if (residual < 1e-5 * size || (residual >= before && step > 5 && residual < 0.1 * size)) break;
    before = residual;
    const half = towardsIdentity(zy);
    [y, z] = [await product(y, half), await product(half, z)];
  }
  return { root: scaled(y, Math.sqrt(norm)), inverse: scaled(z, 1 / Math.sqrt(norm)) };
}

function scaled({ dims, data }: Tensor<'float32'>, factor: number): Tensor<'float32'> {
  return tensor(
    'float32',
    dims,
    Float32Array.from(data, (value) => value * factor),
  );
}

/** `(3 I - A) / 2`. */
function towardsIdentity({ dims, data }: Tensor<'float32'>): Tensor<'float32'> {
  const size = dims[0] as number;
  const out = Float32Array.from(data, (value) => -value / 2);
  for (let i = 0; i < size; i++) out[i * size + i] = (out[i * size + i] as number) + 1.5;
  return tensor('float32', dims, out);
}

/** Sum of squares of `A - I`. */
function distanceFromIdentity({ dims, data }: Tensor<'float32'>): number {
  const size = dims[0] as number;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += ((data[i] as number) - (i % (size + 1) === 0 ? 1 : 0)) ** 2;
  return sum;
}
