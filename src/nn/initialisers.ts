// Initial parameter values: shape, fans and a random stream in, numbers out. Called by `Scope.parameter` while a model is built.
import { fail } from '../core/errors.ts';
import { knownOptions, type OptionKinds } from '../core/known-options.ts';
import type { Stream } from '../core/rng.ts';
import { sizeOf } from '../core/tensor.ts';

/** How many inputs meet in one output, and outputs in one input, through a weight. */
export interface Fans {
  readonly in: number;
  readonly out: number;
}

/** Draws the values of a parameter of this shape, row-major. */
export type Initialiser = (shape: readonly number[], fans: Fans, source: Stream) => Float32Array;

const filled =
  (value: number): Initialiser =>
  (shape) =>
    new Float32Array(sizeOf(shape)).fill(value);

/** All 0: biases. */
export const zeros: Initialiser = filled(0);
/** All 1: scales of normalisation layers. */
export const ones: Initialiser = filled(1);
/** All `value`. */
export function constant(value: number): Initialiser {
  return filled(value);
}

/** Normal with mean 0 and this deviation. */
export function normal(deviation: number): Initialiser {
  return (shape, _, source) => source.normals(sizeOf(shape)).map((x) => x * deviation);
}

/** Uniform in [-bound, bound). */
export function uniform(bound: number): Initialiser {
  return (shape, _, source) => source.uniforms(sizeOf(shape)).map((x) => (2 * x - 1) * bound);
}

/** Deviation of a standard normal cut off beyond two deviations. */
const TRUNCATED_DEVIATION = 0.8796256610342398;

/** Normal with mean 0, cut off beyond two deviations of the uncut one and widened so that its own deviation is `deviation`. */
export function truncatedNormal(deviation: number): Initialiser {
  return (shape, _, source) => source.truncatedNormals(sizeOf(shape)).map((x) => (x * deviation) / TRUNCATED_DEVIATION);
}

const scaled =
  (variance: (fans: Fans) => number, draw: (deviation: number) => Initialiser): Initialiser =>
  (shape, fans, source) =>
    draw(Math.sqrt(variance(fans)))(shape, fans, source);
const uniformOf = (deviation: number) => uniform(deviation * Math.sqrt(3));
const glorot = (fans: Fans) => 2 / (fans.in + fans.out);

/** Variance 2 / (in + out) (Glorot & Bengio 2010, eq. 16). */
export const glorotUniform: Initialiser = scaled(glorot, uniformOf);
/** As {@link glorotUniform}, of the same variance, but normal. */
export const glorotNormal: Initialiser = scaled(glorot, normal);

/** Variance 2 / in, for layers followed by ReLU (He et al. 2015, eq. 10). */
export const heUniform: Initialiser = scaled((fans) => 2 / fans.in, uniformOf);
/** As {@link heUniform}, of the same variance, but normal. */
export const heNormal: Initialiser = scaled((fans) => 2 / fans.in, normal);

/** He's variance for a leaky ReLU of this slope, 2 / ((1 + slope^2) fan) (eq. 15), over the inputs, or the outputs to keep gradients even. */
export function he(options: { slope?: number; fan?: keyof Fans } = {}): Initialiser {
  const kinds: OptionKinds<typeof options> = { slope: 'number', fan: ['in', 'out'] };
  knownOptions(options, kinds, 'he');
  const { slope = 0, fan = 'in' } = options;
  return scaled((fans) => 2 / ((1 + slope ** 2) * fans[fan]), normal);
}

/** Variance 1 / in (LeCun et al. 1998, eq. 16). */
export const lecunUniform: Initialiser = scaled((fans) => 1 / fans.in, uniformOf);
/** As {@link lecunUniform}, of the same variance, but normal. */
export const lecunNormal: Initialiser = scaled((fans) => 1 / fans.in, normal);

/**
 * The first axis against all others as a matrix with orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al. 2014): Gram-Schmidt,
 * twice for accuracy, on normal draws.
 * @throws GraftError `invalid-argument` for fewer than two axes.
 */
export function orthogonal(gain = 1): Initialiser {
  return (shape, _, source) => {
    if (shape.length < 2) fail('invalid-argument', `Orthogonal values need at least two axes; the shape is [${shape.join(', ')}].`);
    const rows = shape[0] as number;
    const columns = sizeOf(shape) / rows;
    const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
    const draws = Float64Array.from(source.normals(count * length));
    const vectors = Array.from({ length: count }, (_, i) => draws.subarray(i * length, (i + 1) * length));
    vectors.forEach((vector, i) => {
      for (const _pass of [0, 1]) for (const other of vectors.slice(0, i)) subtractProjection(vector, other);
      const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
      for (let k = 0; k < length; k++) (vector as Float64Array)[k] = (vector[k] as number) / norm;
    });
    const values = new Float32Array(rows * columns);
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < length; k++)
        values[rows <= columns ? i * columns + k : k * columns + i] = gain * ((vectors[i] as Float64Array)[k] as number);
    }
    return values;
  };
}

function subtractProjection(vector: Float64Array, unit: Float64Array): void {
  let dot = 0;
  for (let k = 0; k < vector.length; k++) dot += (vector[k] as number) * (unit[k] as number);
  for (let k = 0; k < vector.length; k++) vector[k] = (vector[k] as number) - dot * (unit[k] as number);
}
