// Files that survive a crash: written aside, flushed to disk, then put in place by one rename.
import { access, constants, type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { GraftError } from '../core/errors.ts';

/** Names that begin so are of an unfinished write or removal. */
export const UNFINISHED = '.graft-';

/**
 * Makes the folder `path` with these files, all or nothing.
 * @throws GraftError `io` when the disk is full or cannot be written; then nothing is left behind.
 */
export async function writeFolder(path: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  const parent = dirname(path);
  const aside = join(parent, `${UNFINISHED}new-${basename(path)}`);
  try {
    await mkdir(parent, { recursive: true });
    await rm(aside, { recursive: true, force: true });
    await mkdir(aside);
    for (const [name, content] of files) await writeFlushed(join(aside, name), content);
    await flush(aside);
    await removeFolder(path);
    await rename(aside, path);
    await flush(parent);
  } catch (cause) {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
    throw cause instanceof GraftError ? cause : ioError(`write ${path}`, cause);
  }
}

/** Writes one file, all or nothing. @throws GraftError `io`, with nothing left behind. */
export function writeFileDurably(path: string, content: Uint8Array | string): Promise<void> {
  return writeFiles(dirname(path), new Map([[basename(path), content]]), path);
}

/**
 * Puts these files into `folder`, in their order, beside what it holds; none before all are written.
 * @param what how an error calls it.
 * @throws GraftError `io`, with nothing left behind; files of these names stay as they were.
 */
export async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array | string>, what = folder): Promise<void> {
  const places = Array.from(files.keys(), (name) => [join(folder, `${UNFINISHED}new-${name}`), join(folder, name)] as const);
  let made: string | undefined;
  try {
    made = await mkdir(folder, { recursive: true });
    for (const [i, content] of [...files.values()].entries()) await writeFlushed(places[i]?.[0] as string, content);
    for (const [aside, path] of places) await rename(aside, path);
    await flush(folder);
  } catch (cause) {
    for (const [aside] of places) await rm(aside, { force: true }).catch(() => undefined);
    if (made !== undefined) await rmdir(folder).catch(() => undefined);
    throw ioError(`write ${what}`, cause);
  }
}

/**
 * Told before work is done for it: whether `writeFiles` can put files into `folder`, there already or not. Changes nothing.
 * @throws GraftError `io` when it cannot.
 */
export async function requireFolder(folder: string, what = folder): Promise<void> {
  const doing = `write ${what}`;
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = await stat(at).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
      throw ioError(doing, cause);
    });
    if (!found) continue;
    if (!found.isDirectory()) throw ioError(doing, Object.assign(new Error(`${at} is a file`), { code: 'ENOTDIR' }));
    return access(at, constants.W_OK).catch((cause) => {
      throw ioError(doing, cause);
    });
  }
}

/** Removes a folder so that a crash half-way leaves no folder of its name. @throws GraftError `io`. */
export async function removeFolder(path: string): Promise<void> {
  const aside = join(dirname(path), `${UNFINISHED}old-${basename(path)}`);
  try {
    await rm(aside, { recursive: true, force: true });
    await rename(path, aside);
    await rm(aside, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw ioError(`remove ${path}`, error);
  }
}

/** All of a file, of any size: Node's `readFile` ends at 2 GiB. */
export async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(size - at, 2 ** 30), at);
      if (bytesRead === 0) return bytes.subarray(0, at);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** Removes what a crash left half-way in `folder`. */
export async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (name.startsWith(UNFINISHED)) await rm(join(folder, name), { recursive: true, force: true });
}

/** Writes a file and hands it to the disk, not safe from a crash half-way. */
export async function writeFlushed(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Hands the names in a folder to the disk. */
export async function flush(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    // Windows opens no folders; its renames are flushed with the file system's journal.
    if (process.platform !== 'win32') throw error;
  } finally {
    await handle?.close();
  }
}

/** What went wrong on the disk, with what to do; `what` was tried. */
export function ioError(what: string, cause: unknown): GraftError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ENOSPC: 'The disk is full; free some space or choose another folder.',
    EDQUOT: 'The quota is used up; free some space or choose another folder.',
    EEXIST: 'A file stands where a folder is needed; remove it or choose another folder.',
    ENOTDIR: 'A file stands where a folder is needed; remove it or choose another folder.',
    EISDIR: 'A folder stands where the file is to be; remove it or choose another name.',
    EFBIG: 'Files may not be so large here; raise the limit (`ulimit -f`) or choose another folder.',
  };
  const remedy = known[code ?? ''] ?? 'Check that the folder exists and may be written.';
  return new GraftError('io', `Could not ${what}: ${message}. ${remedy}`, { cause });
}
