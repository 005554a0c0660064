import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comeBack, filesOf, picture, pictureRows, placeOf } from '../../../tests/support/picture-files.ts';
import { readAll, testFormat } from '../../../tests/support/test-format.ts';
import type { Photo } from '../reading/cell.ts';
import { tar } from './tar.ts';

type Named = Partial<Header> & Pick<Header, 'name'>;
type Entry = readonly [string | Named, Uint8Array?];

async function tarFile(entries: Iterable<Entry>): Promise<Buffer> {
  const archive = pack();
  for (const [header, bytes] of entries) {
    const named = typeof header === 'string' ? { name: header } : header;
    if (bytes) archive.entry(named, Buffer.from(bytes));
    else archive.entry(named);
  }
  archive.finalize();
  return buffer(archive as unknown as AsyncIterable<Uint8Array>);
}

testFormat({
  format: tar,
  kind: 'binary',
  rows: pictureRows,
  async write(folder, rows, damaged) {
    const path = join(folder, 'photos.tar');
    writeFileSync(path, await tarFile(filesOf(rows, damaged)));
    return path;
  },
  back: comeBack,
  place: placeOf,
});

let root = '';
let png: Buffer = Buffer.alloc(0);
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'graft-tar-'));
  png = await picture(1);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const written = (bytes: Uint8Array, name = 'a.tar') => {
  const path = join(root, name);
  writeFileSync(path, bytes);
  return path;
};
const bytesOf = async ({ source }: Photo) => Buffer.from(typeof source === 'function' ? await source() : (source as Uint8Array));

describe('pictures', () => {
  it.each(['a.tar', 'a.tar.gz', 'a.tgz'])('come out byte by byte: %s', async (name) => {
    const plain = await tarFile([...filesOf(pictureRows)].reverse());
    const path = written(name === 'a.tar' ? plain : gzipSync(plain), name);
    const { rows } = await readAll(tar, path);
    expect(rows).toEqual(comeBack(pictureRows));
    expect(await Promise.all(rows.map(({ photo }) => bytesOf(photo as Photo)))).toEqual(pictureRows.map(({ photo }) => (photo as Photo).source));
  });

  it('lie in parts and folders, under long names, and the last of two of one name counts', async () => {
    const long = `${'deep/'.repeat(60)}1.png`;
    const entries: Entry[] = [
      [{ name: './', type: 'directory' }],
      ['./train/a/1.png', Buffer.from('old')],
      [`./train/a/${long}`, png],
      ['./val/b/2.png', png],
      ['./val/b/._2.png', png],
      ['./val/notes.txt', Buffer.from('notes')],
      [{ name: './val/c/', type: 'directory' }],
      ['./train/a/1.png', png],
    ];
    const { batches, facts } = await readAll(tar, written(await tarFile(entries)));
    expect(batches.map(({ part, rows }) => [part, rows.map((cells) => cells[1])])).toEqual([
      ['train', ['a', 'a']],
      ['validation', ['b']],
    ]);
    const photos = batches.flatMap(({ rows }) => rows.map((cells) => cells[0] as Photo));
    expect(await Promise.all(photos.map(bytesOf))).toEqual([png, png, png]);
    expect(facts).toMatchObject({
      'folders without pictures': '"val/c"',
      'other files': '1 .txt, passed over',
      'in folders inside class folders': '1',
    });
  });

  it('that links stand for are passed over', async () => {
    const entries: Entry[] = [
      ['a/1.png', png],
      [{ name: 'a/2.png', type: 'symlink', linkname: '/etc/passwd' }],
      [{ name: 'a/3.png', type: 'link', linkname: 'a/1.png' }],
      [{ name: 'a/4.png', type: 'fifo' }],
    ];
    const { rows, facts } = await readAll(tar, written(await tarFile(entries)));
    expect(rows).toHaveLength(1);
    expect(facts).toMatchObject({ links: expect.stringMatching(/^2 passed over/), 'other files': '1 .png, passed over' });
  });
});

describe('refuses by name', () => {
  it.each(['../evil.png', 'a/../../evil.png', '/evil.png', 'C:\\evil.png'])('an entry %s', async (name) => {
    const path = written(await tarFile([[name, png]]));
    await expect(readAll(tar, path)).rejects.toThrow(`"${path}" holds an entry "${name}", which leads out of the folder`);
  });

  it('pictures that are too large', async () => {
    const bytes = await tarFile([['a/1.png', png]]);
    bytes.write(`${(2 ** 28 + 1).toString(8).padStart(11, '0')} `, 124);
    const sum = bytes.subarray(0, 512).reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    await expect(readAll(tar, written(bytes))).rejects.toThrow(
      `a/1.png" has ${2 ** 28 + 1} bytes, more than the ${2 ** 28} that a picture may have.`,
    );
  });

  it('archives that are cut off, damaged or of other things', async () => {
    const whole = await tarFile([
      ['a/1.png', png],
      ['b/2.png', png],
    ]);
    const cut = written(whole.subarray(0, 1200));
    await expect(readAll(tar, cut)).rejects.toThrow(`"${cut}" cannot be read as a tar file: Unexpected end of data`);
    const gzipped = written(gzipSync(whole).subarray(0, 100), 'a.tgz');
    await expect(readAll(tar, gzipped)).rejects.toThrow(`"${gzipped}" is a damaged gzip file`);
    await expect(readAll(tar, written(Buffer.alloc(2048, 'no tar file')))).rejects.toThrow('cannot be read as a tar file: Invalid tar header');
    const table = written(await tarFile([['data/rows.parquet', Buffer.from('PAR1')]]));
    await expect(readAll(tar, table)).rejects.toThrow(`"${table}" holds no pictures, but the table "data/rows.parquet"; unpack it`);
  });

  it('says so when the end of an archive lacks its mark', async () => {
    const whole = await tarFile([['a/1.png', png]]);
    const { facts } = await readAll(tar, written(whole.subarray(0, whole.length - 1024)));
    expect(facts.end).toBe('without its mark, so that the file may be cut off');
    expect((await readAll(tar, written(whole))).facts.end).toBeUndefined();
  });

  it('a picture of an archive that was changed since', async () => {
    const path = written(await tarFile([['a/1.png', png]]));
    const { rows } = await readAll(tar, path);
    writeFileSync(path, Buffer.alloc(520));
    await expect(bytesOf(rows[0]?.photo as Photo)).rejects.toThrow(`"${path}/a/1.png" ends after 8 of ${png.length} bytes`);
  });
});
