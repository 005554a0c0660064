// Rows on disk, a folder for each source: `rows.bin` and `entry.json` with its checksum, under a name made of hashes. Several processes may use a
// cache folder at once, and be killed at any time. Called while caching.
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { wallClock } from '../../core/clock.ts';
import { flush, ioError, removeFolder, UNFINISHED, writeFlushed } from '../durable.ts';
import { hashOf } from '../fingerprint.ts';
import type { KeptValue } from './cut.ts';

/** Version of the layout; part of the names. */
const FORMAT = 1;
/** What nobody has written to for so long is of a process that is gone, where nobody can see whether it is. */
const SILENCE_MS = 3_600_000;
/** Bytes of the disk that a cache leaves free. */
const LEFT_FREE = 2 ** 28;
const [ROWS, RECORD] = ['rows.bin', 'entry.json'];

/** What an entry holds; an entry of another layout is no entry. */
export interface Layout {
  readonly values: readonly KeptValue[];
  readonly length: number;
  /** Of one row. */
  readonly bytes: number;
}

/** Names of whole entries that begin with `stem`. */
export async function entriesOf(folder: string, stem = ''): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => NAME.test(name) && name.startsWith(stem));
}

/** The name of an entry: first of what makes the features, then of the inputs' content. */
export function entryName(stem: string, content: string): string {
  return `${stem}-${content}`;
}
const NAME = /^[0-9a-f]{32}-[0-9a-f]{32}$/;
/** What else a cache makes in its folder, which may be anybody's besides: entries on their way out, and those being written, by machine and process. */
const OLD = new RegExp(`^\\${UNFINISHED}old-[0-9a-f]{32}-[0-9a-f]{32}$`);
const NEW = new RegExp(`^\\${UNFINISHED}new-([0-9a-f]{8})-(\\d+)-(\\d*)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`);

/** The first part of an entry's name. */
export function stemOf(...parts: readonly (Uint8Array | string)[]): string {
  return hashOf(`features ${FORMAT}`, ...parts);
}

/** Path of an entry's rows. */
export function rowsPath(folder: string, name: string): string {
  return join(folder, name, ROWS);
}

/**
 * Reads all of an entry, so that no damage is overlooked, and marks it as used.
 * @param into takes the rows, where they are to be held in memory.
 * @returns whether it is whole.
 */
export async function checkEntry(folder: string, name: string, layout: Layout, into?: Uint8Array): Promise<boolean> {
  let file: FileHandle | undefined;
  try {
    const record = JSON.parse(await readFile(join(folder, name, RECORD), 'utf8')) as { sha256: string; layout: Layout };
    if (JSON.stringify(record.layout) !== JSON.stringify(layout)) return false;
    file = await open(rowsPath(folder, name), 'r');
    const total = layout.length * layout.bytes;
    if ((await file.stat()).size !== total) return false;
    const hash = createHash('sha256');
    const part = into ? undefined : new Uint8Array(Math.min(total, 2 ** 22));
    for (let at = 0; at < total; ) {
      const target = into ? into.subarray(at, at + 2 ** 22) : (part as Uint8Array).subarray(0, total - at);
      const { bytesRead } = await file.read(target, 0, target.length, at);
      if (bytesRead === 0) return false;
      hash.update(target.subarray(0, bytesRead));
      at += bytesRead;
    }
    const now = new Date(wallClock());
    // Where others own the entry, they mark it.
    await utimes(join(folder, name, RECORD), now, now).catch(() => {});
    return hash.digest('hex') === record.sha256;
  } catch {
    return false;
  } finally {
    await file?.close();
  }
}

/** An entry that is being written, under a name that nobody looks for. */
export interface NewEntry {
  append(rows: Uint8Array): Promise<void>;
  /** Puts it in place under its name. @throws GraftError `io`, with nothing left behind. */
  finish(name: string): Promise<void>;
  discard(): Promise<void>;
}

/** What a cache folder may hold, and the entries there that stay: this run's own. */
export interface Room {
  /** Bytes. */
  readonly most: number;
  readonly used: ReadonlySet<string>;
}

/**
 * Begins an entry, which counts in full at once; entries that were not used for longest make room for it.
 * @returns nothing where all of them could not.
 * @throws GraftError `io` when the disk has no room or cannot be written; then nothing is left behind.
 */
