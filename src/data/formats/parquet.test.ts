import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { goldenPath, goldenRows } from '../../../tests/support/golden-rows.ts';
import { readAll, testFormat } from '../../../tests/support/test-format.ts';
import { decodeImage } from '../images/decode.ts';
import type { Photo } from '../reading/cell.ts';
import { fileInput } from '../reading/file-input.ts';
import { parquet } from './parquet.ts';

// Written by pyarrow and `datasets`: make_formats.py.
testFormat({
  format: parquet,
  kind: 'binary',
  rows: goldenRows(),
  write(folder, rows) {
    const path = join(folder, 'rows.parquet');
    copyFileSync(goldenPath(rows.length === 1 ? 'one.parquet' : 'rows-snappy.parquet'), path);
    return path;
  },
});

const folder = mkdtempSync(join(tmpdir(), 'graft-parquet-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

describe('reads what pyarrow writes', () => {
  it.each(['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'v2'])('%s', async (name) => {
    const { rows, facts } = await readAll(parquet, goldenPath(`rows-${name}.parquet`));
    expect(rows).toEqual(goldenRows());
    expect(facts).toEqual({ 'row groups': name === 'v2' ? '1' : '3', 'written by': expect.stringContaining('parquet-cpp-arrow') });
  });

  it('differences, shared beginnings and split bytes', async () => {
    expect((await readAll(parquet, goldenPath('rows-delta.parquet'))).rows).toEqual(goldenRows(['whole', 'large', 'real', 'text']));
    expect((await readAll(parquet, goldenPath('rows-delta-length.parquet'))).rows).toEqual(goldenRows(['text']));
  });

  it('a file with columns but no rows', async () => {
    expect((await readAll(parquet, goldenPath('no-rows.parquet'))).rows).toEqual([]);
  });

  it('how many rows there are, before they are read', async () => {
    const reading = await parquet.read(await fileInput(goldenPath('rows-snappy.parquet')), {}, { damaged: () => undefined });
    expect(reading.rows).toBe(7);
  });
});

describe('what Hugging Face stores', () => {
  const train = goldenPath('hub/data/train-00000-of-00001.parquet');

  it('pictures are photos, classes their names', async () => {
    const { rows } = await readAll(parquet, train);
    expect(rows.map(({ label, colours }) => ({ label, colours }))).toEqual([
      { label: 'zero', colours: [] },
      { label: 'one', colours: ['red'] },
      { label: 'two', colours: ['red', 'green'] },
      { label: 'zero', colours: [] },
    ]);
    const photo = rows[2]?.image as Photo;
    expect(photo.name).toBe(`${train}/2.png`);
    expect(await decodeImage(photo.source as Uint8Array)).toMatchObject({ height: 4, width: 5, data: Buffer.alloc(60, 80) });
  });

  it('of several columns of classes, the one named so is the label', async () => {
    const reading = await parquet.read(await fileInput(train), {}, { damaged: () => undefined });
    expect(reading.label).toBe('label');
  });
});

describe('refuses by name', () => {
  const good = readFileSync(goldenPath('rows-snappy.parquet'));
  const footer = good.length - 8 - good.readUInt32LE(good.length - 8);
  const altered = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(good);
    change(bytes);
    return bytes;
  };
  it.each([
    ['gzipped', gzipSync(good), 'is gzipped; unpack it first'],
    ['cut off', good.subarray(0, good.length - 1), 'does not end as a Parquet file does'],
    ['encrypted', altered((bytes) => bytes.write('PARE', bytes.length - 4)), 'is an encrypted Parquet file'],
    [
      'a footer longer than the file',
      altered((bytes) => bytes.writeUInt32LE(bytes.length, bytes.length - 8)),
      `claims a footer of ${good.length} bytes`,
    ],
    ['no footer', altered((bytes) => bytes.fill(0xff, footer, bytes.length - 8)), 'is a damaged Parquet file'],
    ['no pages', altered((bytes) => bytes.fill(0xff, 4, footer)), 'is a damaged Parquet file'],
    ['a footer alone', Buffer.concat([good.subarray(0, 4), good.subarray(footer)]), 'is a damaged Parquet file'],
  ])('%s', async (name, bytes, what) => {
    const path = file(`${name}.parquet`, bytes);
    await expect(readAll(parquet, path)).rejects.toThrow(`"${path}" ${what}`);
  });
});
