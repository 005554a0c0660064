// Linear equations with a symmetric positive definite matrix, a block at a time: products through ONNX Runtime, the small rest here. Called by mSDA.
import { fail } from '../../../core/errors.ts';
import { type Tensor, tensor } from '../../../core/tensor.ts';
import { product } from './products.ts';

const BLOCK = 256;

/**
 * X of `A X = B` by the blocked Cholesky factorisation (Golub & Van Loan, Matrix Computations, algorithm 4.2.3).
 * @param a `[D, D]`, overwritten by its factor.
 * @param b `[D, M]`, overwritten by the solution.
 * @throws GraftError `not-finite` when A is not positive definite.
 */
export async function solved(a: Tensor<'float32'>, b: Tensor<'float32'>): Promise<Tensor<'float32'>> {
  const [size = 0, outputs = 0] = b.dims;
  const starts = Array.from({ length: Math.ceil(size / BLOCK) }, (_, i) => i * BLOCK);
  const inverses: Tensor<'float32'>[] = [];
  for (const from of starts) {
    const to = Math.min(size, from + BLOCK);
    const inverse = inverseOfRoot(cut(a, from, to, from, to));
    inverses.push(inverse);
    if (to === size) break;
    const panel = await product(cut(a, to, size, from, to), inverse, { transB: true });
    put(a, panel, to, from);
    // The part below and right of the block loses what the block explains of it, a few rows at a time.
    for (let row = to; row < size; row += BLOCK) {
      const end = Math.min(size, row + BLOCK);
      const left = cut(panel, row - to, end - to, 0, to - from);
      const above = cut(panel, 0, end - to, 0, to - from);
      subtract(a, await product(left, above, { transB: true }), row, to);
    }
  }
  for (const [k, from] of starts.entries()) {
    const to = Math.min(size, from + BLOCK);
    const rows = cut(b, from, to, 0, outputs);
    if (from > 0) subtract(rows, await product(cut(a, from, to, 0, from), cut(b, 0, from, 0, outputs)), 0, 0);
    put(b, await product(inverses[k] as Tensor<'float32'>, rows), from, 0);
  }
  for (const [k, from] of [...starts.entries()].reverse()) {
    const to = Math.min(size, from + BLOCK);
    const rows = cut(b, from, to, 0, outputs);
    if (to < size) subtract(rows, await product(cut(a, to, size, from, to), cut(b, to, size, 0, outputs), { transA: true }), 0, 0);
    put(b, await product(inverses[k] as Tensor<'float32'>, rows, { transA: true }), from, 0);
  }
  return b;
}

/** The inverse of the lower triangular L with `L L^T = A`. */
function inverseOfRoot({ dims, data }: Tensor<'float32'>): Tensor<'float32'> {
  const size = dims[0] as number;
  const l = Float64Array.from(data);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = l[i * size + j] as number;
      for (let k = 0; k < j; k++) sum -= (l[i * size + k] as number) * (l[j * size + k] as number);
      if (i === j && !(sum > 0)) fail('not-finite', 'A matrix that must be positive definite is not; give features that vary, or a larger ridge.');
      l[i * size + j] = i === j ? Math.sqrt(sum) : sum / (l[j * size + j] as number);
    }
  }
  const out = new Float32Array(size * size);
  const column = new Float64Array(size);
  for (let c = 0; c < size; c++) {
    for (let i = c; i < size; i++) {
      let sum = i === c ? 1 : 0;
      for (let k = c; k < i; k++) sum -= (l[i * size + k] as number) * (column[k] as number);
      column[i] = sum / (l[i * size + i] as number);
      out[i * size + c] = column[i] as number;
    }
  }
  return tensor('float32', [size, size], out);
}

function cut({ dims, data }: Tensor<'float32'>, top: number, bottom: number, left: number, right: number): Tensor<'float32'> {
  const width = dims[1] as number;
  if (left === 0 && right === width) return tensor('float32', [bottom - top, width], data.slice(top * width, bottom * width));
  const out = new Float32Array((bottom - top) * (right - left));
  for (let row = top; row < bottom; row++) out.set(data.subarray(row * width + left, row * width + right), (row - top) * (right - left));
  return tensor('float32', [bottom - top, right - left], out);
}

function put(into: Tensor<'float32'>, { dims, data }: Tensor<'float32'>, top: number, left: number): void {
  const [rows = 0, columns = 0] = dims;
  const width = into.dims[1] as number;
  for (let row = 0; row < rows; row++) into.data.set(data.subarray(row * columns, (row + 1) * columns), (top + row) * width + left);
}

function subtract(from: Tensor<'float32'>, { dims, data }: Tensor<'float32'>, top: number, left: number): void {
  const [rows = 0, columns = 0] = dims;
  const width = from.dims[1] as number;
  for (let row = 0; row < rows; row++) {
    const at = (top + row) * width + left;
    for (let c = 0; c < columns; c++) from.data[at + c] = (from.data[at + c] as number) - (data[row * columns + c] as number);
  }
}
