// Keeps a checkpoint folder to one run at a time: two that save into it would remove each other's files. Used by `fit`.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { fail, GraftError } from '../core/errors.ts';

const NAME = 'lock.json';

/** Folders that runs of this process hold. */
const held = new Set<string>();

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Takes the folder, which is made where there is none, for one run. A lock whose process has ended, as after `kill -9`, is taken over.
 * @returns what gives it back.
 * @throws GraftError `io` when another run holds it, or when it cannot be written.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const key = resolve(folder);
  const path = join(folder, NAME);
  if (held.has(key)) fail('io', `${folder} is in use by another run of this process. Wait for its end, or choose another folder.`);
  held.add(key);
  try {
    await mkdir(folder, { recursive: true });
    await write(path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      const holder = await holderOf(path);
      if (holder && isRunning(holder)) {
        fail(
          'io',
          `${folder} is in use by process ${holder.pid}. Wait for its end, choose another folder, or remove ${path} if it is no run of Graft.`,
        );
      }
      await rm(path, { force: true });
      await write(path);
    });
  } catch (cause) {
    held.delete(key);
    if (cause instanceof GraftError) throw cause;
    throw new GraftError(
      'io',
      `Could not write ${path}: ${(cause as Error).message}. Check that the folder may be written and the disk is not full.`,
      { cause },
    );
  }
  return async () => {
    await rm(path, { force: true });
    held.delete(key);
  };
}

function write(path: string): Promise<void> {
  return writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder), { flag: 'wx' });
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** Whether it is another process of this machine that is alive. In containers the process that follows a killed one often has its number. */
function isRunning({ pid, host }: Holder): boolean {
  if (pid === process.pid || host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
