// The nearest rows of each row by the angle between them: features in, a graph of neighbours out. Called by methods that smooth, and by label-free validators.
import type { Tensor } from '../../../core/tensor.ts';
import { takeRows } from '../../../data/rows.ts';
import { product, unitRows } from './products.ts';

/** For each of N rows its k nearest others. */
export interface Neighbours {
  readonly k: number;
  /** `[N, k]`, the nearest first. */
  readonly rows: Int32Array;
  /** Cosine of the angle to each, `[N, k]`. */
  readonly cosines: Float32Array;
}

/** Rows compared with all others at a time. */
const BLOCK = 512;

/**
 * The `k` nearest of each row, by the angle between them, compared a block at a time.
 * @param features `[N, D]`.
 * @param k at most N - 1 are found.
 */
export async function nearestRows(features: Tensor<'float32'>, k: number): Promise<Neighbours> {
  const units = unitRows(features);
  const length = units.dims[0] as number;
  const most = Math.min(k, length - 1);
  const rows = new Int32Array(length * most);
  const cosines = new Float32Array(length * most);
  for (let from = 0; from < length; from += BLOCK) {
    const own = Int32Array.from({ length: Math.min(BLOCK, length - from) }, (_, i) => from + i);
    const { data } = await product(takeRows(units, own), units, { transB: true });
    own.forEach((row, i) => {
      const near = nearest(data.subarray(i * length, (i + 1) * length), most, row);
      rows.set(near, row * most);
      near.forEach((other, n) => {
        cosines[row * most + n] = data[i * length + other] as number;
      });
    });
  }
  return { k: most, rows, cosines };
}

/** Places of the `k` greatest values but that at `own`, the greatest first; the lower place among equals. */
function nearest(values: Float32Array, k: number, own: number): Int32Array {
  const places = new Int32Array(k);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (i === own || (count === k && value <= (values[places[k - 1] as number] as number))) continue;
    let at = count < k ? count++ : k - 1;
    while (at > 0 && value > (values[places[at - 1] as number] as number)) {
      places[at] = places[at - 1] as number;
      at--;
    }
    places[at] = i;
  }
  return places;
}

/**
 * Each row's probabilities averaged with those of its nearest rows, weighted by their cosines, `rounds` times.
 * @param probabilities `[N, classes]`.
 */
export function smoothed(probabilities: Float64Array, classes: number, { k, rows, cosines }: Neighbours, nearest: number, rounds = 1): Float64Array {
  const length = probabilities.length / classes;
  const used = Math.min(nearest, k);
  let current = probabilities;
  for (let round = 0; round < rounds; round++) {
    const next = new Float64Array(current.length);
    for (let row = 0; row < length; row++) {
      let whole = 1;
      for (let c = 0; c < classes; c++) next[row * classes + c] = current[row * classes + c] as number;
      for (let n = 0; n < used; n++) {
        const weight = Math.max(0, cosines[row * k + n] as number);
        const other = rows[row * k + n] as number;
        whole += weight;
        for (let c = 0; c < classes; c++)
          next[row * classes + c] = (next[row * classes + c] as number) + weight * (current[other * classes + c] as number);
      }
      for (let c = 0; c < classes; c++) next[row * classes + c] = (next[row * classes + c] as number) / whole;
    }
    current = next;
  }
  return current;
}
