// A file or folder that data is read from: its bytes, whole, in pieces or from a place on; unpacked where it is gzipped. Called by formats.
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { fail, GraftError } from '../../core/errors.ts';

/** How a file's bytes are reached. */
export interface FileInput {
  /** As it was given, for errors. */
  readonly path: string;
  /** Its name without folders and without `.gz`. */
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Bytes on disk; 0 for a folder. */
  readonly size: number;
  readonly gzipped: boolean;
  /** The first bytes, unpacked; fewer where the file is shorter. */
  head(bytes: number): Promise<Uint8Array>;
  /** All bytes in pieces, unpacked. @throws GraftError `io` when it is damaged; `invalid-data` when it unpacks to more than `limit`. */
  stream(): AsyncGenerator<Uint8Array, void, void>;
  /** All bytes, unpacked. @throws as `stream`; `invalid-data` above `most` bytes. */
  bytes(most?: number): Promise<Uint8Array>;
  /** The bytes from `start` up to `end` as they lie on disk; formats that jump about need a file that is not gzipped. */
  slice(start: number, end: number): Promise<Uint8Array>;
}

/** What a gzipped file may unpack to: more bytes than this, and more than so many times its size, are a bomb. */
export interface UnpackLimits {
  readonly bytes: number;
  readonly ratio: number;
}

const LIMITS: UnpackLimits = { bytes: 2 ** 26, ratio: 200 };
/** Once more than this has come out, and more than `ratio` times what went in, all of it is unpacked unread before any more is read. */
const DOUBTED = 2 ** 20;
/** What `bytes` holds in memory at most. */
const MOST_WHOLE = 2 ** 31 - 1;

/**
 * Looks at a file or folder; nothing stays open.
 * @throws GraftError `io` when it is not there or cannot be read; `invalid-data` when it is neither file nor folder.
 */
export async function fileInput(path: string, limits: UnpackLimits = LIMITS): Promise<FileInput> {
  const found = await stat(path).catch((cause) => unreadable(path, cause));
  if (!found.isFile() && !found.isDirectory())
    fail('invalid-data', `"${path}" is neither a file nor a folder but a device or socket; copy what it gives to a file first.`);
  const kind = found.isFile() ? 'file' : 'folder';
  const size = kind === 'file' ? found.size : 0;
  const slice = async (start: number, end: number) => {
    const handle = await open(path).catch((cause) => unreadable(path, cause));
    try {
      return await sliceOf(handle, start, end);
    } catch (cause) {
      return unreadable(path, cause);
    } finally {
      await handle.close();
    }
  };
  const magic = kind === 'file' ? await slice(0, 2) : new Uint8Array();
  const gzipped = magic[0] === 0x1f && magic[1] === 0x8b;
  const allowed = { bytes: Math.max(limits.bytes, size * limits.ratio), ratio: limits.ratio };
  const stream = () => (gzipped ? unpacked(path, allowed) : plain(path));
  return {
    path,
    name: gzipped ? basename(path).replace(/\.gz$/i, '') : basename(path),
    kind,
    size,
    gzipped,
    stream,
    slice,
    head: async (count) => (gzipped ? firstOf(stream(), count) : slice(0, count)),
    bytes: async (most = MOST_WHOLE) => {
      const parts: Uint8Array[] = [];
      let total = 0;
      for await (const part of stream()) {
        total += part.length;
        if (total > most) fail('invalid-data', `"${path}" holds more than ${most} bytes, too many to be read at once; split it into smaller files.`);
        parts.push(part);
      }
      return concatenated(parts, total);
    },
  };
}

async function sliceOf(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

async function* plain(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* createReadStream(path, { highWaterMark: 2 ** 18 }) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    unreadable(path, cause);
  }
}

/**
 * What a gzipped file holds. Reading a bomb's rows takes far longer than unpacking them: once what came out is out of proportion to what went in, all of it is
 * unpacked without being read, and refused there if at all.
 */
async function* unpacked(path: string, { bytes, ratio }: UnpackLimits): AsyncGenerator<Uint8Array, void, void> {
  let total = 0;
  let measured = false;
  for await (const { part, packed } of inflated(path)) {
    total += part.length;
    if (!measured && total > DOUBTED && total > packed * ratio) {
      measured = true;
      await requireHonest(path, bytes);
    }
    if (total > bytes) dishonest(path, bytes);
    yield part;
  }
}

/** @throws GraftError `invalid-data` where the file unpacks to more than so many bytes. */
async function requireHonest(path: string, bytes: number): Promise<void> {
  let total = 0;
  for await (const { part } of inflated(path)) {
    total += part.length;
    if (total > bytes) dishonest(path, bytes);
  }
}

function dishonest(path: string, bytes: number): never {
  return fail(
    'invalid-data',
    `"${path}" unpacks to more than ${bytes} bytes, which no honest file of its size does; unpack it yourself if it is one.`,
  );
}

/** Pieces of what a gzipped file unpacks to, each with how many bytes of the file all so far came from. */
async function* inflated(path: string): AsyncGenerator<{ readonly part: Uint8Array; readonly packed: number }, void, void> {
  const file = createReadStream(path, { highWaterMark: 2 ** 18 });
  const unzip = createGunzip({ chunkSize: 2 ** 18 });
  file.on('error', (error) => unzip.destroy(error));
  try {
    for await (const part of file.pipe(unzip) as AsyncIterable<Uint8Array>) yield { part, packed: unzip.bytesWritten };
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) unreadable(path, cause);
    fail('invalid-data', `"${path}" is a damaged gzip file: ${(cause as Error).message}; unpack or fetch it again.`, { cause });
  } finally {
    file.destroy();
    unzip.destroy();
  }
}

async function firstOf(stream: AsyncGenerator<Uint8Array, void, void>, count: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of stream) {
    parts.push(part);
    total += part.length;
    if (total >= count) break;
  }
  return concatenated(parts, total).subarray(0, count);
}

function concatenated(parts: readonly Uint8Array[], total: number): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const whole = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function unreadable(path: string, cause: unknown): never {
  if (cause instanceof GraftError) throw cause;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or folder; check the path',
    EACCES: 'permission is denied; make it readable',
    EPERM: 'permission is denied; make it readable',
    ELOOP: 'its symbolic links lead in a circle; repair the link',
    ENAMETOOLONG: 'its name is too long',
  };
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return fail('io', `Cannot read "${path}": ${reasons[code] ?? message}.`, { cause });
}
