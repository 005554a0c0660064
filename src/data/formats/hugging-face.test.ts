import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { goldenPath } from '../../../tests/support/golden-rows.ts';
import { readAll, testFormat } from '../../../tests/support/test-format.ts';
import { decodeImage } from '../images/decode.ts';
import type { Cell, Photo } from '../reading/cell.ts';
import { fileInput } from '../reading/file-input.ts';
import { huggingFace } from './hugging-face.ts';

// Written by `datasets`: make_formats.py. Pictures 0 to 3 are for training, 4 for validation, 4 and 5 for the test.
const row = (i: number) => ({
  image: { name: expect.stringMatching(new RegExp(`/${i}\\.png$`)), source: expect.anything() } as Cell,
  label: ['zero', 'one', 'two'][i % 3] as string,
  colours: ['red', 'green'].slice(0, i % 3),
});
const ROWS = [0, 1, 2, 3, 4, 4, 5].map(row);

for (const layout of ['saved', 'hub'])
  testFormat({
    format: huggingFace,
    kind: 'folder',
    rows: ROWS,
    write(folder, rows) {
      cpSync(goldenPath(rows.length === 1 ? 'hub-one' : layout), folder, { recursive: true });
      return folder;
    },
    empty: (folder) => folder,
  });

const root = mkdtempSync(join(tmpdir(), 'graft-hugging-face-'));
afterAll(() => rmSync(root, { recursive: true }));
/** A folder whose files are copies of golden ones. */
const folder = (name: string, files: Readonly<Record<string, string>>): string => {
  for (const [to, from] of Object.entries(files)) cpSync(goldenPath(from), join(root, name, to), { recursive: true });
  return join(root, name);
};
const TRAIN = 'hub/data/train-00000-of-00001.parquet';
const TEST = 'hub/data/test-00000-of-00001.parquet';
const partsOf = async (path: string) => (await readAll(huggingFace, path)).batches.map(({ part, rows }) => [part, rows.length]);

describe('splits', () => {
  it.each(['saved', 'hub'])('are parts: %s', async (layout) => {
    expect(await partsOf(goldenPath(layout))).toEqual([
      ['train', 4],
      ['validation', 1],
      ['test', 2],
    ]);
  });

  it('a single one is no part: its rows are still to be divided', async () => {
    expect(await partsOf(goldenPath('saved/train'))).toEqual([[undefined, 4]]);
    expect(await partsOf(folder('single', { 'data/train-00000-of-00001.parquet': TRAIN }))).toEqual([[undefined, 4]]);
  });

  it.each([
    ['valid', 'valid-00000-of-00001.parquet'],
    ['dev', 'dev.parquet'],
    ['val', 'val/0000.parquet'],
    ['eval', 'eval-00000-of-00001-4e4dd2e2ab6bd1fe.parquet'],
    ['of a cache', 'digits-validation.parquet'],
    ['of a configuration', 'default/validation/0000.parquet'],
  ])('validation by other names: %s', async (name, file) => {
    const place = name === 'of a configuration' ? 'default/train.parquet' : 'train.parquet';
    expect(await partsOf(folder(`named ${name}`, { [place]: TRAIN, [file]: TEST }))).toEqual([
      ['train', 4],
      ['validation', 2],
    ]);
  });

  it('that are no parts are left out, and said to be', async () => {
    const path = folder('unsupervised', { 'train-00000-of-00001.parquet': TRAIN, 'unsupervised-00000-of-00001.parquet': TEST });
    const { rows, facts } = await readAll(huggingFace, path);
    expect(rows).toEqual(ROWS.slice(0, 4));
    expect(facts).toMatchObject({ files: '1', 'left out': 'split unsupervised' });
  });

  it('of which none is known are refused', async () => {
    const path = folder('unknown', { 'a-00000-of-00001.parquet': TRAIN, 'b-00000-of-00001.parquet': TEST });
    await expect(readAll(huggingFace, path)).rejects.toThrow(
      `"${path}" has the splits a, b, none of them train, validation or test; give one split's files.`,
    );
  });

  it('files that name none are read one after the other', async () => {
    const path = folder('spark', { 'part-00000-1f-c000.snappy.parquet': TRAIN, 'part-00001-1f-c000.snappy.parquet': TEST });
    expect(await partsOf(path)).toEqual([
      [undefined, 4],
      [undefined, 2],
    ]);
  });

  it('several configurations are refused', async () => {
    const path = folder('several', { 'plain/train.parquet': TRAIN, 'raw/train.parquet': TRAIN });
    await expect(readAll(huggingFace, path)).rejects.toThrow(`"${path}" has several configurations, among them plain, raw; give the folder of one.`);
  });
});

it('pictures of a saved data set stay in its files until they are looked at', async () => {
  const { rows } = await readAll(huggingFace, goldenPath('saved'));
  const photo = rows[3]?.image as Photo;
  const { source } = photo;
  if (typeof source !== 'function') throw new Error('the picture was read at once');
  expect(await decodeImage(await source())).toMatchObject({ height: 4, width: 5, data: Buffer.alloc(60, 120) });
});

it('names the label, how many rows there are, and follows links as the cache of the hub has them', async () => {
  const path = join(root, 'linked/data');
  mkdirSync(path, { recursive: true });
  symlinkSync(goldenPath(TRAIN), join(path, 'train-00000-of-00001.parquet'));
  const reading = await huggingFace.read(await fileInput(dirname(path)), {}, { damaged: () => undefined });
  expect(reading).toMatchObject({ label: 'label', rows: 4 });
});

it('takes no other folder for its own', async () => {
  expect(await huggingFace.folder?.(goldenPath('../zoo'))).toBe(false);
  expect(await huggingFace.folder?.(join(root, 'absent'))).toBe(false);
});

describe('damage', () => {
  it('of one file is said with its name, or the file passed over', async () => {
    const path = folder('cut', { 'train.parquet': TRAIN, 'test.parquet': TEST });
    truncateSync(join(path, 'train.parquet'), 500);
    await expect(readAll(huggingFace, path)).rejects.toThrow(`"${path}", file "train.parquet" does not end as a Parquet file does`);
    const { rows, damaged } = await readAll(huggingFace, path, { skip: true });
    expect(rows).toEqual(ROWS.slice(5));
    expect(damaged).toEqual([expect.stringContaining('file "train.parquet" does not end')]);
  });

  it('of a class that has no name is said with the row', async () => {
    const path = folder('classes', { '.': 'saved/train' });
    const info = join(path, 'dataset_info.json');
    writeFileSync(info, readFileSync(info, 'utf8').replace(/"zero",\s*"one",\s*"two"/, '"zero", "one"'));
    const what = 'file "data-00000-of-00001.arrow", row 3, column "label" holds class 2, but only 0 to 1 have names';
    await expect(readAll(huggingFace, path)).rejects.toThrow(what);
    const { rows, damaged } = await readAll(huggingFace, path, { skip: true });
    expect(rows).toHaveLength(3);
    expect(damaged).toEqual([what]);
  });

  it.each([
    ['a name that leads out of the folder', '{"_data_files": [{"filename": "../data.arrow"}]}', 'does not name the files of its rows'],
    ['no JSON', '{', 'is no JSON'],
    ['JSON of something else', 'null', 'does not name the files of its rows'],
  ])('%s in state.json', async (name, text, what) => {
    const path = folder(`state ${name}`, { '.': 'saved/train' });
    writeFileSync(join(path, 'state.json'), text);
    await expect(readAll(huggingFace, path)).rejects.toThrow(`"${join(path, 'state.json')}" ${what}`);
  });
});
