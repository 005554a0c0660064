// A folder in, the pictures and folders below it out. Called by the image folder's format.
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fail } from '../../core/errors.ts';
import type { ReadContext } from '../reading/format.ts';
import { type Listing, lister } from './listing.ts';
import { isClutter, isPicture } from './names.ts';

/** Which files are taken. */
export interface WalkOptions {
  readonly svg: boolean;
  /** Whether links are followed where they lead out of the folder. */
  readonly links: boolean;
}

/** `holdsPicture` looks into so many folders. */
const MOST_LOOKED_INTO = 1000;

/** Lists all that lies below `root`. Each folder is read once, by its own path before any link to it, so that circles end. */
export async function walk(root: string, { svg, links }: WalkOptions, { damaged, signal }: ReadContext): Promise<Listing> {
  const found = lister(svg);
  const top = await realpath(root);
  const seen = new Set<string>();
  const [waiting, linked]: [string[], string[]] = [[''], []];
  const next = () => waiting.pop() ?? linked.shift();
  for (let path = next(); path !== undefined; path = next()) {
    if (signal?.aborted) fail('aborted', 'Reading was stopped.');
    const folder = join(root, path);
    const read = await entriesOf(folder, seen);
    if (read === 'seen') found.link(path);
    else if (typeof read === 'string') damaged(`folder "${path}"`, read);
    else {
      found.folder(path);
      for (const entry of read) if (!isClutter(entry.name)) await take(entry, path === '' ? entry.name : `${path}/${entry.name}`);
    }
  }
  return found.finish();

  async function take(entry: Dirent, path: string): Promise<void> {
    if (entry.isSymbolicLink()) await follow(path);
    else if (entry.isDirectory()) waiting.push(path);
    else if (entry.isFile()) found.file(path, () => pictureAt(path));
    else found.other(path);
  }

  async function follow(path: string): Promise<void> {
    const target = await realpath(join(root, path)).catch(() => undefined);
    const kind = target === undefined || !(links || isInside(top, target)) ? undefined : await stat(target).catch(() => undefined);
    if (kind?.isDirectory()) linked.push(path);
    else if (kind?.isFile()) found.file(path, () => pictureAt(path));
    else found.link(path);
  }

  function pictureAt(path: string) {
    const whole = join(root, path);
    return { name: whole, source: whole };
  }
}

/** Whether a picture lies anywhere below a folder; stops at the first, and at folders of other things after a while. */
export async function holdsPicture(root: string): Promise<boolean> {
  const waiting = [root];
  for (let looked = 0; looked < MOST_LOOKED_INTO; looked++) {
    const folder = waiting.pop();
    if (folder === undefined) return false;
    const entries = (await readdir(folder, { withFileTypes: true }).catch(() => [])).filter(({ name }) => !isClutter(name));
    if (entries.some((entry) => !entry.isDirectory() && isPicture(entry.name, false))) return true;
    for (const entry of entries) if (entry.isDirectory()) waiting.push(join(folder, entry.name));
  }
  return false;
}

/** A folder's entries; `seen` where it was read before; why it cannot be read, as the rest of a sentence. */
async function entriesOf(folder: string, seen: Set<string>): Promise<Dirent[] | string> {
  try {
    const real = await realpath(folder);
    if (seen.has(real)) return 'seen';
    seen.add(real);
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    return `cannot be read: ${(cause as Error).message}`;
  }
}

function isInside(top: string, target: string): boolean {
  const path = relative(top, target);
  return !isAbsolute(path) && path !== '..' && !path.startsWith(`..${sep}`);
}
