// The beginning of a NumPy file in, what its array is like out. Called by `npyArray`'s callers: the formats npy and npz.
import { fail } from '../../core/errors.ts';

/** What a file says of its array. */
export interface NpyHeader {
  /** NumPy's name of the element type: `<f8`, `|u1`, `<U12`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Whether the first axis runs fastest. */
  readonly fortran: boolean;
  /** Where the elements begin, in bytes. */
  readonly start: number;
}

/** What must be looked at: headers of plain arrays take 128 bytes. */
export const NPY_HEAD = 2 ** 16;
/** The string in single or double quotes that follows a key, or a bracket. */
const TYPE = /['"]descr['"]\s*:\s*(?:'([^']*)'|"([^"]*)"|([[(]))/;
const FORTRAN = /['"]fortran_order['"]\s*:\s*(True|False)/;
const SHAPE = /['"]shape['"]\s*:\s*\(([\dL,\s]*)\)/;

/** Whether a file begins as NumPy's do. */
export function isNpy(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 6)).toString('latin1') === '\x93NUMPY';
}

/**
 * Reads the header of a file of version 1, 2 or 3.
 * @param head the first {@link NPY_HEAD} bytes, or all.
 * @throws GraftError `invalid-data` when it is none, or describes records of several fields.
 */
export function npyHeader(head: Uint8Array, place: string): NpyHeader {
  const bad = (what: string): never => fail('invalid-data', `"${place}" is not a valid NumPy file: ${what}; save it again with \`np.save\`.`);
  if (!isNpy(head)) bad('it does not begin with "\\x93NUMPY"');
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) bad(`its version is ${version}, not 1, 2 or 3`);
  const begin = version === 1 ? 10 : 12;
  if (bytes.length < begin) bad('its header is cut off');
  const start = begin + (version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  if (start > bytes.length) bad(start > NPY_HEAD ? `its header takes ${start} bytes, too many` : 'its header is cut off');
  const text = bytes.toString(version === 3 ? 'utf8' : 'latin1', begin, start);
  const [, single, double, bracket] = TYPE.exec(text) ?? bad('its header names no type (`descr`)');
  if (bracket !== undefined)
    fail(
      'invalid-data',
      `"${place}" holds records of several fields, which are not read; save each field as an array of its own, or the table as CSV.`,
    );
  const [, fortran] = FORTRAN.exec(text) ?? bad('its header does not say in which order it is (`fortran_order`)');
  const [, sizes = ''] = SHAPE.exec(text) ?? bad('its header has no `shape`');
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size.trim().replace(/L$/, ''))]));
  if (!shape.every(Number.isSafeInteger)) bad(`its shape (${sizes}) is no list of sizes`);
  return { type: single ?? double ?? '', shape, fortran: fortran === 'True', start };
}
