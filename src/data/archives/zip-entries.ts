// A zip file in, its entries out, each read when it is asked for: in no more memory than its own bytes take. Called by `zip` and `npz`.
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, getFileNameLowLevel } from 'yauzl';
import { fail, GraftError } from '../../core/errors.ts';
import type { FileInput } from '../reading/file-input.ts';
import { AheadReader } from './ahead-reader.ts';
import { entryName } from './entry-name.ts';
import { requireHonestSize } from './limits.ts';

/** A file, folder or link in a zip file. */
export interface ZipEntry {
  /** With `/`, not at its end. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  /** Bytes unpacked, as the archive says; `bytes` makes sure of it. */
  readonly size: number;
  /** @throws GraftError `invalid-data` when the entry is damaged or is larger than `most`. */
  bytes(most: number): Promise<Uint8Array>;
}

const inflate = promisify(inflateRaw);
/** How an entry may be packed. */
const [STORED, DEFLATED] = [0, 8];
const OTHER_METHODS: ReadonlyMap<number, string> = new Map([
  [1, 'shrunk'],
  [6, 'imploded'],
  [9, 'Deflate64'],
  [12, 'bzip2'],
  [14, 'LZMA'],
  [93, 'Zstandard'],
  [95, 'xz'],
]);

/**
 * Lists a zip file by its central directory, in its order.
 * @throws GraftError `invalid-data` when it is no zip file, damaged, a bomb, or has entries that are encrypted, packed in an unusual way, or lead elsewhere.
 */
export async function zipEntries(input: FileInput): Promise<ZipEntry[]> {
  if (input.gzipped) fail('invalid-data', `"${input.path}" is a zip file that was gzipped besides; unpack it with \`gunzip\` first.`);
  const entries: ZipEntry[] = [];
  try {
    const file = await fromRandomAccessReaderPromise(new AheadReader(input), input.size, { decodeStrings: false });
    for await (const entry of file.eachEntry()) entries.push(zipEntry(entry, input));
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    return fail('invalid-data', `"${input.path}" cannot be read as a zip file: ${(cause as Error).message}; fetch or make it again.`, { cause });
  }
  requireHonestSize(
    input.path,
    input.size,
    entries.reduce((sum, { size }) => sum + size, 0),
  );
  return entries;
}

function zipEntry(entry: Entry, input: FileInput): ZipEntry {
  const { generalPurposeBitFlag, fileNameRaw, extraFields, externalFileAttributes, versionMadeBy, compressionMethod, uncompressedSize: size } = entry;
  const name = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
  const path = entryName(name, input.path).replace(/\/+$/, '');
  // Unix keeps a file's kind in the upper half of the attributes.
  const mode = versionMadeBy >>> 8 === 3 ? (externalFileAttributes >>> 16) & 0xf000 : 0;
  const kind = name.endsWith('/') ? 'folder' : mode === 0xa000 ? 'link' : 'file';
  if (kind === 'file') requireReadable(entry, path, input.path);
  const { compressedSize, crc32: sum, relativeOffsetOfLocalHeader: offset } = entry;
  return {
    path,
    kind,
    size,
    bytes: (most) => read({ place: `${input.path}/${path}`, compressionMethod, size, compressedSize, sum, offset }, most, input),
  };
}

function requireReadable(entry: Entry, path: string, archive: string): void {
  if (entry.isEncrypted())
    fail('invalid-data', `"${archive}" is encrypted: its entry "${path}" needs a password; unpack it first and give the folder.`);
  const { compressionMethod } = entry;
  if (compressionMethod === STORED || compressionMethod === DEFLATED) return;
  const method = OTHER_METHODS.get(compressionMethod) ?? `method ${compressionMethod}`;
  fail('invalid-data', `"${archive}": its entry "${path}" is packed by ${method}, which is not read; make the zip with Deflate, or unpack it.`);
}

/** What is needed to find an entry's bytes again. */
interface Packed {
  /** For errors. */
  readonly place: string;
  readonly compressionMethod: number;
  readonly size: number;
  readonly compressedSize: number;
  readonly sum: number;
  readonly offset: number;
}

async function read({ place, compressionMethod, size, compressedSize, sum, offset }: Packed, most: number, input: FileInput): Promise<Uint8Array> {
  const damaged = (what: string, options?: ErrorOptions) =>
    fail('invalid-data', `"${place}" is damaged: ${what}; fetch or make the zip file again.`, options);
  if (size > most)
    fail('invalid-data', `"${place}" unpacks to ${size} bytes, more than the ${most} that are read; unpack it yourself if it is what you expect.`);
  const header = Buffer.from(await input.slice(offset, offset + 30));
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) damaged('it does not lie where the directory says');
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + compressedSize > input.size) damaged('it is cut off');
  const packed = await input.slice(start, start + compressedSize);
  // One byte more than it says would be too many.
  const limit = { maxOutputLength: Math.max(1, size) };
  const bytes =
    compressionMethod === STORED
      ? packed
      : await inflate(packed, limit).catch((cause: Error) => damaged(`it cannot be unpacked (${cause.message})`, { cause }));
  if (bytes.length !== size) damaged(`it has ${bytes.length} bytes, not the ${size} that the directory says`);
  if (crc32(bytes) !== sum) damaged('its checksum (CRC-32) is wrong');
  return bytes;
}
