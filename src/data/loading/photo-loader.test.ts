import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { runModule } from '../../../tests/support/child.ts';
import { stream } from '../../core/rng.ts';
import { augmentation } from '../augment/augmentation.ts';
import type { Examples } from '../dataset.ts';
import { decodeImage } from '../images/decode.ts';
import type { ImageInput } from '../images/image-input.ts';
import { imageReader } from '../images/image-reader.ts';
import { keptPhotos } from './kept-photos.ts';
import { type PhotoLoader, type PhotoLoaderParts, photoLoader } from './photo-loader.ts';
import { photoReading } from './read-photos.ts';

/** Of a vision model, only smaller. */
const input: ImageInput = {
  resize: { shorterSide: 40 },
  crop: [32, 32],
  interpolation: 'bicubic',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};
const folder = mkdtempSync(join(tmpdir(), 'graft-photos-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** JPEG files of several sizes: slopes of colour with grain, such as photos have. */
const files = await Promise.all(
  Array.from({ length: 11 }, async (_, n) => {
    const [width, height] = [60 + 9 * n, 110 - 6 * n];
    const grain = stream(1, 'photo', n).normals(width * height * 3);
    const levels = Uint8ClampedArray.from(grain, (noise, i) => {
      const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return 255 * ((x / width) * ((n + c) % 3) * 0.4 + (y / height) * 0.2) + 12 * noise;
    });
    const path = join(folder, `${n}.jpg`);
    const bytes = await sharp(levels, { raw: { width, height, channels: 3 } })
      .jpeg()
      .toBuffer();
    writeFileSync(path, bytes);
    return { path, bytes };
  }),
);
const paths = files.map(({ path }) => path);
const labels = paths.map((_, i) => i % 2);
const augment = { crop: {}, flip: {}, randAugment: {}, erasing: {} };

/** Runs `use` with a loader that is closed afterwards. */
async function loading<T>(parts: Partial<PhotoLoaderParts>, use: (loader: PhotoLoader) => Promise<T>): Promise<T> {
  const loader = photoLoader({ name: 'pets', photos: paths, labels, input, ...parts });
  try {
    return await use(loader);
  } finally {
    await loader.close();
  }
}
const values = ({ inputs }: Examples) => Array.from(inputs.data as Float32Array);
const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: Error) => error.message.replaceAll(folder, '<folder>'),
  );

test('photos come as `imageReader` gives them, in any order, from files, bytes, pixels and what reads bytes', async () => {
  const order = [7, 0, 0, 10, 3];
  const expected = Array.from((await imageReader(input)(order.map((i) => paths[i] as string))).data);
  const pixels = await Promise.all(paths.map((path) => decodeImage(path)));
  const read = files.map(({ bytes }, n) => ({ name: `photos.zip/${n}.jpg`, source: async () => new Uint8Array(bytes) }));
  const photos = [...paths, ...files.map(({ bytes }) => bytes), ...pixels, ...read];
  await loading({ photos, labels: photos.map((_, i) => i % 2), workers: 2 }, async (loader) => {
    for (const kind of [0, 1, 2, 3]) {
      const examples = await loader.gather(order.map((i) => kind * paths.length + i));
      expect(values(examples)).toEqual(expected);
      expect(examples.inputs.dims).toEqual([5, 3, 32, 32]);
    }
    expect((await loader.gather(order)).labels).toEqual(Int32Array.of(1, 0, 0, 0, 1));
    // Nothing is changed by chance, so no epoch matters.
    expect(values(await loader.gather(order, { epoch: 8 }))).toEqual(expected);
    const { length, inputShape, classes, varies } = loader;
    expect({ length, inputShape, classes, varies }).toEqual({ length: 44, inputShape: [3, 32, 32], classes: ['0', '1'], varies: false });
  });
});

test('an example of an epoch is the same whatever the threads, the batch, and whether it was read ahead', async () => {
  const indices = [4, 9, 1, 10, 6, 0];
  /** One by one, in this thread. */
  const alone = async (seed: number, epoch?: number) => {
    const read = photoReading({ input, augmentation: augmentation(augment), seed });
    const photo = (index: number) => ({ name: '', source: paths[index] as string });
    const all: number[][] = [];
    for (const index of indices) all.push(Array.from(await read({ photos: [photo(index)], indices: [index], epoch })));
    return all;
  };
  const expected = await alone(5, 3);
  for (const [seed, epoch] of [
    [5, 4],
    [6, 3],
    [5, undefined],
  ] as const) {
    for (const [i, example] of (await alone(seed, epoch)).entries()) expect(example).not.toEqual(expected[i]);
  }
  for (const workers of [1, 3]) {
    await loading({ augment, seed: 5, workers }, async (loader) => {
      expect(values(await loader.gather(indices, { epoch: 3 }))).toEqual(expected.flat());
      loader.prefetch(indices.slice(2), { epoch: 3 });
      expect(values(await loader.gather(indices.slice(2), { epoch: 3 }))).toEqual(expected.slice(2).flat());
      // As evaluation sees them.
      const plain = await imageReader(input)(indices.map((i) => paths[i] as string));
      expect(values(await loader.gather(indices))).toEqual(Array.from(plain.data));
      expect(loader.varies).toBe(true);
    });
  }
});

