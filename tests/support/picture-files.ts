// Small pictures in class folders, and how the tests of picture formats write and expect them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { expect } from 'vitest';
import type { Photo } from '../../src/data/reading/cell.ts';
import type { Rows } from './test-format.ts';

/** A picture of one colour, 4 by 3. */
export function picture(red: number, kind: 'png' | 'jpeg' = 'png'): Promise<Buffer> {
  return sharp({ create: { width: 4, height: 3, channels: 3, background: { r: red, g: 100, b: 200 } } })
    [kind]()
    .toBuffer();
}

const photo = async (name: string, red: number): Promise<Photo> => ({ name, source: await picture(red, name.endsWith('.png') ? 'png' : 'jpeg') });

/** Rows whose photos are called by their paths, in the order in which they are read. */
export const pictureRows: Rows = [
  { photo: await photo('cats/1.png', 10), label: 'cats' },
  { photo: await photo('cats/2.jpg', 20), label: 'cats' },
  { photo: await photo('dogs/1.png', 30), label: 'dogs' },
];

/** Files by path; the one at `damaged` is empty. */
export function filesOf(rows: Rows, damaged?: number): Map<string, Buffer> {
  return new Map(
    rows.map(({ photo }, i) => {
      const { name, source } = photo as Photo;
      return [name, i === damaged ? Buffer.alloc(0) : Buffer.from(source as Uint8Array)];
    }),
  );
}

/** What rows are like when they come back: photos by the whole path. */
export function comeBack(rows: Rows): Rows {
  return rows.map(({ photo, ...others }) => ({
    photo: expect.objectContaining({ name: expect.stringMatching(new RegExp(`[/\\\\]${(photo as Photo).name}$`)) }) as Photo,
    ...others,
  }));
}

/** Says of the damaged row at `at` where it is. */
export function placeOf(at: number): RegExp {
  return new RegExp(`picture "${[...filesOf(pictureRows).keys()][at]}" is empty`);
}

/** Writes files below a folder. */
export function writeTree(folder: string, files: ReadonlyMap<string, Uint8Array | string>): string {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}
