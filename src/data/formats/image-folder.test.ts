import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comeBack, filesOf, picture, pictureRows, placeOf, writeTree } from '../../../tests/support/picture-files.ts';
import { readAll, testFormat } from '../../../tests/support/test-format.ts';
import { decodeImage } from '../images/decode.ts';
import type { Photo } from '../reading/cell.ts';
import { fileInput } from '../reading/file-input.ts';
import { imageFolder } from './image-folder.ts';

testFormat({
  format: imageFolder,
  kind: 'folder',
  rows: pictureRows,
  write: (folder, rows, damaged) => writeTree(folder, filesOf(rows, damaged)),
  back: comeBack,
  place: placeOf,
  empty: (folder) => folder,
});

let root = '';
let png: Buffer = Buffer.alloc(0);
let count = 0;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'graft-image-folder-'));
  png = await picture(1);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const fresh = () => {
  const folder = join(root, String(count++));
  mkdirSync(folder);
  return folder;
};
/** A folder of these files; those that end in `/` are empty folders. */
const folderOf = (...paths: readonly string[]) => {
  const folder = fresh();
  for (const path of paths) path.endsWith('/') ? mkdirSync(join(folder, path), { recursive: true }) : writeTree(folder, new Map([[path, png]]));
  return folder;
};
type Options = NonNullable<Parameters<typeof readAll<(typeof imageFolder)['options']>>[2]>['options'];
/** Rows as `part: path = label`. */
const rowsOf = async (folder: string, options?: Options) => {
  const { batches, facts } = await readAll(imageFolder, folder, { options: options ?? {} });
  const rows = batches.flatMap(({ part, rows }) =>
    rows.map(
      ([photo, label]) => `${part ? `${part}: ` : ''}${(photo as Photo).name.slice(folder.length + 1)}${label === undefined ? '' : ` = ${label}`}`,
    ),
  );
  return { rows, facts };
};

describe('folders', () => {
  it('of classes, in parts, are told apart, whatever the parts are called', async () => {
    const { rows, facts } = await rowsOf(folderOf('Training/b/1.png', 'Training/a/1.png', 'valid/a/2.png', 'test/b/3.png', 'test/a/4.png'));
    expect(rows).toEqual([
      'train: Training/a/1.png = a',
      'train: Training/b/1.png = b',
      'validation: valid/a/2.png = a',
      'test: test/a/4.png = a',
      'test: test/b/3.png = b',
    ]);
    expect(facts).toEqual({ pictures: '5', classes: '2', parts: 'train 2, validation 1, test 2' });
  });

  it('without subfolders give pictures without labels', async () => {
    const folder = folderOf('b.png', 'a.jpg');
    expect(await rowsOf(folder)).toEqual({ rows: ['a.jpg', 'b.png'], facts: { pictures: '2', classes: 'none' } });
    expect((await rowsOf(folderOf('train/1.png', 'test/2.png'))).rows).toEqual(['train: train/1.png', 'test: test/2.png']);
  });

  it('around all others are looked through, but not those of a class or part', async () => {
    const { rows, facts } = await rowsOf(folderOf('set/photos/a/1.png', 'set/photos/b/2.png', 'set/photos/c/'));
    expect(rows).toEqual(['set/photos/a/1.png = a', 'set/photos/b/2.png = b']);
    expect(facts).toMatchObject({ 'folder around them': 'set/photos', 'folders without pictures': '"c"' });
    expect((await rowsOf(folderOf('a/1.png', 'a/2.png'))).rows).toEqual(['a/1.png = a', 'a/2.png = a']);
    expect((await rowsOf(folderOf('train/a/1.png'))).rows).toEqual(['train: train/a/1.png = a']);
  });

  it('inside class folders belong to the class; what lies outside of them has no label', async () => {
    const { rows, facts } = await rowsOf(folderOf('a/x/y/1.png', 'a/2.png', 'b/3.png', 'cover.png', 'val/'));
    expect(rows).toEqual(['a/2.png = a', 'a/x/y/1.png = a', 'b/3.png = b', 'cover.png = null']);
    expect(facts).toEqual({
      pictures: '4',
      classes: '2',
      'in folders inside class folders': '1',
      'without a class folder': '1',
      'folders without pictures': '"val"',
    });
  });

  it('that are classes may be called like parts', async () => {
    expect((await rowsOf(folderOf('train/1.png', 'bus/2.png'))).rows).toEqual(['bus/2.png = bus', 'train/1.png = train']);
    expect((await rowsOf(folderOf('train/1.png', 'test/2.png'), { parts: 'no' })).rows).toEqual(['test/2.png = test', 'train/1.png = train']);
  });

  it('that may be parts or classes are asked about', async () => {
    const folder = folderOf('train/a/1.png', 'test/a/2.png', 'extra/3.png');
    const error = `"${folder}" has "test", "train", which are parts by their names, but "extra" beside them; move it away, or set the option \`parts\` to 'yes' (it is passed over) or 'no' (all of them are classes).`;
    await expect(rowsOf(folder)).rejects.toThrow(error);
    const { rows, facts } = await rowsOf(folder, { parts: 'yes' });
    expect(rows).toEqual(['train: train/a/1.png = a', 'test: test/a/2.png = a']);
    expect(facts).toMatchObject({ pictures: '2', 'passed over outside of the parts': '1' });
    expect((await rowsOf(folder, { parts: 'no' })).rows).toHaveLength(3);
    await expect(rowsOf(folderOf('a/1.png'), { parts: 'yes' })).rejects.toThrow('has no folder of pictures that is called train, val or test');
  });

  it('are classes by one name, however it is composed', async () => {
    const { rows } = await rowsOf(folderOf('train/caf\u00e9/1.png', 'test/cafe\u0301/2.png'));
    expect(rows.map((row) => row.split(' = ')[1])).toEqual(['caf\u00e9', 'caf\u00e9']);
  });
});