export async function newEntry(folder: string, layout: Layout, room: Room): Promise<NewEntry | undefined> {
  const total = layout.length * layout.bytes;
  const aside = join(folder, `${UNFINISHED}new-${MACHINE}-${process.pid}-${await startOf(process.pid)}-${randomUUID()}`);
  const discard = async () => {
    await file?.close().catch(() => {});
    file = undefined;
    await rm(aside, { recursive: true, force: true }).catch(() => {});
  };
  const guarded = async <T>(what: string, body: () => Promise<T>): Promise<T> => {
    try {
      return await body();
    } catch (cause) {
      await discard();
      throw ioError(what, cause);
    }
  };
  let file: FileHandle | undefined;
  const hash = createHash('sha256');
  await guarded(`write features into ${folder}`, async () => {
    await mkdir(aside, { recursive: true });
    file = await open(join(aside, ROWS), 'wx');
    // Before room is looked for: of two that do so at once, each sees how much the other will take.
    await file.truncate(total);
  });
  if (!(await makeRoom(folder, room))) {
    await discard();
    return undefined;
  }
  await guarded(`write features into ${folder}`, async () => {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < total + LEFT_FREE)
      throw Object.assign(new Error(`${inUnits(total)} are wanted, ${inUnits(bavail * bsize)} are free, and ${inUnits(LEFT_FREE)} are left so`), {
        code: 'ENOSPC',
      });
  });
  let at = 0;
  return {
    append: (rows) =>
      guarded(`write features into ${folder}`, async () => {
        for (let done = 0; done < rows.length; ) {
          const { bytesWritten } = await (file as FileHandle).write(rows, done, rows.length - done, at);
          done += bytesWritten;
          at += bytesWritten;
        }
        hash.update(rows);
      }),
    finish: (name) =>
      guarded(`write features into ${folder}`, async () => {
        await file?.sync();
        await file?.close();
        file = undefined;
        await writeFlushed(join(aside, RECORD), JSON.stringify({ layout, sha256: hash.digest('hex') }));
        await flush(aside);
        await rename(aside, join(folder, name)).catch(async (error: NodeJS.ErrnoException) => {
          // Another process has just made the same: a folder that holds something is not replaced.
          if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code ?? '') || !(await stat(join(folder, name)).catch(() => undefined))) throw error;
          await discard();
        });
        await flush(folder);
      }),
    discard,
  };
}

/** Removes what processes that are gone left half-way, and nothing else. */
export async function sweepEntries(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!OLD.test(name) && !(await isAbandoned(folder, name))) continue;
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}

/** Whether it is an entry that nobody goes on writing. */
async function isAbandoned(folder: string, name: string): Promise<boolean> {
  const [, machine, pid, start] = NEW.exec(name) ?? [];
  if (pid === undefined) return false;
  return machine === MACHINE ? !(await isAlive(Number(pid), start as string)) : (await silenceOf(join(folder, name))) > SILENCE_MS;
}

/** @returns whether the folder keeps within `most`, by removing entries if need be; where removing all that may go would not help, none is removed. */
async function makeRoom(folder: string, room: Room): Promise<boolean> {
  const held = await heldIn(folder, room);
  return held.excess <= sum(held.spare) && (await removeOldest(folder, held)) <= 0;
}

/**
 * Brings what a folder held already within `most`, which may be less than at its last use: as {@link newEntry} does for what is to come.
 * @returns whether this run's own entries fit; where they do not, none is removed. What others write just now, and what cannot be removed, may go beyond.
 */
export async function keepWithin(folder: string, room: Room): Promise<boolean> {
  const held = await heldIn(folder, room);
  if (sum(held.own) > room.most) return false;
  await removeOldest(folder, held);
  return true;
}

interface Held {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly last: number;
}

/** This run's entries, those that may go, and the bytes that all that lies there has beyond `most`. */
async function heldIn(folder: string, { most, used }: Room): Promise<{ own: Held[]; spare: Held[]; excess: number }> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => [NAME, OLD, NEW].some((form) => form.test(name)));
  const all = await Promise.all(names.map(async (name) => ({ name, size: await sizeAt(rowsPath(folder, name)), last: await lastUse(folder, name) })));
  const own = all.filter(({ name }) => used.has(name));
  const spare = all.filter(({ name }) => NAME.test(name) && !used.has(name));
  return { own, spare, excess: sum(all) - most };
}

function sum(entries: readonly Held[]): number {
  return entries.reduce((total, { size }) => total + size, 0);
}

/** Removes what was not used for longest, as long as there is an excess. @returns the bytes still in excess. */
async function removeOldest(folder: string, { spare, excess }: { readonly spare: readonly Held[]; readonly excess: number }): Promise<number> {
  let left = excess;
  for (const { name, size } of [...spare].sort((a, b) => a.last - b.last)) {
    if (left <= 0) break;
    if (await removeEntry(folder, name)) left -= size;
  }
  return left;
}

/** @returns whether it is gone: others may hold it, or own it. */
export function removeEntry(folder: string, name: string): Promise<boolean> {
  return removeFolder(join(folder, name)).then(
    () => true,
    () => false,
  );
}

/** Bytes in the unit that suits them. */
export function inUnits(bytes: number): string {
  const power = bytes < 2 ** 20 ? 1 : bytes < 2 ** 30 ? 2 : 3;
  const value = bytes / 1024 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${['KiB', 'MiB', 'GiB'][power - 1]}`;
}

async function sizeAt(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function lastUse(folder: string, name: string): Promise<number> {
  return (await stat(join(folder, name, RECORD)).catch(() => undefined))?.mtimeMs ?? 0;
}

/** Milliseconds since something was written in a folder; endless where it is gone. */
async function silenceOf(folder: string): Promise<number> {
  const times = await Promise.all([folder, join(folder, ROWS)].map(async (path) => (await stat(path).catch(() => undefined))?.mtimeMs ?? 0));
  return wallClock() - Math.max(...times);
}

/** Tells machines apart, and the boots and containers of one, each of which counts its processes anew. */
const MACHINE = hashOf(
  hostname(),
  told(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
  told(() => readlinkSync('/proc/self/ns/pid')),
).slice(0, 8);

/** What Linux tells; nothing elsewhere. */
function told(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** Tick at which a process of this machine began, where the system tells: a number by itself may be another process's later. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The program's name, in brackets, may hold anything; the start is the twentieth field behind it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** Whether the process that had this number when it began at `start` still runs. */
async function isAlive(pid: number, start: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = await startOf(pid);
  return now === '' || now === start;
}
