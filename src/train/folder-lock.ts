// Keeps a checkpoint folder to one run at a time: two that save into it would remove each other's files. Used by `fit`.
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fail, GraftError } from '../core/errors.ts';

const NAME = 'lock.json';

/** How often a holder shows that it lives, and how long it may be silent before others, who cannot see its process, take it for dead. */
const [BEAT_MS, SILENCE_MS] = [5_000, 30_000];

/** Tokens of the locks that this thread has given back: their files may be left, where they could not be removed. */
const released = new Set<string>();

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Second at which the process began, on the machine's own clock: a number may belong to another process later. */
  readonly started?: number;
  /** Of this lock alone. */
  readonly token?: string;
}

/**
 * Takes the folder, which is made where there is none, for one run. A lock whose process has ended, as after `kill -9`, is taken over.
 * @returns what gives it back; it never fails, so that it hides no error of the run.
 * @throws GraftError `io` when another run holds it, or when it cannot be written.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const own = { pid: process.pid, host: hostname(), started: startOfProcess(), token: randomUUID() };
  let path = join(folder, NAME);
  let file: FileHandle;
  try {
    await mkdir(folder, { recursive: true });
    path = join(await realpath(folder), NAME);
    file = await take(path, folder);
    await file.write(JSON.stringify(own), 0).catch(async (error: Error) => {
      await file.close();
      await rm(path, { force: true });
      throw error;
    });
  } catch (cause) {
    if (cause instanceof GraftError) throw cause;
    throw new GraftError(
      'io',
      `Could not write ${path}: ${(cause as Error).message}. Check that the folder may be written and the disk is not full.`,
      { cause },
    );
  }
  // The same again, to no other file than that which was taken, whatever has become of its name.
  const beat = setInterval(() => file.write(JSON.stringify(own), 0).catch(() => undefined), BEAT_MS);
  beat.unref();
  return async () => {
    clearInterval(beat);
    released.add(own.token);
    await file.close().catch(() => undefined);
    // One that was removed by hand may be another run's by now.
    if ((await holderOf(path))?.token === own.token) await rm(path, { force: true }).catch(() => undefined);
  };
}

/** Makes the lock, which nobody else then can. */
async function take(path: string, folder: string): Promise<FileHandle> {
  const taken = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  };
  const first = await open(path, 'wx').catch(taken);
  if (first) return first;
  await removeDead(path, folder);
  return (
    (await open(path, 'wx').catch(taken)) ?? fail('io', `${folder} was taken by another run just now. Wait for its end, or choose another folder.`)
  );
}

/** Removes the lock of a run that has ended. @throws GraftError `io` when it has not. */
async function removeDead(path: string, folder: string): Promise<void> {
  const holder = await holderOf(path);
  const life = await signOfLife(holder, path);
  if (life !== undefined) fail('io', `${folder} is in use by ${life}. ${remedy(path)}`);
  // Moved before it is removed: of two runs that find it dead at once, the second would else remove the lock of the first.
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  const moved = await holderOf(aside);
  if (moved?.token !== holder?.token) {
    await rename(aside, path);
    fail('io', `${folder} was taken by process ${moved?.pid} just now. ${remedy(path)}`);
  }
  await rm(aside, { force: true });
}

function remedy(path: string): string {
  return `Wait for its end, choose another folder, or remove ${path} if it is no run of Graft.`;
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const { pid, host, ...rest } = JSON.parse(await readFile(path, 'utf8')) as Holder;
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host, ...rest } : undefined;
  } catch {
    return undefined;
  }
}

/** Who holds the folder, in words; `undefined` when it has ended. */
async function signOfLife(holder: Holder | undefined, path: string): Promise<string | undefined> {
  if (holder?.host !== hostname()) {
    const silent = await silenceOf(path);
    if (silent > SILENCE_MS) return undefined;
    // A lock is empty for the moment between being made and being written.
    return holder
      ? `process ${holder.pid} on ${holder.host}, which was alive ${Math.round(silent / 1000)} s ago`
      : `a run that began ${Math.round(silent / 1000)} s ago`;
  }
  const { pid, started, token } = holder;
  if (pid === process.pid) {
    // In containers the process that follows a killed one often has its number.
    const here = started !== undefined && Math.abs(started - startOfProcess()) < 0.5;
    return here && !released.has(token ?? '') ? 'another run of this process' : undefined;
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  return `process ${pid}`;
}

/** Time since a file was written, by the clock of its file system, which machines that share it do not share. */
async function silenceOf(path: string): Promise<number> {
  const probe = `${path}.${randomUUID()}`;
  try {
    await writeFile(probe, '');
    const [now, then] = await Promise.all([stat(probe), stat(path)]);
    return Math.max(0, now.mtimeMs - then.mtimeMs);
  } finally {
    await rm(probe, { force: true });
  }
}

/** The same in all threads of a process, however the wall clock is set. */
function startOfProcess(): number {
  return Number(process.hrtime.bigint()) / 1e9 - process.uptime();
}
