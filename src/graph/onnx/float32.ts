// Half, brain and double precision to float32, in which Graft trains whatever a file stores. Called by the reader for tensors and element types.
import type { DType } from '../../core/dtype.ts';
import { isFloat } from '../../core/dtype.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';

/** The element type itself, or float32 for the floats of another width. */
export function asFloat32(dtype: DType): DType {
  return isFloat(dtype) ? 'float32' : dtype;
}

/** The tensor itself, or its nearest float32 values; those beyond the range of float32 become infinite. */
export function toFloat32(value: Tensor): Tensor {
  switch (value.dtype) {
    case 'float16':
      return tensor('float32', value.dims, fromHalf(value.data as Uint16Array));
    case 'bfloat16':
      return tensor('float32', value.dims, fromBrain(value.data as Uint16Array));
    case 'float64':
      return tensor('float32', value.dims, Float32Array.from(value.data as Float64Array));
    default:
      return value;
  }
}

/** All 65,536 halves at once where there are more to convert than that. */
function fromHalf(halves: Uint16Array) {
  const result = new Float32Array(halves.length);
  const bits = new Uint32Array(result.buffer);
  if (halves.length <= 65536) {
    for (let i = 0; i < halves.length; i++) bits[i] = halfBits(halves[i] as number);
    return result;
  }
  const table = Uint32Array.from({ length: 65536 }, (_, half) => halfBits(half));
  for (let i = 0; i < halves.length; i++) bits[i] = table[halves[i] as number] as number;
  return result;
}

/** The bits of the float32 that equals a half; what NaNs carry is kept. */
function halfBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  let fraction = half & 1023;
  if (exponent === 31) return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  let shift = 113;
  for (; (fraction & 1024) === 0; shift--) fraction <<= 1;
  return (sign | (shift << 23) | ((fraction & 1023) << 13)) >>> 0;
}

function fromBrain(brains: Uint16Array) {
  const result = new Float32Array(brains.length);
  const bits = new Uint32Array(result.buffer);
  for (let i = 0; i < brains.length; i++) bits[i] = (brains[i] as number) << 16;
  return result;
}