describe('files', () => {
  it('of systems are passed over in silence, others are counted', async () => {
    const clutter = ['.DS_Store', 'a/.hidden.png', 'a/Thumbs.db', '__MACOSX/a/1.png', '.git/a/1.png', 'a/desktop.ini'];
    const { rows, facts } = await rowsOf(
      folderOf(...clutter, 'a/1.png', 'b/2.PNG', 'a/notes.txt', 'readme.txt', 'b/old.bmp', 'b/drawing.svg', 'b/LICENSE'),
    );
    expect(rows).toEqual(['a/1.png = a', 'b/2.PNG = b']);
    expect(facts['other files']).toBe('2 .txt, 1 .bmp, 1 .svg, 1 no ending, passed over');
  });

  it('that are SVG drawings are rendered where they are asked for', async () => {
    const folder = fresh();
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"><rect width="1" height="1" fill="red"/></svg>';
    writeTree(
      folder,
      new Map<string, Uint8Array | string>([
        ['a/1.png', png],
        ['a/2.svg', drawing],
      ]),
    );
    const [first, second] = (await readAll(imageFolder, folder, { options: { svg: true } })).rows.map(({ photo }) => (photo as Photo).source);
    expect(first).toBe(join(folder, 'a/1.png'));
    const { data } = await decodeImage(await (second as () => Promise<Uint8Array>)());
    expect([...data]).toEqual([255, 0, 0, 255, 255, 255]);
  });

  it('are missed by name where there are none', async () => {
    const folder = folderOf('a/notes.txt', 'old.bmp');
    const kinds = 'those are files ending in .jpg, .png, .webp, .gif, .tif or .avif.';
    await expect(rowsOf(folder)).rejects.toThrow(`"${folder}" holds no pictures (other files: 1 .bmp, 1 .txt, passed over); ${kinds}`);
    const table = folderOf('data.csv');
    await expect(rowsOf(table)).rejects.toThrow(
      `"${table}" holds no pictures, but the table "data.csv"; unpack it, if it is packed, and give that file itself.`,
    );
    await expect(rowsOf(join(folder, 'old.bmp'))).rejects.toThrow('is a file; the format `image-folder` reads a folder of pictures.');
  });

  it('are recognised by a picture at any depth', async () => {
    expect(await imageFolder.folder?.(folderOf('x/y/z/1.webp'))).toBe(true);
    expect(await imageFolder.folder?.(folderOf('x/y/z/1.txt', '.git/1.png'))).toBe(false);
  });
});

describe('links', () => {
  it('inside the folder are followed, those that lead out only where that is allowed; circles end', async () => {
    const [outside, folder] = [folderOf('far/9.png'), folderOf('a/1.png', 'b/2.png')];
    symlinkSync(join(outside, 'far'), join(folder, 'c'));
    symlinkSync(join(outside, 'far', '9.png'), join(folder, 'a', '9.png'));
    symlinkSync('../b/2.png', join(folder, 'a', '3.png'));
    symlinkSync('..', join(folder, 'a', 'up'));
    symlinkSync('nowhere.png', join(folder, 'a', 'dead.png'));
    symlinkSync('self.png', join(folder, 'a', 'self.png'));
    const { rows, facts } = await rowsOf(folder);
    expect(rows).toEqual(['a/1.png = a', 'a/3.png = a', 'b/2.png = b']);
    expect(facts.links).toBe('5 passed over that lead out, nowhere, or to what is read anyway');
    const all = await rowsOf(folder, { links: true });
    expect(all.rows).toEqual(['a/1.png = a', 'a/3.png = a', 'a/9.png = a', 'b/2.png = b', 'c/9.png = c']);
    expect(all.facts.links).toMatch(/^3 /);
  });

  it('to the folder itself change nothing', async () => {
    const link = join(root, 'link');
    symlinkSync(folderOf('a/1.png'), link);
    expect((await rowsOf(link)).rows).toEqual(['a/1.png = a']);
  });
});

it('stops when it is told to', async () => {
  const [input, options] = [await fileInput(folderOf('a/1.png')), { parts: 'auto', svg: false, links: false } as const];
  const stop = new AbortController();
  const { batches } = await imageFolder.read(input, options, { damaged: () => undefined, signal: stop.signal });
  stop.abort();
  await expect(batches[Symbol.asyncIterator]().next()).rejects.toThrow('Reading was stopped.');
  await expect(imageFolder.read(input, options, { damaged: () => undefined, signal: stop.signal })).rejects.toThrow('Reading was stopped.');
});

it('goes through thousands of files in the order of their names', async () => {
  const paths = Array.from({ length: 2500 }, (_, i) => `class-${i % 7}/${(i * 7919) % 2500}.png`);
  const folder = folderOf(...paths);
  const { rows } = await rowsOf(folder);
  expect(rows.map((row) => row.split(' = ')[0])).toEqual([...paths].sort());
});
