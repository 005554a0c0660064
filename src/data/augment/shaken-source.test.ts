// Images moved and relit at random: what the changes do, and that they do not depend on batches.
import { describe, expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { tensor } from '../../core/tensor.ts';
import { dataset, type ExampleSource } from '../dataset.ts';
import { affine } from './affine.ts';
import { levels } from './levels.ts';
import { shakenSource } from './shaken-source.ts';

/** A slope in two channels: value `x + 10 y + 100 c` at each place, which bilinear weights give exactly. */
const [HEIGHT, WIDTH] = [7, 9];
const slope = () =>
  Float32Array.from(
    { length: 2 * HEIGHT * WIDTH },
    (_, i) => (i % WIDTH) + 10 * (Math.floor(i / WIDTH) % HEIGHT) + 100 * Math.floor(i / WIDTH / HEIGHT),
  );

describe('affine', () => {
  it('leaves an image as it is without spread and shift', () => {
    const values = slope();
    affine(values, [HEIGHT, WIDTH], { spread: 0, shift: 0 }, stream(1));
    expect(values).toEqual(slope());
  });

  it('shifts all channels alike, by no more than it may, and repeats the border', () => {
    const seen: number[] = [];
    for (let seed = 0; seed < 40; seed++) {
      const values = slope();
      affine(values, [HEIGHT, WIDTH], { spread: 0, shift: 2 }, stream(seed));
      const at = (y: number, x: number, c = 0) => values[(c * HEIGHT + y) * WIDTH + x] as number;
      // In the middle nothing is beyond the border: value = (x + right) + 10 (y + down).
      const moved = at(3, 4) - 34;
      const [right, down] = [at(3, 4) - at(3, 3) - 1, at(3, 4) - at(2, 4) - 10];
      expect(Math.abs(right)).toBeLessThan(1e-4);
      expect(Math.abs(down)).toBeLessThan(1e-4);
      expect(Math.abs(moved)).toBeLessThanOrEqual(22);
      expect(at(3, 4, 1)).toBeCloseTo(at(3, 4) + 100, 4);
      for (const value of values.subarray(0, HEIGHT * WIDTH)) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(68);
      }
      seen.push(moved);
    }
    expect(Math.max(...seen)).toBeGreaterThan(8);
    expect(Math.min(...seen)).toBeLessThan(-8);
  });

  it('turns and stretches about the centre, which stays', () => {
    const values = slope();
    affine(values, [HEIGHT, WIDTH], { spread: 0.3, shift: 0 }, stream(3));
    expect(values[3 * WIDTH + 4]).toBeCloseTo(34, 4);
    expect(values).not.toEqual(slope());
  });
});

describe('levels', () => {
  it('inverts about the middle of the range', () => {
    const values = Float32Array.of(0, 1, 0.25, 0.75);
    levels(values, { contrast: 0, brightness: 0, invert: 1, noise: 0 }, stream(1));
    expect(values).toEqual(Float32Array.of(1, 0, 0.75, 0.25));
  });

  it('scales, shifts and adds noise within what it may', () => {
    const count = 4000;
    const flat = (options: Parameters<typeof levels>[1], seed: number) => {
      const values = Float32Array.from({ length: count }, (_, i) => i % 2);
      levels(values, options, stream(seed));
      return values;
    };
    for (let seed = 0; seed < 20; seed++) {
      const [low, high] = flat({ contrast: 0.5, brightness: 0.2, invert: 0, noise: 0 }, seed) as unknown as [number, number];
      expect(high - low).toBeGreaterThanOrEqual(0.5);
      expect(high - low).toBeLessThanOrEqual(1.5);
      expect(Math.abs((high + low) / 2 - 0.5)).toBeLessThanOrEqual(0.2 + 1e-6);
    }
    const noisy = flat({ contrast: 0, brightness: 0, invert: 0, noise: 0.1 }, 5);
    const variance = noisy.reduce((sum, value, i) => sum + (value - (i % 2)) ** 2, 0) / count;
    expect(Math.sqrt(variance)).toBeCloseTo(0.1, 2);
  });
});

const images = dataset({
  name: 'slopes',
  inputs: tensor(
    'float32',
    [5, 2, HEIGHT, WIDTH],
    new Float32Array(5 * 2 * HEIGHT * WIDTH).map((_, i) => Math.sin(i)),
  ),
  labels: [0, 1, 0, 1, 0],
});

describe('shakenSource', () => {
  const shaken = shakenSource(images, { affine: {}, levels: {}, seed: 4 });
  const values = async (source: ExampleSource, indices: number[], epoch?: number) =>
    Array.from((await source.gather(indices, epoch === undefined ? undefined : { epoch })).inputs.data as Float32Array);

  it('gives an example the same in the same epoch whatever its batch, otherwise in another, and as it is without one', async () => {
    const size = 2 * HEIGHT * WIDTH;
    const three = await values(shaken, [4, 0, 2], 1);
    expect(await values(shaken, [2], 1)).toEqual(three.slice(2 * size));
    expect(await values(shaken, [2], 2)).not.toEqual(three.slice(2 * size));
    expect(await values(shakenSource(images, { affine: {}, levels: {}, seed: 5 }), [2], 1)).not.toEqual(three.slice(2 * size));
    expect(await values(shaken, [4, 0])).toEqual(await values(images, [4, 0]));
    expect(three).not.toEqual(await values(images, [4, 0, 2]));
    // What it was given stays as it was.
    expect(await values(images, [1], 1)).toEqual(await values(images, [1]));
    const { labels } = await shaken.gather([1, 0], { epoch: 3 });
    expect(labels).toEqual(Int32Array.of(1, 0));
    expect(shaken.varies).toBe(true);
  });

  it('refuses what it cannot change', () => {
    const rows = dataset({ name: 'rows', inputs: tensor('float32', [2, 3], new Float32Array(6)), labels: [0, 1] });
    const bytes = dataset({ name: 'bytes', inputs: tensor('uint8', [2, 1, 3, 3], new Uint8Array(18)), labels: [0, 1] });
    const said = (source: ExampleSource, options: object) => {
      try {
        return shakenSource(source, options).name;
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(
      [
        said(images, {}),
        said(images, { shift: 2 }),
        said(images, { affine: { shift: -1 } }),
        said(rows, { affine: {} }),
        said(bytes, { levels: {} }),
      ].join('\n'),
    ).toMatchInlineSnapshot(`
      "\`shakenSource\` needs \`affine\` or \`levels\`: \`{ affine: {} }\`.
      \`shakenSource\`: there is no option \`shift\`; known are \`affine\`, \`levels\`, \`seed\`.
      \`affine\`: \`shift\` (=-1) must be a finite number of pixels >= 0; its default is 2.
      \`shakenSource\` changes images [C, H, W], but examples of \`rows\` are [3].
      \`bytes\` holds uint8, but only float32 can be changed; give it a \`normalisation\`."
    `);
  });
});
