// A tensor in host memory: element type, sizes and a typed array, row-major. The unit that crosses every border of Graft.
import { type ArrayOf, type DType, dtypes } from './dtype.ts';
import { fail } from './errors.ts';
import { inWords } from './known-options.ts';
import { suggest } from './nearest.ts';

/** A dense, row-major tensor. `data.length` equals the product of `dims`; a scalar has `dims = []`. */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly dims: readonly number[];
  readonly data: ArrayOf<D>;
}

/** Number of elements of a tensor with these sizes; 1 for a scalar. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/**
 * Makes a tensor over `data` without copying it.
 * @throws GraftError `invalid-shape` when the number of elements differs from the product of `dims`;
 *   `invalid-dtype` when the typed array is not the one that holds `dtype`.
 */
export function tensor<D extends DType>(dtype: D, dims: readonly number[], data: ArrayOf<D>): Tensor<D> {
  if (!Object.hasOwn(dtypes, dtype))
    fail('invalid-dtype', `There is no element type \`${String(dtype)}\`; ${suggest(String(dtype), Object.keys(dtypes))}`);
  if (!Array.isArray(dims)) fail('invalid-shape', `A tensor's shape is a list of sizes, such as [2, 3], not ${inWords(dims)}.`);
  if (!ArrayBuffer.isView(data)) {
    const remedy = Array.isArray(data) ? ', or use `tensorOf`, which takes lists' : '';
    fail('invalid-dtype', `A ${dtype} tensor is held in a ${dtypes[dtype].array.name}, not in ${inWords(data)}; convert it${remedy}.`);
  }
  if (!(data instanceof dtypes[dtype].array)) {
    fail('invalid-dtype', `A ${dtype} tensor is held in a ${dtypes[dtype].array.name}, not in a ${(data as object).constructor.name}.`);
  }
  if (dims.some((dim) => !Number.isInteger(dim) || dim < 0) || sizeOf(dims) !== data.length) {
    fail('invalid-shape', `A tensor of shape [${dims.join(', ')}] needs ${sizeOf(dims)} elements, but ${data.length} were given.`);
  }
  return { dtype, dims: [...dims], data };
}

/** Whether something is a tensor. */
export function isTensor(given: unknown): given is Tensor {
  return typeof given === 'object' && given !== null && 'dtype' in given && 'dims' in given && 'data' in given && Array.isArray(given.dims);
}

/** A tensor with elements of its own. */
export function copyOf<D extends DType>({ dtype, dims, data }: Tensor<D>): Tensor<D> {
  return { dtype, dims, data: data.slice() as ArrayOf<D> };
}

/** A tensor of zeros. */
export function zeros<D extends DType>(dtype: D, dims: readonly number[]): Tensor<D> {
  return tensor(dtype, dims, new dtypes[dtype].array(sizeOf(dims)) as ArrayOf<D>);
}

/**
 * A tensor of type `dtype` from plain numbers, row-major; a scalar when `dims` is left out and one number is given. Numbers that 64 bits do not
 * hold become the nearest that they do.
 */
export function tensorOf<D extends DType>(dtype: D, values: number | readonly number[], dims?: readonly number[]): Tensor<D> {
  const list = typeof values === 'number' ? [values] : values;
  const shape = dims ?? (typeof values === 'number' ? [] : [values.length]);
  const data = new dtypes[dtype].array(list.length) as ArrayOf<D>;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    list.forEach((value, i) => {
      data[i] = nearest(BigInt(value), data instanceof BigUint64Array);
    });
  else (data as Float64Array).set(list);
  return tensor(dtype, shape, data);
}

/** What stands for "no end" in exported models is 2^63 as a double, one more than 64 bits hold. */
function nearest(value: bigint, unsigned: boolean): bigint {
  const [low, high] = unsigned ? [0n, 2n ** 64n - 1n] : [-(2n ** 63n), 2n ** 63n - 1n];
  return value < low ? low : value > high ? high : value;
}

/** The elements as plain numbers, row-major. 64-bit integers above 2^53 lose precision. 16-bit floats are decoded. */
export function toNumbers(t: Tensor): number[] {
  if (t.dtype === 'float16') return Array.from(t.data as Uint16Array, halfToNumber);
  if (t.dtype === 'bfloat16') return Array.from(t.data as Uint16Array, brainToNumber);
  return Array.from(t.data as ArrayLike<number | bigint>, Number);
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function brainToNumber(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0] as number;
}