test('large photos of which parts are cropped are shrunk on the way, and look the same', async () => {
  const [width, height] = [1500, 1100];
  const levels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 120 + 60 * Math.sin(x / 90 + c) + 50 * Math.cos(y / 70);
  });
  const bytes = await sharp(levels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
  const pixels = await decodeImage(bytes);
  const seen = { ...input, resize: { shorterSide: 110 }, crop: [96, 96] as const };
  const read = photoReading({ input: seen, augmentation: augmentation({ crop: {}, flip: {} }), seed: 1 });
  const of = async (source: typeof pixels | Uint8Array, index: number, epoch?: number) =>
    read({ photos: [{ name: 'large', source }], indices: [index], epoch });
  for (let index = 0; index < 5; index++) {
    const [shrunk, whole] = [await of(bytes, index, 0), await of(pixels, index, 0)];
    const distance = shrunk.reduce((sum, value, i) => sum + Math.abs(value - (whole[i] as number)), 0) / shrunk.length;
    expect(distance).toBeGreaterThan(0);
    // In deviations of a channel, of which a level is about 0.017: parts begin at whole pixels, and those of the smaller picture are larger. Another part is 0.5 off.
    expect(distance).toBeLessThan(0.12);
  }
  expect(await of(bytes, 0)).toEqual(await of(pixels, 0));
});

test('a photo is decoded in the first epoch, and comes out the same in later ones as if it were decoded again', async () => {
  const asked: number[] = [];
  const large = await sharp(files[3]?.bytes).resize(700, 500, { fit: 'fill' }).jpeg().toBuffer();
  const photos = [...files.map(({ bytes }) => bytes), large].map((bytes, n) => ({
    name: `${n}.jpg`,
    source: async () => {
      asked.push(n);
      return new Uint8Array(bytes);
    },
  }));
  const indices = [2, 11, 7, 2, 5];
  for (const chosen of [augment, { flip: {}, erasing: {} }]) {
    const read = photoReading({ input, augmentation: augmentation(chosen), seed: 5 });
    const anew = async (epoch?: number) => {
      const contents = indices.map(async (i) => ({ name: '', source: await (photos[i] as (typeof photos)[number]).source() }));
      return Array.from(await read({ photos: await Promise.all(contents), indices, epoch }));
    };
    const expected = [await anew(0), await anew(1), await anew(2)];
    const plain = await anew();
    await loading({ photos, labels: undefined, augment: chosen, seed: 5, workers: 2 }, async (loader) => {
      const times = async (epoch?: number) => {
        asked.length = 0;
        expect(values(await loader.gather(indices, epoch === undefined ? undefined : { epoch }))).toEqual(
          epoch === undefined ? plain : expected[epoch],
        );
        return asked.length;
      };
      expect([await times(0), await times(1), await times(2)]).toEqual([5, 0, 0]);
      // As evaluation sees them.
      expect(await times()).toBe(5);
    });
  }
});

test('photos are kept as far as there is room, and those that came first stay', () => {
  const pixels = (bytes: number) => ({ height: 1, width: bytes / 3, data: new Uint8Array(bytes) });
  const kept = keptPhotos(1000);
  for (const index of [0, 1, 1, 2]) kept.add(index, pixels(300));
  expect([0, 1, 2, 3].map((index) => kept.get(index)?.width)).toEqual([100, 100, 100, undefined]);
  expect(kept.open).toBe(true);
  kept.add(3, pixels(300));
  expect(kept.open).toBe(false);
  kept.add(4, pixels(3));
  expect([0, 3, 4].map((index) => kept.get(index)?.width)).toEqual([100, undefined, undefined]);
  kept.close();
  expect(kept.get(0)).toBeUndefined();
});

