// Targets of a regression in units of their deviation, as models learn them. Called by the plan.
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

/** Targets as the model learns them. */
export function scaled({ dims, data }: Tensor, { factor, offset }: Scale): Tensor {
  const width = factor.length;
  const values = Float32Array.from(data as Float32Array, (value, i) => (value - (offset[i % width] as number)) / (factor[i % width] as number));
  return tensor('float32', dims, values);
}
