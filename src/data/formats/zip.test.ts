import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comeBack, filesOf, picture, pictureRows, placeOf } from '../../../tests/support/picture-files.ts';
import { readAll, testFormat } from '../../../tests/support/test-format.ts';
import { zipFile } from '../../../tests/support/zip-file.ts';
import type { Photo } from '../reading/cell.ts';
import { zip } from './zip.ts';

testFormat({
  format: zip,
  kind: 'binary',
  rows: pictureRows,
  async write(folder, rows, damaged) {
    const path = join(folder, 'photos.zip');
    writeFileSync(path, await zipFile(filesOf(rows, damaged)));
    return path;
  },
  back: comeBack,
  place: placeOf,
});

let root = '';
let png: Buffer = Buffer.alloc(0);
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'graft-zip-'));
  png = await picture(1);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const written = (bytes: Uint8Array) => {
  const path = join(root, 'a.zip');
  writeFileSync(path, bytes);
  return path;
};
const archive = async (paths: readonly string[], compress = true) =>
  zipFile(new Map(paths.map((path) => [path, path.endsWith('/') ? Buffer.alloc(0) : png])), compress);
/** All headers of a kind: those of entries (`PK\x03\x04`), or the directory's (`PK\x01\x02`). */
const headersOf = (bytes: Buffer, mark: string) => {
  const found: number[] = [];
  for (let at = bytes.indexOf(mark, 0, 'latin1'); at >= 0; at = bytes.indexOf(mark, at + 4, 'latin1')) found.push(at);
  return found;
};
/** A change to the directory's entries. */
const changed = (bytes: Buffer, change: (directory: Buffer) => void) => {
  for (const at of headersOf(bytes, 'PK\x01\x02')) change(bytes.subarray(at));
  return bytes;
};
const bytesOf = (photo: unknown) => ((photo as Photo).source as () => Promise<Uint8Array>)();

describe('pictures', () => {
  it.each([true, false])('come out byte by byte, in any order (compressed: %s)', async (compress) => {
    const path = written(await zipFile(filesOf(pictureRows), compress));
    const { rows } = await readAll(zip, path);
    const read = await Promise.all(rows.map(({ photo }) => bytesOf(photo)).reverse());
    expect(read.map((bytes) => Buffer.from(bytes))).toEqual(pictureRows.map(({ photo }) => (photo as Photo).source).reverse());
    expect(rows[0]?.photo).toHaveProperty('name', `${path}/cats/1.png`);
  });

  it('lie in parts, with a folder around them, and clutter', async () => {
    const { batches, facts } = await readAll(
      zip,
      written(
        await archive([
          'set/',
          'set/train/a/1.png',
          'set/test/b/2.png',
          '__MACOSX/set/train/a/._1.png',
          'set/.DS_Store',
          'set/notes.txt',
          'set/train/c/',
        ]),
      ),
    );
    expect(batches.map(({ part, rows }) => [part, rows.map((cells) => cells[1])])).toEqual([
      ['train', ['a']],
      ['test', ['b']],
    ]);
    expect(facts).toEqual({
      pictures: '2',
      classes: '2',
      parts: 'train 1, test 1',
      'folder around them': 'set',
      'folders without pictures': '"train/c"',
      'other files': '1 .txt, passed over',
    });
  });
});

describe('refuses by name', () => {
  it('entries that lead out of the folder', async () => {
    for (const [from, to] of [
      ['aa/1.png', '../1.png'],
      ['a/1.png', '/11.png'],
      ['aa/1.png', 'C:\\1.png'],
    ] as const) {
      const bytes = await archive([from]);
      for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from)) bytes.write(to, at);
      await expect(readAll(zip, written(bytes))).rejects.toThrow(`which leads out of the folder that it would be unpacked to`);
    }
  });

  it('encrypted entries, and those packed by what is not read', async () => {
    const locked = changed(await archive(['a/1.png']), (entry) => entry.writeUInt16LE(entry.readUInt16LE(8) | 1, 8));
    await expect(readAll(zip, written(locked))).rejects.toThrow('is encrypted: its entry "a/1.png" needs a password');
    const other = changed(await archive(['a/1.png']), (entry) => entry.writeUInt16LE(93, 10));
    await expect(readAll(zip, written(other))).rejects.toThrow('its entry "a/1.png" is packed by Zstandard, which is not read');
  });

  it('bombs: by what they say, and when they say less than is true', async () => {
    const large = changed(await archive(['a/1.png', 'b/1.png']), (entry) => entry.writeUInt32LE(2 ** 31, 24));
    await expect(readAll(zip, written(large))).rejects.toThrow('unpacks to 4294967296 bytes, more than 200 times its size');
    const lying = changed(await zipFile(new Map([['a/1.png', Buffer.alloc(2 ** 20)]])), (entry) => entry.writeUInt32LE(100, 24));
    const { rows } = await readAll(zip, written(lying));
    await expect(bytesOf(rows[0]?.photo)).rejects.toThrow('/a/1.png" is damaged: it cannot be unpacked (');
    const [zeros, noise] = [Buffer.alloc(2 ** 20), randomBytes(2 ** 21)];
    const huge = changed(
      await zipFile(
        new Map([
          ['a/1.png', zeros],
          ['noise.bin', noise],
        ]),
      ),
      (entry) => {
        if (entry.toString('latin1', 46, 53) === 'a/1.png') entry.writeUInt32LE(2 ** 28 + 1, 24);
      },
    );
    const { rows: one } = await readAll(zip, written(huge));
    await expect(bytesOf(one[0]?.photo)).rejects.toThrow(`unpacks to ${2 ** 28 + 1} bytes, more than the ${2 ** 28} that are read`);
  });

  it('pictures that are damaged', async () => {
    const bytes = await archive(['a/1.png'], false);
    const at = bytes.indexOf(png);
    bytes[at + 20] = (bytes[at + 20] as number) ^ 1;
    const { rows } = await readAll(zip, written(bytes));
    await expect(bytesOf(rows[0]?.photo)).rejects.toThrow(`${root}/a.zip/a/1.png" is damaged: its checksum (CRC-32) is wrong`);
    const moved = changed(await archive(['a/1.png']), (entry) => entry.writeUInt32LE(3, 42));
    await expect(bytesOf((await readAll(zip, written(moved))).rows[0]?.photo)).rejects.toThrow('it does not lie where the directory says');
  });

  it('archives of other things', async () => {
    const path = written(await zipFile(new Map([['reviews.csv', Buffer.from('a,b\n1,2\n')]])));
    await expect(readAll(zip, path)).rejects.toThrow(
      `"${path}" holds no pictures, but the table "reviews.csv"; unpack it, if it is packed, and give that file`,
    );
    await expect(readAll(zip, written(gzipSync(await archive(['a/1.png']))))).rejects.toThrow('is a zip file that was gzipped besides');
    await expect(readAll(zip, written(Buffer.from('PK\x03\x04 no more')))).rejects.toThrow('cannot be read as a zip file: ');
  });

  it('does not follow links', async () => {
    const bytes = changed(await archive(['a/1.png', 'a/2.png']), (entry) => {
      if (entry.toString('latin1', 46, 53) === 'a/2.png') entry.writeUInt32LE(0xa1ff0000, 38);
    });
    const { rows, facts } = await readAll(zip, written(bytes));
    expect(rows).toHaveLength(1);
    expect(facts.links).toMatch(/^1 passed over/);
  });
});

it('is told from an archive of arrays', async () => {
  expect(zip.sniff?.(await archive(['a/1.png']), 'x')).toBe(true);
  expect(zip.sniff?.(await archive(['x.npy']), 'x')).toBe(false);
});
