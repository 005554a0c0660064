// A NumPy header in, how to read the array's rows out: numbers of every size and byte order, and strings. Called by the formats npy and npz.
import type { DType } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';
import type { Cell } from '../reading/cell.ts';
import { cellsOf, elementsOf } from './elements.ts';
import type { NpyHeader } from './npy-header.ts';

/** An array whose rows, along its first axis, are examples. */
export interface NpyArray {
  readonly rows: number;
  /** Bytes of a row; the elements take `rows` times as many. */
  readonly rowBytes: number;
  /** A cell for each row, from the bytes of some rows. */
  cells(bytes: Uint8Array): Cell[];
  /** All elements, brought into the order in which rows lie one after the other. */
  inRowOrder(elements: Uint8Array): Uint8Array;
}

/** An element type: its bytes, and what makes cells of rows `[count, ...dims]`. */
interface Elements {
  readonly width: number;
  cells(bytes: Uint8Array, shape: readonly number[]): Cell[];
}

const NUMBERS: Readonly<Record<string, DType>> = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};
/** What is refused, and what to do about it. */
const REFUSED: Readonly<Record<string, string>> = {
  O: 'Python objects, stored as a pickle, which may run any program when it is read; save it anew as numbers or strings (`array.astype("U")`)',
  c: 'complex numbers; save their parts, or their absolute values',
  M: 'dates; save them as strings (`array.astype("U")`)',
  m: 'spans of time; save them as numbers (`array.astype("f8")`)',
  V: 'raw bytes or records; save it anew as numbers or strings',
};

/**
 * @param size bytes of the whole file.
 * @param place the file, for errors.
 * @throws GraftError `invalid-data` for a type that is not read, a single value, rows of nothing, and a file that is cut off or too long.
 */
export function npyArray({ type, shape, fortran, start }: NpyHeader, size: number, place: string): NpyArray {
  const { width, cells } = elementsLike(type, shape, place);
  const [rows, ...dims] = shape;
  const shown = `[${shape.join(', ')}] of ${type}`;
  if (rows === undefined) return fail('invalid-data', `"${place}" holds a single value, not an array of examples.`);
  const rowBytes = sizeOf(dims) * width;
  if (rowBytes === 0) fail('invalid-data', `"${place}" is ${shown}: its rows hold nothing.`);
  const expected = start + rows * rowBytes;
  if (size < expected) fail('invalid-data', `"${place}" is cut off: ${shown} takes ${expected} bytes in all, not ${size}; fetch or save it again.`);
  if (size > expected) fail('invalid-data', `"${place}" is too long: ${shown} takes ${expected} bytes in all, not ${size}; is it one array?`);
  return {
    rows,
    rowBytes,
    cells: (bytes) => cells(bytes, [bytes.length / rowBytes, ...dims]),
    inRowOrder: (elements) => (fortran && dims.length > 0 ? reordered(elements, shape, width) : elements),
  };
}

function elementsLike(type: string, shape: readonly number[], place: string): Elements {
  const [, order = '', kind = '', digits = ''] = /^([<>|=]?)([a-zA-Z?])(\d*)(?:\[\w+\])?$/.exec(type) ?? [];
  const [size, bigEndian] = [Number(digits), order === '>'];
  const dtype = kind === '?' ? 'bool' : NUMBERS[`${kind}${digits}`];
  if (dtype) {
    const width = kind === '?' ? 1 : size;
    return { width, cells: (bytes, dims) => cellsOf({ dtype, dims, data: elementsOf(bytes, dtype, bigEndian) }) };
  }
  if (kind === 'U' || kind === 'S' || kind === 'a') {
    if (shape.length > 1) fail('invalid-data', `"${place}" is an array of strings [${shape.join(', ')}]; save each column as an array of its own.`);
    const width = kind === 'U' ? 4 * size : size;
    return { width, cells: (bytes) => stringsOf(bytes, width, kind === 'U' ? (text) => wide(text, bigEndian) : narrow) };
  }
  const known = 'bool, integers, float16 to float64 and strings';
  return fail('invalid-data', `"${place}" holds ${REFUSED[kind] ?? `elements of type "${type}", which are not read; known are ${known}`}.`);
}

function stringsOf(bytes: Uint8Array, width: number, decode: (text: Buffer) => string): string[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / width }, (_, row) => decode(all.subarray(row * width, (row + 1) * width)));
}

/** A string of 32-bit code points, filled up with zeros. */
function wide(text: Buffer, bigEndian: boolean): string {
  const codes = Array.from({ length: text.length / 4 }, (_, i) => (bigEndian ? text.readUInt32BE(4 * i) : text.readUInt32LE(4 * i)));
  const end = codes.findLastIndex((code) => code !== 0) + 1;
  return codes
    .slice(0, end)
    .map((code) => (code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)))
    .join('');
}

/** A string of bytes, filled up with zeros. */
function narrow(text: Buffer): string {
  return text.subarray(0, text.findLastIndex((byte) => byte !== 0) + 1).toString('utf8');
}

/** Elements whose first axis runs fastest -> the last one does. */
function reordered(elements: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const out = new Uint8Array(elements.length);
  const steps = shape.map((_, axis) => sizeOf(shape.slice(0, axis)) * width);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to += width) {
    for (let byte = 0; byte < width; byte++) out[to + byte] = elements[from + byte] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [step, size] = [steps[axis] as number, shape[axis] as number];
      from += step;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < size) break;
      index[axis] = 0;
      from -= step * size;
    }
  }
  return out;
}
