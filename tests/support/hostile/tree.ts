// Files of a hostile input as data, and how they get to disk. Called by what makes such inputs and by what opens them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file's content; a symbolic link; a pipe that nobody writes to. */
export type Item = Uint8Array | string | { readonly link: string } | { readonly pipe: true };

/** Items by their paths, with `/`; a path that ends in `/` is an empty folder. */
export type Tree = ReadonlyMap<string, Item>;

export function writeItems(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, item] of tree) {
    const place = join(folder, path);
    if (path.endsWith('/')) {
      mkdirSync(place, { recursive: true });
      continue;
    }
    mkdirSync(dirname(place), { recursive: true });
    if (typeof item === 'string' || item instanceof Uint8Array) writeFileSync(place, item);
    else if ('link' in item) symlinkSync(item.link, place);
    else execFileSync('mkfifo', [place]);
  }
}
