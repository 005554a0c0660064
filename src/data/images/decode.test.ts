import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeImage, renderSvg } from './decode.ts';

const raw = (levels: Uint8Array | Uint16Array, width: number, height: number, channels: 1 | 2 | 3 | 4) =>
  sharp(levels, { raw: { width, height, channels } });
/** 16 by 16 pixels of one colour: also lossy formats keep it nearly. */
const colour = (...levels: readonly number[]) =>
  raw(
    Uint8Array.from({ length: 256 * levels.length }, (_, i) => levels[i % levels.length] as number),
    16,
    16,
    levels.length as 3 | 4,
  );
const pixelsOf = async (source: string | Uint8Array) => [...(await decodeImage(source)).data];
const first = async (image: Sharp) => (await pixelsOf(await image.toBuffer())).slice(0, 3);
const near = (...levels: readonly number[]) => levels.map((level) => expect.closeTo(level, -1));

describe('formats', () => {
  it.each([
    ['png', (image: Sharp) => image.png()],
    ['png of a palette', (image: Sharp) => image.png({ palette: true })],
    ['jpeg', (image: Sharp) => image.jpeg({ quality: 95 })],
    ['progressive jpeg', (image: Sharp) => image.jpeg({ quality: 95, progressive: true })],
    ['webp', (image: Sharp) => image.webp({ lossless: true })],
    ['gif', (image: Sharp) => image.gif()],
    ['tiff', (image: Sharp) => image.tiff({ compression: 'lzw' })],
    ['avif', (image: Sharp) => image.avif({ quality: 90 })],
  ])('%s', async (_, write) => {
    expect(await first(write(colour(200, 40, 90)))).toEqual(near(200, 40, 90));
  });
});

describe('kinds of pixels', () => {
  it('grey, with and without transparency, and 16 bits of it, become RGB', async () => {
    const grey = raw(Uint8Array.of(7, 200), 2, 1, 1).toColourspace('b-w');
    expect(await pixelsOf(await grey.clone().png().toBuffer())).toEqual([7, 7, 7, 200, 200, 200]);
    expect(
      await pixelsOf(
        await raw(Uint8Array.of(7, 0, 200, 128), 2, 1, 2)
          .toColourspace('b-w')
          .png()
          .toBuffer(),
      ),
    ).toEqual([7, 7, 7, 200, 200, 200]);
    const deep = await raw(Uint16Array.of(7 * 257, 200 * 257), 2, 1, 1)
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect(await pixelsOf(deep)).toEqual([7, 7, 7, 200, 200, 200]);
    expect(await pixelsOf(await grey.clone().png({ palette: true, colours: 2 }).toBuffer())).toHaveLength(6);
  });

  it('16 bits, also in TIFF, become 8', async () => {
    const deep = raw(Uint16Array.of(65535, 257 * 5, 0), 1, 1, 3).toColourspace('rgb16');
    for (const bytes of [await deep.clone().png().toBuffer(), await deep.clone().tiff({ compression: 'lzw' }).toBuffer()]) {
      expect((await sharp(bytes).metadata()).depth).toBe('ushort');
      expect(await pixelsOf(bytes)).toEqual([255, 5, 0]);
    }
  });

  it('CMYK becomes RGB', async () => {
    const cmyk = await colour(220, 30, 30).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const [red = 0, green = 0, blue = 0] = await pixelsOf(cmyk);
    expect(red).toBeGreaterThan(180);
    expect(Math.max(green, blue)).toBeLessThan(90);
  });

  it('lose their transparency and keep the colour that it hid', async () => {
    expect(await first(colour(1, 2, 3, 0).png())).toEqual([1, 2, 3]);
  });

  it('are turned upright', async () => {
    const { height, width, data } = await decodeImage(
      await raw(Uint8Array.of(1, 1, 1, 9, 9, 9), 2, 1, 3)
        .withMetadata({ orientation: 8 })
        .png()
        .toBuffer(),
    );
    expect([height, width, ...data]).toEqual([2, 1, 9, 9, 9, 1, 1, 1]);
  });
});

describe('animations and pages', () => {
  const frame = (background: string) =>
    sharp({ create: { width: 4, height: 3, channels: 3, background } })
      .png()
      .toBuffer();
  it.each([
    ['gif', (frames: Sharp) => frames.gif()],
    ['webp', (frames: Sharp) => frames.webp({ lossless: true })],
    ['tiff', (frames: Sharp) => frames.tiff({ compression: 'lzw' })],
  ])('are read by the first: %s', async (_, write) => {
    const bytes = await write(sharp([await frame('#f00'), await frame('#00f')], { join: { animated: true } })).toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    const { height, width, data } = await decodeImage(bytes);
    expect([height, width]).toEqual([3, 4]);
    expect([...data]).toEqual(Array.from({ length: 12 }, () => [255, 0, 0]).flat());
  });
});

