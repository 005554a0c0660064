// A weight in eight bits: numbers come in, whole numbers with a scale for each channel leave. Called by the export.
import type { Tensor } from '../core/tensor.ts';

/** `value = numbers * scales` along `axis`. */
export interface Quantised {
  readonly numbers: Int8Array<ArrayBuffer>;
  readonly scales: Float32Array<ArrayBuffer>;
  readonly axis: number;
}

/** Symmetric, rounded to the nearest, with a scale along the first or the second axis: whichever comes closer. */
export function quantised(weight: Tensor<'float32'>): Quantised {
  const [first, second] = [along(weight, 0), along(weight, 1)];
  return first.error <= second.error ? first : second;
}

function along({ dims, data }: Tensor<'float32'>, axis: 0 | 1): Quantised & { readonly error: number } {
  const channels = dims[axis] as number;
  const inner = dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const scales = new Float32Array(channels);
  data.forEach((value, i) => {
    const c = channelOf(i);
    scales[c] = Math.max(scales[c] as number, Math.abs(value));
  });
  for (let c = 0; c < channels; c++) scales[c] = (scales[c] as number) / 127;
  let error = 0;
  const numbers = Int8Array.from(data, (value, i) => {
    const scale = scales[channelOf(i)] as number;
    const whole = scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(value / scale)));
    error += (value - whole * scale) ** 2;
    return whole;
  });
  return { numbers, scales, axis, error };
}
