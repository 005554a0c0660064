import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Photo } from '../reading/cell.ts';
import { type PictureList, photoDuplicates } from './duplicate-photos.ts';

const CAT = new URL('../../../examples/photos/cat.jpg', import.meta.url).pathname;
const COFFEE = new URL('../../../examples/photos/coffee.jpg', import.meta.url).pathname;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-duplicates-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const photo = (name: string, source: Photo['source']): Photo => ({ name, source });
const groupsOf = async (photos: PictureList) => (await photoDuplicates(photos)).groups.map(({ indices, kind }) => [kind, ...indices]);

/** A drawing of a shape on a white ground, as shops show their goods. */
const drawn = (shape: string) =>
  sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><rect width="200" height="200" fill="#fff"/>${shape}</svg>`))
    .png()
    .toBuffer();

describe('photoDuplicates', () => {
  it('finds the same file under other names, however it is given', async () => {
    const bytes = readFileSync(CAT);
    expect(
      await groupsOf([photo('cat.jpg', CAT), photo('coffee.jpg', COFFEE), null, photo('zip/cat.jpg', bytes), photo('later', async () => bytes)]),
    ).toEqual([['exact', 0, 3, 4]]);
  });

  it('finds copies in another size, format, quality, shape and with EXIF rotation', async () => {
    for (const path of [CAT, COFFEE]) {
      const upright = await sharp(path).autoOrient().toBuffer();
      const copies = await Promise.all([
        sharp(upright).resize(128).jpeg({ quality: 60 }).toBuffer(),
        sharp(upright).resize(64).png().toBuffer(),
        sharp(upright).webp({ quality: 40 }).toBuffer(),
        sharp(upright).resize(256, 256, { fit: 'fill' }).jpeg({ quality: 85 }).toBuffer(),
        sharp(upright).gif().toBuffer(),
        sharp(upright).modulate({ brightness: 1.05 }).jpeg().toBuffer(),
        sharp(upright).rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer(),
      ]);
      expect(await groupsOf([photo(path, path), ...copies.map((copy, i) => photo(`copy ${i}`, copy))])).toEqual([['near', 0, 1, 2, 3, 4, 5, 6, 7]]);
    }
  });

  it('finds copies among pixels, the same and nearly', async () => {
    const pixels = async (path: string, brightness: number) => {
      const { data, info } = await sharp(path)
        .resize(48, 32, { fit: 'fill' })
        .modulate({ brightness })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return { data, height: info.height, width: info.width };
    };
    const list = [await pixels(CAT, 1), await pixels(COFFEE, 1), await pixels(CAT, 1.05), await pixels(COFFEE, 1), null];
    expect(await groupsOf(list)).toEqual([
      ['near', 0, 2],
      ['exact', 1, 3],
    ]);
  });

  it('finds mirror images, and what was cropped or framed', async () => {
    for (const path of [CAT, COFFEE]) {
      const upright = await sharp(path).autoOrient().toBuffer();
      const { width, height } = await sharp(upright).metadata();
      const part = (left: number, top: number, right: number, bottom: number) => ({
        left: Math.round(left * width),
        top: Math.round(top * height),
        width: width - Math.round((left + right) * width),
        height: height - Math.round((top + bottom) * height),
      });
      const frame = Math.round(width * 0.05);
      const copies = await Promise.all([
        sharp(upright).flop().jpeg({ quality: 70 }).toBuffer(),
        sharp(upright)
          .extract(part(0.05, 0.05, 0.05, 0.05))
          .jpeg({ quality: 80 })
          .toBuffer(),
        sharp(upright)
          .extract(part(0.09, 0, 0.02, 0.06))
          .resize(100)
          .jpeg()
          .toBuffer(),
        sharp(upright)
          .extract(part(0.01, 0.07, 0.08, 0.03))
          .flop()
          .png()
          .toBuffer(),
        sharp(upright).extend({ left: frame, right: frame, top: frame, bottom: frame, background: '#000' }).jpeg().toBuffer(),
      ]);
      for (const [i, copy] of copies.entries()) expect([i, await groupsOf([photo(path, path), photo('copy', copy)])]).toEqual([i, [['near', 0, 1]]]);
    }
  });

  it('leaves apart different views of one thing, and large crops', async () => {
    const views = await Promise.all(
      [0, 75, 150, 225, 300].map((left) => sharp(CAT).extract({ left, top: 20, width: 150, height: 200 }).jpeg().toBuffer()),
    );
    expect(await groupsOf([...views, readFileSync(CAT)].map((bytes, i) => photo(`view ${i}`, bytes)))).toEqual([]);
  });

  it('tells small different things on a white ground apart, and finds their copies', async () => {
    const things = await Promise.all(
      [
        '<circle cx="100" cy="100" r="40" fill="#888"/>',
        '<rect x="60" y="60" width="80" height="80" fill="#888"/>',
        '<circle cx="100" cy="100" r="40" fill="#a33"/>',
        '<circle cx="80" cy="110" r="40" fill="#888"/>',
        '<path d="M60 140 L100 60 L140 140 Z" fill="#888"/>',
        '<rect x="20" y="90" width="160" height="20" fill="#888"/>',
      ].map(drawn),
    );
    const smaller = await Promise.all(things.map((bytes) => sharp(bytes).resize(120).jpeg({ quality: 75 }).toBuffer()));
    expect(await groupsOf([...things, ...smaller].map((bytes, i) => photo(`thing ${i}`, bytes)))).toEqual(things.map((_, i) => ['near', i, i + 6]));
  });

  it('takes plain pictures for copies only where their files are the same', async () => {
    const plain = (level: number, side: number) =>
      sharp({ create: { width: side, height: side, channels: 3, background: { r: level, g: level, b: level } } })
        .png()
        .toBuffer();
    const [white, black, larger] = await Promise.all([plain(255, 20), plain(0, 20), plain(255, 40)]);
    expect(await groupsOf([white, black, larger, white].map((bytes, i) => photo(`plain ${i}`, bytes)))).toEqual([['exact', 0, 3]]);
  });

  it('tells of pictures that cannot be read, and goes on', async () => {
    const cut = join(folder, 'cut.jpg');
    writeFileSync(cut, readFileSync(CAT).subarray(0, 9000));
    const found = await photoDuplicates([
      photo('missing.jpg', join(folder, 'missing.jpg')),
      photo('cat.jpg', CAT),
      photo('cut.jpg', cut),
      photo('text.png', Buffer.from('no picture')),
      photo('empty.png', new Uint8Array()),
      photo('again.jpg', CAT),
      photo('gone', async () => Promise.reject(new Error('the archive is closed'))),
    ]);
    expect(found.groups).toEqual([{ indices: Int32Array.of(1, 5), kind: 'exact' }]);
    expect(found.damaged.map(({ index, name }) => [index, name])).toEqual([
      [0, 'missing.jpg'],
      [2, 'cut.jpg'],
      [3, 'text.png'],
      [4, 'empty.png'],
      [6, 'gone'],
    ]);
    for (const { reason } of found.damaged) expect(reason).toMatch(/^\S.*\S$/);
  });

  it('tells how far it is, and stops when told', async () => {
    const photos = Array.from({ length: 40 }, (_, i) => photo(`${i}`, CAT));
    const done: number[] = [];
    await photoDuplicates(photos, { progress: (state) => done.push(state.done) });
    expect(done).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const controller = new AbortController();
    const read: number[] = [];
    const stopped = photoDuplicates(photos, { signal: controller.signal, progress: (state) => read.push(state.done) && controller.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
    expect(read.length).toBeLessThan(20);
  });
});
