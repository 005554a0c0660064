// Random boxes, what is cropped and erased by them, and mirrors.
import { expect, it } from 'vitest';
import { resolveOptions } from '../../core/options.ts';
import { stream } from '../../core/rng.ts';
import type { Pixels } from '../images/decode.ts';
import { augmentation } from './augmentation.ts';
import { randomBox } from './box.ts';
import { erase, erasingOptions } from './erasing.ts';
import { flip } from './flip.ts';
import { cropBox, cropOptions, randomResizedCrop } from './random-resized-crop.ts';

const defaults = resolveOptions(cropOptions, {}, 'test');
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Pixel (y, x) has the levels `[y, x, y + x]`. */
const counted = (height: number, width: number): Pixels => ({
  height,
  width,
  data: Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return [y, x, y + x][i % 3] as number;
  }),
});

it('boxes lie within the picture, their area uniform and the logarithm of their ratio too', () => {
  const limits = { minArea: 0.1, maxArea: 0.3, minRatio: 0.5, maxRatio: 2 };
  const boxes = Array.from({ length: 4000 }, (_, i) => randomBox(stream(3, i), [600, 900], limits));
  const all = boxes.flatMap((box) => box ?? []);
  expect(all).toHaveLength(4000);
  for (const { top, left, height, width } of all) {
    expect(top >= 0 && left >= 0 && top + height <= 600 && left + width <= 900).toBe(true);
  }
  const areas = all.map(({ height, width }) => (height * width) / (600 * 900));
  const ratios = all.map(({ height, width }) => Math.log2(width / height));
  expect(Math.min(...areas)).toBeGreaterThan(0.098);
  expect(Math.max(...areas)).toBeLessThan(0.302);
  // Of uniform numbers, four standard errors wide.
  expect(Math.abs(mean(areas) - 0.2)).toBeLessThan((4 * 0.2) / Math.sqrt(12 * 4000));
  expect(Math.abs(mean(ratios))).toBeLessThan((4 * 2) / Math.sqrt(12 * 4000));
  const places = all.map(({ left, width }) => left / (900 - width));
  expect(Math.abs(mean(places) - 0.5)).toBeLessThan(4 / Math.sqrt(12 * 4000));
});

it('takes the middle of a picture that no box of the wanted ratio and area fits', () => {
  const whole = { ...defaults, minArea: 1 };
  expect(cropBox([10, 100], whole, stream(0))).toEqual({ top: 0, left: 43, height: 10, width: 13 });
  expect(cropBox([100, 10], whole, stream(0))).toEqual({ top: 43, left: 0, height: 13, width: 10 });
  expect(cropBox([1, 1], defaults, stream(0))).toEqual({ top: 0, left: 0, height: 1, width: 1 });
});

it('a crop shows the levels of its box, at the size asked for', () => {
  const photo = counted(60, 80);
  const box = cropBox([60, 80], defaults, stream(5, 'crop'));
  const { height, width, data } = randomResizedCrop(photo, [box.height, box.width], 'bilinear', defaults, stream(5, 'crop'));
  expect([height, width]).toEqual([box.height, box.width]);
  expect(Array.from(data.subarray(0, 3))).toEqual([box.top, box.left, box.top + box.left]);
  expect(Array.from(data.subarray(-3))).toEqual([box.top + height - 1, box.left + width - 1, box.top + height + box.left + width - 2]);
  const small = randomResizedCrop(photo, [7, 9], 'bilinear', defaults, stream(5, 'crop'));
  expect([small.height, small.width, small.data.length]).toEqual([7, 9, 189]);
});

it('mirrors are exact, and as frequent as asked for', () => {
  const photo = counted(2, 3);
  const rows = ({ data }: Pixels) => Array.from({ length: 6 }, (_, i) => `${data[3 * i]}${data[3 * i + 1]}`).join(' ');
  expect(rows(flip(photo, { horizontal: 1, vertical: 0 }, stream(0)))).toBe('02 01 00 12 11 10');
  expect(rows(flip(photo, { horizontal: 0, vertical: 1 }, stream(0)))).toBe('10 11 12 00 01 02');
  expect(rows(flip(photo, { horizontal: 1, vertical: 1 }, stream(0)))).toBe('12 11 10 02 01 00');
  expect(flip(photo, { horizontal: 0, vertical: 0 }, stream(0))).toBe(photo);
  const flipped = Array.from({ length: 2000 }, (_, i) => flip(photo, { horizontal: 0.3, vertical: 0 }, stream(7, i)) !== photo);
  expect(Math.abs(mean(flipped.map(Number)) - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 2000));
});

it('erases one box of all channels, with noise or 0, as often as asked for', () => {
  const [height, width] = [40, 30];
  const options = resolveOptions(erasingOptions, { probability: 1, fill: 'zero' }, 'test');
  const run = (seed: number, given = options) => {
    const values = new Float32Array(3 * height * width).fill(9);
    erase(values, [height, width], given, stream(seed));
    return values;
  };
  const zeroed = run(1);
  const gone = (channel: number) =>
    [...zeroed.subarray(channel * height * width, (channel + 1) * height * width).entries()].flatMap(([i, v]) => (v === 0 ? [i] : []));
  const places = gone(0);
  const [rows, columns] = [new Set(places.map((i) => Math.floor(i / width))), new Set(places.map((i) => i % width))];
  expect(places.length).toBe(rows.size * columns.size);
  expect(places.length / (height * width)).toBeGreaterThan(0.015);
  expect(places.length / (height * width)).toBeLessThan(0.42);
  expect(gone(1)).toEqual(places);
  expect(gone(2)).toEqual(places);
  const noisy = run(1, { ...options, fill: 'noise' });
  const changed = [...noisy].flatMap((value) => (value === 9 ? [] : [value]));
  expect(changed.length).toBe(3 * places.length);
  expect(Math.abs(mean(changed))).toBeLessThan(4 / Math.sqrt(changed.length));
  const often = Array.from({ length: 1000 }, (_, i) => Number(run(i, { ...options, probability: 0.25 }).includes(0)));
  expect(Math.abs(mean(often) - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 1000));
});

it('names options that cannot be', () => {
  const messages = [
    { crop: { minArea: 0.9, maxArea: 0.5 } },
    { crop: { minArea: 0 } },
    { flip: { horizontal: 2 } },
    { randAugment: { magnitude: 31 } },
    { erasing: { fill: 'black' as never } },
    { colour: {} } as never,
  ].map((given) => {
    try {
      return augmentation(given);
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "\`crop\`: \`minArea\` (=0.9) must not be above \`maxArea\` (=0.5).
    \`crop\`: \`minArea\` (=0) must be a finite number > 0 and <= 1; its default is 0.08.
    \`flip\`: \`horizontal\` (=2) must be a finite number >= 0 and <= 1; its default is 0.5.
    \`randAugment\`: \`magnitude\` (=31) must be a finite number >= 0 and <= 30; its default is 9.
    \`erasing\`: \`fill\` (='black') must be one of 'noise', 'zero'; its default is 'noise'.
    \`augment\`: there is no option \`colour\`; known are \`crop\`, \`flip\`, \`randAugment\`, \`erasing\`."
  `);
});
