// Files that survive a crash: written aside, flushed to disk, then put in place by one rename.
import { randomUUID } from 'node:crypto';
import { access, constants, type FileHandle, mkdir, open, readdir, readlink, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fail, GraftError } from '../core/errors.ts';

/** Names that begin so are of an unfinished write or removal. */
export const UNFINISHED = '.graft-';
/** What the process, or the one that started it, has open. */
const DESCRIPTOR = /^\/(?:dev\/(?:stdout|stderr|fd\/)|proc\/[^/]+\/fd\/)/;
/** Others put a folder in the same place; more often than that in a row they hardly do. */
const MOST_TRIES = 10;

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

/**
 * Writes one file, all or nothing: through a symbolic link what it points at. A device or a pipe is written as it is.
 * @throws GraftError `io`, with nothing left behind.
 */
export async function writeFileDurably(path: string, content: Uint8Array | string): Promise<void> {
  const file = await outFile(path);
  try {
    await file.write(content);
    await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** A file that is being written. One of `finish` and `discard` must end it. */
export interface OutFile {
  /** Whether it is a device or a pipe, to which each piece goes at once. */
  readonly isStream: boolean;
  /** @throws GraftError `io`. */
  write(piece: Uint8Array | string): Promise<void>;
  /** Puts it in place, in that of an earlier one too. @throws GraftError `io`. */
  finish(): Promise<void>;
  /** Leaves everything as it was; a stream has what it has. */
  discard(): Promise<void>;
}

/**
 * Begins a file that is there whole or not at all, its folder made where there is none. Through a symbolic link it is what that points at;
 * devices, pipes and open descriptors such as `/dev/stdout` are written directly.
 * @throws GraftError `io`.
 */
export async function outFile(path: string): Promise<OutFile> {
  const failed = (cause: unknown) => ioError(`write ${path}`, cause);
  if (/[/\\]$/.test(path)) fail('io', `Could not write ${path}: its name ends as that of a folder does; name a file.`);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw failed(Object.assign(new Error('EISDIR: it is a folder'), { code: 'EISDIR' }));
  // A descriptor may be that of a file, which others write too: what they wrote stays.
  if (there && (!there.isFile() || DESCRIPTOR.test(resolve(path)))) return written(await open(path, 'a').catch(thrown(failed)), failed);
  const target = await followed(path);
  const folder = dirname(target);
  const aside = unfinished(folder);
  const made = await mkdir(folder, { recursive: true }).catch(thrown(failed));
  const discard = async () => {
    await rm(aside, { force: true }).catch(() => undefined);
    await unmade(folder, made);
  };
  const file = await open(aside, 'w').catch(async (cause) => {
    await discard();
    throw failed(cause);
  });
  const stream = written(file, failed);
  return {
    ...stream,
    isStream: false,
    async finish() {
      try {
        if (there) await file.chmod(there.mode);
        await file.sync();
        await file.close();
        await rename(aside, target);
        await flush(folder);
      } catch (cause) {
        throw failed(cause);
      }
    },
    async discard() {
      await stream.discard();
      await discard();
    },
  };
}

function written(file: FileHandle, failed: (cause: unknown) => GraftError): OutFile {
  return {
    isStream: true,
    write: (piece) => file.writeFile(piece).catch(thrown(failed)),
    finish: () => file.close().catch(thrown(failed)),
    discard: () => file.close().catch(() => undefined),
  };
}

const thrown = (failed: (cause: unknown) => GraftError) => (cause: unknown) => {
  throw failed(cause);
};

/** What a path leads to by symbolic links, there or not. @throws GraftError `io` where they lead in a circle. */
export async function followed(path: string): Promise<string> {
  const whole = await realpath(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ELOOP') throw ioError(`write ${path}`, cause);
    return undefined;
  });
  if (whole !== undefined) return whole;
  const link = await readlink(path).catch(() => undefined);
  return link === undefined ? path : followed(resolve(dirname(path), link));
}

/** Removes the folders that `mkdir` has made for a folder, as far as they are empty. @param made the first of them, where there was one to make. */
async function unmade(folder: string, made: string | undefined): Promise<void> {
  if (made === undefined) return;
  for (let at = resolve(folder); at.length >= resolve(made).length; at = dirname(at)) {
    const gone = await rmdir(at).then(
      () => true,
      () => false,
    );
    if (!gone) return;
  }
}

/** A name in `folder` that no other write has, of this process or another. */
export function unfinished(folder: string): string {
  return join(folder, `${UNFINISHED}new-${randomUUID()}`);
}

/**
 * Puts these files into `folder`, in their order, beside what it holds; none before all are written.
 * @param what how an error calls it.
 * @throws GraftError `io`, with nothing left behind; files of these names stay as they were.
 */
export async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array | string>, what = folder): Promise<void> {
  const places = Array.from(files.keys(), (name) => [unfinished(folder), join(folder, name)] as const);
  let made: string | undefined;
  try {
    made = await mkdir(folder, { recursive: true });
    for (const [i, content] of [...files.values()].entries()) await writeFlushed(places[i]?.[0] as string, content);
    for (const [aside, path] of places) await rename(aside, path);
    await flush(folder);
  } catch (cause) {
    for (const [aside] of places) await rm(aside, { force: true }).catch(() => undefined);
    await unmade(folder, made);
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

/** Renames a folder that is whole, in the place of an earlier one; of several processes that do so at once the last wins. @throws GraftError `io`. */
export async function putFolder(aside: string, path: string): Promise<void> {
  const old = unfinished(dirname(path));
  for (let tries = 1; ; tries++) {
    try {
      await rename(path, old).catch(unless('ENOENT'));
      await rm(old, { recursive: true, force: true });
      return await rename(aside, path);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (tries === MOST_TRIES || (code !== 'ENOTEMPTY' && code !== 'EEXIST')) throw ioError(`write ${path}`, cause);
    }
  }
}

const unless = (expected: string) => (cause: NodeJS.ErrnoException) => {
  if (cause.code !== expected) throw cause;
};

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
    ELOOP: 'Its symbolic links lead in a circle; repair the link or choose another name.',
    EFBIG: 'Files may not be so large here; raise the limit (`ulimit -f`) or choose another folder.',
  };
  const remedy = known[code ?? ''] ?? 'Check that the folder exists and may be written.';
  // A name of ours says nothing to people; `what` has theirs.
  const reason = message.includes(`/${UNFINISHED}`) ? reasonOf(cause) : message;
  return new GraftError('io', `Could not ${what}: ${reason}. ${remedy}`, { cause });
}

/** What the system says went wrong, without the call and its paths: `ENOENT: no such file or directory`. */
export function reasonOf(cause: unknown): string {
  return (cause as Error).message.replace(/, \w+(?: '.*')?$/s, '');
}
