// A backbone's features with axes of their own -> one vector for each input. Called by the predictor.
import { fail } from '../core/errors.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import type { Tensors } from '../runtime/session.ts';
import type { Backbone } from './load-backbone.ts';

/** Rows of `[N, C]` as they are, of an image's `[N, C, ...]` the mean over places, of a text's `[N, L, D]` what the record says, over real tokens alone. */
export function pooled(features: Tensor<'float32'>, { kind, input, record }: Backbone, feeds: Tensors): Float32Array[] {
  const [batch = 0] = features.dims;
  const size = sizeOf(features.dims.slice(1));
  const rows = Array.from({ length: batch }, (_, n) => features.data.subarray(n * size, (n + 1) * size));
  const vectors = rows.map((row, n) => {
    if (features.dims.length === 2) return row.slice();
    if (kind === 'image' && features.dims.length === 4) return meanOverPlaces(row, features.dims[1] as number);
    if (features.dims.length !== 3)
      return fail('invalid-shape', `Features of shape [${features.dims.join(', ')}] cannot be made one vector an input.`);
    const [length, width] = features.dims.slice(1) as [number, number];
    const mask = kind === 'text' ? feeds[input.mask]?.data.subarray(n * length, (n + 1) * length) : undefined;
    const counts = Array.from({ length }, (_, l) => (mask === undefined || mask[l] === 1n ? 1 : 0));
    if (record.pooling === 'first') counts.fill(0, counts.indexOf(1) + 1);
    return weightedMean(row, counts, width);
  });
  return record.unitLength ? vectors.map(unit) : vectors;
}

function meanOverPlaces(row: Float32Array, channels: number): Float32Array {
  const places = row.length / channels;
  return Float32Array.from(
    { length: channels },
    (_, c) => row.subarray(c * places, (c + 1) * places).reduce((sum, value) => sum + value, 0) / places,
  );
}

function weightedMean(row: Float32Array, counts: readonly number[], width: number): Float32Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const out = new Float64Array(width);
  counts.forEach((count, l) => {
    for (let d = 0; d < width && count > 0; d++) out[d] = (out[d] as number) + (row[l * width + d] as number);
  });
  return Float32Array.from(out, (value) => value / Math.max(1, total));
}

function unit(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / Math.max(norm, 1e-12));
}