it('is refused where it is a thousand times as long as wide: made as high as a model wants it would fill the memory', async () => {
  const line = (width: number) =>
    sharp({ create: { width, height: 1, channels: 3, background: '#123' } })
      .png()
      .toBuffer();
  expect((await decodeImage(await line(1000))).width).toBe(1000);
  await expect(decodeImage(await line(20_000), { name: 'line.png' })).rejects.toThrow(
    '"line.png" could not be read as an image: it is 20000x1 pixels, more than 1,000 times as long as wide; cut it into parts.',
  );
});

const root = mkdtempSync(join(tmpdir(), 'graft-decode-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const file = (name: string, bytes: Uint8Array | string) => {
  writeFileSync(join(root, name), bytes);
  return join(root, name);
};

describe('drawings', () => {
  const svg = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"><rect width="1" height="1" fill="#f00"/></svg>';

  it('are refused under any name, packed too', async () => {
    for (const bytes of [Buffer.from(svg), gzipSync(svg)]) {
      const path = file('drawing.png', bytes);
      const error = `"${path}" is an SVG drawing, which is not read unless it is allowed (\`svg\`); save it as PNG.`;
      await expect(decodeImage(path)).rejects.toThrow(error);
      await expect(decodeImage(bytes, { name: 'a.zip/1.svg' })).rejects.toThrow('"a.zip/1.svg" is an SVG drawing');
    }
  });

  it('are rendered on white where they are allowed, but read no other file', async () => {
    expect([...(await decodeImage(Buffer.from(svg), { svg: true })).data]).toEqual([255, 0, 0, 255, 255, 255]);
    expect(await pixelsOf(await renderSvg(file('a.svg', svg), 'a.svg'))).toEqual([255, 0, 0, 255, 255, 255]);
    const secret = file('secret.png', await colour(0, 0, 0).png().toBuffer());
    const spying = `<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"><image href="file://${secret}" width="2" height="1"/></svg>`;
    expect([...(await decodeImage(Buffer.from(spying), { svg: true })).data]).toEqual([255, 255, 255, 255, 255, 255]);
  });

  it('are not seen in pictures that mention them', async () => {
    const notes = Buffer.from('<svg');
    const png = await colour(1, 2, 3)
      .png()
      .withExif({ IFD0: { Copyright: '<svg' } })
      .toBuffer();
    expect(png.includes(notes)).toBe(true);
    expect((await pixelsOf(png)).slice(0, 3)).toEqual([1, 2, 3]);
    const webp = await colour(1, 2, 3).webp({ lossless: true }).withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><svg/></x:xmpmeta>').toBuffer();
    expect(webp.includes(notes)).toBe(true);
    expect((await pixelsOf(webp)).slice(0, 3)).toEqual([1, 2, 3]);
  });
});

/** A PNG of any size whose pixels are all there, black: a few hundred KB for a gigapixel. */
function pngOf(width: number, height: number, pixels: Uint8Array): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', new Uint8Array()),
  ]);
}

describe('pictures that cannot be decoded', () => {
  it('because they claim too many pixels, are refused before they are decoded', async () => {
    const bomb = pngOf(20_000, 20_000, Buffer.alloc(20_001 * 100));
    await expect(decodeImage(bomb, { name: 'bomb.png' })).rejects.toThrow(
      '"bomb.png" could not be read as an image: it has more than 100 million pixels; make it smaller.',
    );
    expect((await decodeImage(pngOf(300, 200, Buffer.alloc(301 * 200)))).data).toHaveLength(300 * 200 * 3);
  });

  it('because they are cut off or no pictures, are named with the reason', async () => {
    for (const image of [
      colour(1, 2, 3).png(),
      colour(1, 2, 3).jpeg(),
      colour(1, 2, 3).webp(),
      colour(1, 2, 3).gif(),
      colour(1, 2, 3).tiff(),
      colour(1, 2, 3).avif(),
    ]) {
      const bytes = await image.toBuffer();
      const path = file('cut', bytes.subarray(0, bytes.length * 0.6));
      await expect(decodeImage(path)).rejects.toThrow(/^".*cut" could not be read as an image: [^\n]+\.$/);
    }
    await expect(decodeImage(Buffer.from('hello there'), { name: 'a.zip/cat/1.jpg' })).rejects.toThrow(
      '"a.zip/cat/1.jpg" could not be read as an image: Input buffer contains unsupported image format.',
    );
    await expect(decodeImage(new Uint8Array())).rejects.toThrow('An image of 0 bytes could not be read as an image: Input Bit Array is empty.');
    await expect(decodeImage(root)).rejects.toThrow(`"${root}" could not be read as an image: `);
  });
});
