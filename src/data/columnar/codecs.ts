// Packed bytes of Parquet and Arrow files -> unpacked ones, never more than were asked for. Called by the readers of both.
import { brotliDecompressSync, unzipSync } from 'node:zlib';
import { compressors, decompressZstd } from 'hyparquet-compressors';
import { mostUnpacked } from './limits.ts';
import { unpackLz4Frame } from './lz4-frame.ts';

type Unpack = (packed: Uint8Array, length: number) => Uint8Array | undefined;

const CODECS: Readonly<Record<string, Unpack>> = {
  UNCOMPRESSED: (packed) => packed,
  SNAPPY: (packed, length) => compressors.SNAPPY?.(packed, length),
  LZ4: (packed, length) => compressors.LZ4?.(packed, length),
  LZ4_RAW: (packed, length) => compressors.LZ4_RAW?.(packed, length),
  ZSTD: unpackZstd,
  // Node's own are quicker, and stop by themselves at the length that was claimed.
  GZIP: (packed, length) => unzipSync(packed, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (packed, length) => brotliDecompressSync(packed, { maxOutputLength: Math.max(1, length) }),
  LZ4_FRAME: unpackLz4Frame,
};

/** Whether there is such a codec, by the name that Parquet gives it; `LZ4_FRAME` is Arrow's. */
export function isCodec(name: string | undefined): name is string {
  return name !== undefined && Object.hasOwn(CODECS, name);
}

/**
 * Unpacks bytes into a buffer of exactly their length, so that nothing can be read beyond them.
 * @param length in bytes, as the file claims.
 * @throws Error when they are damaged, or claim to become more than such bytes do.
 */
export function unpack(codec: string, packed: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  if (!(length >= 0 && length <= mostUnpacked(packed.length))) throw new Error(`${packed.length} bytes claim to unpack to ${length}`);
  const bytes = length === 0 ? new Uint8Array() : CODECS[codec]?.(packed, length);
  if (bytes?.length !== length) throw new Error(`${packed.length} bytes of ${codec} unpack to ${bytes?.length} bytes, not to ${length}`);
  return bytes.buffer.byteLength === length && bytes !== packed ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

/** The decoder leaves zeros where a frame ends early, so what the frame itself claims is looked at first. */
function unpackZstd(packed: Uint8Array, length: number): Uint8Array {
  const flags = packed[4] ?? 0;
  const isSingle = (flags & 0x20) !== 0;
  const size = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] as number;
  const start = (isSingle ? 5 : 6) + ([0, 1, 2, 4][flags & 3] as number);
  const claimed = packed.subarray(start, start + size).reduce((sum, byte, i) => sum + byte * 256 ** i, size === 2 ? 256 : 0);
  if (size > 0 && claimed !== length) throw new Error(`a zstd frame of ${claimed} bytes stands for ${length}`);
  return decompressZstd(packed, new Uint8Array(length));
}
