// The numbers of tests/golden/noise.py: weights, inputs and directions that both sides compute instead of storing them.
import { sizeOf, type Tensor, tensor } from '../../src/core/tensor.ts';

/** Uniform in [-0.5, 0.5): the counter mixed by xor-shifts and multiplications modulo 2^32. */
export function noise(salt: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    let x = ((i + salt * 0x9e3779b9) % 2 ** 32) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32 - 0.5;
  });
}

/** A float32 tensor of `centre` + `spread` times the noise. */
export function draw(salt: number, dims: readonly number[], spread: number, centre = 0): Tensor<'float32'> {
  return tensor(
    'float32',
    dims,
    Float32Array.from(noise(salt, sizeOf(dims)), (u) => centre + spread * u),
  );
}
