// Chosen rows or columns of a tensor, copied into a new one: how batches and subsets are cut from data in memory. Called by datasets and methods.
import { type ArrayOf, type DType, dtypes } from '../core/dtype.ts';
import { fail } from '../core/errors.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';

/**
 * The rows `indices` of `[N, ...]`, in that order, repeats allowed, as a new tensor `[indices.length, ...]`.
 * @throws GraftError `invalid-argument` when an index is not an integer in 0..N-1.
 */
export function takeRows<D extends DType>(source: Tensor<D>, indices: ArrayLike<number>): Tensor<D> {
  const [length = 0, ...shape] = source.dims;
  const size = sizeOf(shape);
  const rows = new dtypes[source.dtype].array(indices.length * size) as ArrayOf<D>;
  for (let i = 0; i < indices.length; i++) {
    const at = indices[i] as number;
    if (!Number.isInteger(at) || at < 0 || at >= length) {
      fail('invalid-argument', `Index ${at} at position ${i} is outside 0..${length - 1}, the examples there are.`);
    }
    // One array type stands for all: source and target are of the same type, so that BigInt rows too are copied as they are.
    (rows as unknown as Float64Array).set((source.data as unknown as Float64Array).subarray(at * size, (at + 1) * size), i * size);
  }
  return tensor(source.dtype, [indices.length, ...shape], rows);
}

/** The columns `kept` of `[N, D]`, in that order, as a new tensor `[N, kept.length]`. */
export function takeColumns({ dims, data }: Tensor<'float32'>, kept: ArrayLike<number>): Tensor<'float32'> {
  const [rows = 0, width = 0] = dims;
  const out = new Float32Array(rows * kept.length);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < kept.length; i++) out[row * kept.length + i] = data[row * width + (kept[i] as number)] as number;
  return tensor('float32', [rows, kept.length], out);
}
