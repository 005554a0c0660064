// Targets of a regression in units of their deviation, as models learn them in float32, and back again in float64. Called by the plan, the verdict and evaluation.
import { type Tensor, tensor } from '../core/tensor.ts';

/** What turns scores into targets, one number a target. */
export interface Scale {
  readonly factor: readonly number[];
  readonly offset: readonly number[];
}

/** Mean and deviation of targets `[N, D]`. */
export function scaleOf({ dims, data }: Tensor): Scale {
  const [length = 0, width = 0] = dims;
  const values = Array.from({ length: width }, (_, c) => Array.from({ length }, (_, i) => Number(data[i * width + c])));
  const offset = values.map((column) => column.reduce((sum, value) => sum + value, 0) / length);
  const factor = values.map((column, c) => Math.sqrt(column.reduce((sum, value) => sum + (value - (offset[c] as number)) ** 2, 0) / length) || 1);
  return { factor, offset };
}

/** Targets `[N, D]` as the model learns them: taken from the offset in float64, so that what differs between large ones is left. */
export function scaled({ dims, data }: Tensor, scale: Scale): Tensor<'float32'> {
  return tensor('float32', dims, Float32Array.from(inDeviations(data as Float64Array, scale)));
}

/** Amounts in units of their deviation, `[N * D]`. */
export function inDeviations(amounts: ArrayLike<number>, { factor, offset }: Scale): Float64Array {
  const width = factor.length;
  return Float64Array.from(amounts, (value, i) => (value - (offset[i % width] as number)) / (factor[i % width] as number));
}

/** The amounts that scores `[N * D]` mean. */
export function amountsOf(scores: ArrayLike<number>, { factor, offset }: Scale): Float64Array {
  const width = factor.length;
  return Float64Array.from(scores, (score, i) => score * (factor[i % width] as number) + (offset[i % width] as number));
}
