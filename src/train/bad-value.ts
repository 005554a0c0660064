// The first NaN or infinity in the examples of a batch. Called where a loss went bad, and before examples are scored.
import { dtypes } from '../core/dtype.ts';
import { firstNotFinite } from '../core/finite.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import type { Examples } from '../data/dataset.ts';

/** What is not finite, in words, and in which example of the batch; `undefined` where all is. */
export function firstBad({ inputs, extras = {}, labels }: Examples): { readonly what: string; readonly example: number } | undefined {
  const named: [string, Tensor][] = [['input', inputs], ...Object.entries(extras).map(([name, tensor]): [string, Tensor] => [`\`${name}\``, tensor])];
  if (labels !== undefined && !(labels instanceof Int32Array)) named.push(['label', labels]);
  for (const [name, { dtype, dims, data }] of named) {
    if (dtypes[dtype].kind !== 'float' || data instanceof Uint16Array) continue;
    const at = firstNotFinite(data as Float32Array);
    if (at >= 0) return { what: `the ${name} holds ${data[at]}`, example: Math.floor(at / sizeOf(dims.slice(1))) };
  }
  return undefined;
}
