// IDX, the format of MNIST: a file (gzipped or not) comes in, a tensor of its type and sizes leaves. Called by the digit sets.
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { type ArrayOf, type DType, dtypes } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import { sizeOf, type Tensor, tensor } from '../../core/tensor.ts';

/** The third byte of a file. */
const types: Readonly<Record<number, DType>> = { 8: 'uint8', 9: 'int8', 11: 'int16', 12: 'int32', 13: 'float32', 14: 'float64' };

/** Unpacked files above this are refused, so that a small hostile file cannot fill the memory. */
const MAX_BYTES = 2 ** 31;

/**
 * Reads a whole IDX file; one that starts with the gzip signature is unpacked first.
 * @throws GraftError `io` when the file cannot be read or unpacked; `invalid-data`, with file and offset, when it is not well-formed IDX.
 */
export async function readIdx(path: string): Promise<Tensor> {
  const stored = await readFile(path).catch((cause: Error) => fail('io', `Cannot read "${path}": ${cause.message}.`, { cause }));
  return parseIdx(stored[0] === 0x1f && stored[1] === 0x8b ? unpack(stored, path) : stored, path);
}

/**
 * Parses the bytes of an IDX file: two zeros, element type, rank, each size as a big-endian uint32, then the elements, row-major and big-endian.
 * @param source name of the file, for errors.
 * @throws GraftError `invalid-data`, with file and offset, when the bytes are not well-formed IDX.
 */
export function parseIdx(bytes: Uint8Array, source: string): Tensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bad = (offset: number, what: string): never => fail('invalid-data', `"${source}" is not a valid IDX file: ${what} at byte ${offset}.`);
  const hex = (byte: number) => `0x${byte.toString(16).padStart(2, '0')}`;

  if (bytes.length < 4) bad(bytes.length, `its header of 4 bytes ends early`);
  const [zero0, zero1, code, rank] = bytes as unknown as [number, number, number, number];
  if (zero0 !== 0 || zero1 !== 0) bad(0, `it must start with 0x00 0x00, not ${hex(zero0)} ${hex(zero1)}; wrong file or damaged,`);
  const dtype = types[code] ?? bad(2, `element type ${hex(code)} is none of ${Object.keys(types).map(Number).map(hex).join(', ')},`);
  const start = 4 + 4 * rank;
  if (bytes.length < start) bad(bytes.length, `its ${rank} sizes end early`);
  const dims = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));

  const { array, bytes: width } = dtypes[dtype];
  const expected = start + sizeOf(dims) * width;
  const shape = `[${dims.join(', ')}] of ${dtype}`;
  if (bytes.length < expected) bad(bytes.length, `it is cut off: ${shape} takes ${expected} bytes in all; data ends`);
  // Sizes that overflow to Infinity times 0 give NaN, which differs from every length.
  if (bytes.length !== expected) bad(expected, `it is too long: ${shape} takes ${expected} bytes in all, not ${bytes.length}; surplus`);

  const data = new Uint8Array(bytes.subarray(start));
  if (width > 1) swapBytes(data, width);
  return tensor(dtype, dims, new array(data.buffer) as ArrayOf);
}

function unpack(stored: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(stored, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    return fail('io', `Cannot unpack "${path}": ${(cause as Error).message}; it is damaged, or larger than ${MAX_BYTES} bytes.`, { cause });
  }
}

/** Big-endian to little-endian, which every platform that Node and browsers run on uses. */
function swapBytes(data: Uint8Array, width: number): void {
  for (let at = 0; at < data.length; at += width) data.subarray(at, at + width).reverse();
}