test('a photo that cannot be read is named, read ahead or not, and the others can be read after it', async () => {
  const cut = join(folder, 'cut.jpg');
  writeFileSync(cut, readFileSync(paths[0] as string).subarray(0, 40));
  const photos = [
    ...paths.slice(0, 4),
    join(folder, 'none.jpg'),
    cut,
    Uint8Array.of(1, 2, 3),
    { name: 'a.zip/b.jpg', source: async () => Uint8Array.of(9) },
  ];
  const messages = await loading({ photos, labels: undefined, workers: 2 }, async (loader) => {
    loader.prefetch([0, 5, 1]);
    const said = [await messageOf(loader.gather([0, 5, 1]))];
    for (const index of [4, 6, 7]) said.push(await messageOf(loader.gather([3, index])));
    expect(values(await loader.gather([3]))).toHaveLength(3 * 32 * 32);
    said.push(await messageOf(loader.gather([8])));
    return said;
  });
  // What libvips says of a file that is cut off is long.
  expect(messages.map((message) => message.replace(/; VipsJpeg.*/, '')).join('\n')).toMatchInlineSnapshot(`
    ""<folder>/cut.jpg" could not be read as an image: Input file has corrupt header: VipsJpeg: premature end of JPEG image
    "<folder>/none.jpg" could not be read as an image: Input file is missing: <folder>/none.jpg.
    "photo 6 of pets" could not be read as an image: Input buffer contains unsupported image format.
    "a.zip/b.jpg" could not be read as an image: Input buffer contains unsupported image format.
    \`pets\` has no photo 8; it has 8."
  `);
});

test('closed or aborted, it refuses what comes later, and what was not begun', async () => {
  const abort = new AbortController();
  const loader = photoLoader({ name: 'pets', photos: paths, labels, input, workers: 1, signal: abort.signal });
  await loader.gather([0]);
  const [first, second] = [messageOf(loader.gather([0, 1, 2, 3])), messageOf(loader.gather([4, 5, 6]))];
  abort.abort();
  expect(await messageOf(loader.gather([0]))).toMatchInlineSnapshot(`"\`pets\` was closed; make it anew."`);
  expect(await second).toMatchInlineSnapshot(`"The worker was closed. Start a new one."`);
  // Whether it had been begun is chance; it does not hang.
  expect(['no error', await second]).toContain(await first);
  await loader.close();
  await loader.close();
  expect(await messageOf(photoLoader({ name: 'pets', photos: paths, input, workers: 1, signal: abort.signal }).gather([0]))).toMatchInlineSnapshot(
    `"\`pets\` was closed; make it anew."`,
  );
});

test('a loader that nobody closes does not keep the process alive, idle or with work ahead', async () => {
  const url = new URL('./photo-loader.ts', import.meta.url).href;
  const code = `
    import { photoLoader } from ${JSON.stringify(url)};
    const loader = photoLoader({ name: 'pets', photos: ${JSON.stringify(paths)}, input: ${JSON.stringify(input)}, workers: 2 });
    const { inputs } = await loader.gather([0, 1, 2]);
    loader.prefetch([3, 4]);
    console.log(inputs.dims.join());`;
  expect(await runModule(code)).toMatchObject({ code: 0, signal: null, stdout: '3,3,32,32\n', stderr: '' });
});

test('parts that do not fit are refused before a thread is started', () => {
  const messages = [
    { photos: [] },
    { labels: [0] },
    { workers: 0 },
    { workers: 1.5 },
    { seed: -1 },
    { input: { resize: { shorterSide: 8 } } },
    { input: { ...input, mean: [1, 2] } },
    { augment: { crop: { minRatio: 2, maxRatio: 1 } } },
    { batchSize: 3 } as never,
  ].map((parts: Partial<PhotoLoaderParts>) => {
    try {
      return photoLoader({ name: 'pets', photos: paths, labels, input, ...parts }).name;
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "\`pets\` is empty; give at least one photo.
    \`pets\` has 11 photos but 1 labels; give one for each photo.
    \`workers\` (=0) must be a whole number from 1 to 64.
    \`workers\` (=1.5) must be a whole number from 1 to 64.
    \`seed\` (=-1) must be a whole number of at least 0.
    \`input\` gives photos no common size; give \`crop: [height, width]\`, or \`resize: { size: [height, width] }\`.
    \`mean\` has 2 values for 3 channels; give 1 or 3.
    \`crop\`: \`minRatio\` (=2) must not be above \`maxRatio\` (=1).
    \`photoLoader\`: there is no option \`batchSize\`; known are \`name\`, \`photos\`, \`labels\`, \`classes\`, \`input\`, \`augment\`, \`seed\`, \`workers\`, \`signal\`."
  `);
});
