import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type Dataset, mapInputs } from '../dataset.ts';
import { place } from '../transforms/place.ts';
import { resize } from '../transforms/resize.ts';
import { bundledFolder } from './bundled.ts';
import { loadMnist } from './mnist.ts';
import { loadOptdigits } from './optdigits.ts';

const scratch = mkdtempSync(join(tmpdir(), 'graft-sets-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const folder = (name: string): string => {
  mkdirSync(join(scratch, name));
  return join(scratch, name);
};

const counts = ({ labels, classes }: Dataset) =>
  classes?.map((_, label) => (labels as Int32Array).reduce((n, other) => n + (other === label ? 1 : 0), 0));
const range = ({ inputs }: { inputs: { data: ArrayLike<unknown> } }) => {
  const values = Array.from(inputs.data, Number);
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
};

describe('MNIST', () => {
  it('has 60,000 training and 10,000 test images from 0 to 1, by the published counts of each digit', async () => {
    const { train, test } = await loadMnist();
    expect(train).toMatchObject({ name: 'MNIST train', length: 60_000, inputShape: [1, 28, 28], inputDtype: 'float32' });
    expect(test).toMatchObject({ name: 'MNIST test', length: 10_000, inputShape: [1, 28, 28], inputDtype: 'float32' });
    expect(counts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(counts(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect(range(train.gather([0, 1, 2]))).toEqual([0, 1]);
    expect(Array.from(train.gather([0, 1, 2, 3, 4]).labels as Int32Array)).toEqual([5, 0, 4, 1, 9]);
  });

  it('says which file a folder lacks', async () => {
    const empty = folder('empty');
    await expect(loadMnist(empty)).rejects.toThrow(
      `MNIST's file "train-images-idx3-ubyte" (or "train-images-idx3-ubyte.gz") is not in "${empty}"; pass the folder that holds all four files.`,
    );
  });
});

describe('optdigits', () => {
  it('has the 1,797 images of 8x8 from 0 to 1, by the published counts of each digit', async () => {
    const digits = await loadOptdigits();
    expect(digits).toMatchObject({ name: 'optdigits', length: 1797, inputShape: [1, 8, 8] });
    expect(counts(digits)).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    expect(range(digits.gather(Array.from({ length: 1797 }, (_, i) => i)))).toEqual([0, 1]);
    const first = Array.from(digits.gather([0]).inputs.data as Float32Array, (value) => value * 16);
    expect(first.slice(0, 16)).toEqual([0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]);
  });

  it('comes to the size of MNIST directly, or as MNIST was made: 20x20 centred in 28x28', async () => {
    const digits = await loadOptdigits();
    const direct = mapInputs(digits, resize([28, 28]));
    const framed = mapInputs(digits, resize([20, 20]), place([28, 28]));
    for (const mapped of [direct, framed]) expect(mapped).toMatchObject({ length: 1797, inputShape: [1, 28, 28], labels: digits.labels });
    const border = Array.from(framed.gather([0]).inputs.data as Float32Array).filter((_, i) => i < 28 * 4 || i % 28 < 4 || i % 28 >= 24);
    expect(new Set(border)).toEqual(new Set([0]));
  });

  it('says when files are swapped or do not belong together', async () => {
    const source = bundledFolder('optdigits');
    const [images, labels] = ['images-idx3-ubyte.gz', 'labels-idx1-ubyte.gz'] as const;
    const swapped = folder('swapped');
    copyFileSync(join(source, images), join(swapped, labels));
    copyFileSync(join(source, labels), join(swapped, images));
    await expect(loadOptdigits(swapped)).rejects.toThrow(
      `"${join(swapped, images)}" holds uint8 [1797], not images uint8 [N, H, W]; is it the right file?`,
    );

    const short = folder('short');
    copyFileSync(join(source, images), join(short, images));
    writeFileSync(join(short, labels), gzipSync(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 4)));
    await expect(loadOptdigits(short)).rejects.toThrow(
      `"${join(short, images)}" has 1797 images, but "${join(short, labels)}" has 2 labels; take both from one source.`,
    );
  });
});

it('says what to do when bundled data is not there', () => {
  expect(() => bundledFolder('no-such-set')).toThrow('install graft-ml anew, or pass the folder that holds its files.');
});
