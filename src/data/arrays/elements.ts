// Bytes of numbers as files hold them -> typed arrays, and rows of them as cells. Called by the formats of arrays.
import { type ArrayOf, type DType, dtypes } from '../../core/dtype.ts';
import { sizeOf, type Tensor, toNumbers } from '../../core/tensor.ts';
import type { Cell } from '../reading/cell.ts';

/** The elements, in memory of their own. Their number must be whole. */
export function elementsOf(bytes: Uint8Array, dtype: DType, bigEndian: boolean): ArrayOf {
  const { array, bytes: width } = dtypes[dtype];
  const own = new Uint8Array(bytes);
  // Every platform that Node and browsers run on is little-endian.
  const swapped = Buffer.from(own.buffer);
  if (bigEndian && width === 2) swapped.swap16();
  if (bigEndian && width === 4) swapped.swap32();
  if (bigEndian && width === 8) swapped.swap64();
  return new array(own.buffer) as ArrayOf;
}

/** The rows `[start, end)` of an array, not copied. */
export function rowsOf({ dtype, dims: [, ...dims], data }: Tensor, start: number, end: number): Tensor {
  const size = sizeOf(dims);
  return { dtype, dims: [end - start, ...dims], data: data.subarray(start * size, end * size) as ArrayOf };
}

/** A cell for each row of an array `[rows, ...]`: numbers where it has no more sizes, else arrays. */
export function cellsOf(rows: Tensor): Cell[] {
  const { data, dims } = rows;
  const [count = 0, ...inner] = dims;
  if (inner.length === 0) return data instanceof BigInt64Array || data instanceof BigUint64Array ? Array.from(data, exact) : toNumbers(rows);
  const isPlain = rows.dtype !== 'float16' && !(data instanceof BigInt64Array || data instanceof BigUint64Array);
  const all = isPlain ? new Float32Array(data as Float32Array) : Float32Array.from(toNumbers(rows));
  const size = sizeOf(inner);
  return Array.from({ length: count }, (_, row) => ({ dims: inner, values: all.subarray(row * size, (row + 1) * size) }));
}

/** A number where that holds it exactly. */
function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
