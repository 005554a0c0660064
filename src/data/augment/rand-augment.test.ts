import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { resolveOptions } from '../../core/options.ts';
import { stream } from '../../core/rng.ts';
import type { Pixels } from '../images/decode.ts';
import { type PixelOp, pixelOps, randAugment, randAugmentOptions } from './rand-augment.ts';

const golden = JSON.parse(readFileSync(new URL('../../../tests/golden/augment.json', import.meta.url), 'utf8')) as {
  height: number;
  width: number;
  fill: number;
  pixels: string;
  cases: { op: string; amount: number; pixels: string }[];
  amounts: Record<string, { signed: boolean; values: number[] }>;
};
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const photo: Pixels = { height: golden.height, width: golden.width, data: bytes(golden.pixels) };
const defaults = resolveOptions(randAugmentOptions, {}, 'test');

it.each(golden.cases)('$op by $amount equals Pillow, level by level', ({ op, amount, pixels }) => {
  const before = photo.data.slice();
  const { height, width, data } = (pixelOps[op] as PixelOp).apply(photo, amount, golden.fill);
  expect([height, width]).toEqual([golden.height, golden.width]);
  expect(data).toEqual(bytes(pixels));
  expect(photo.data).toEqual(before);
});

it("has torchvision's fourteen ops and their amounts at every strength", () => {
  expect(Object.keys(pixelOps)).toEqual(Object.keys(golden.amounts));
  expect(golden.cases.map(({ op }) => op)).toEqual(expect.arrayContaining(Object.keys(pixelOps)));
  for (const [name, { amount, signed = false }] of Object.entries(pixelOps)) {
    const expected = golden.amounts[name];
    expect(signed, name).toBe(expected?.signed);
    expected?.values.forEach((value, strength) => {
      expect(amount?.(strength / 30, photo) ?? 0, `${name} at ${strength}`).toBeCloseTo(value, 4);
    });
  }
});

it('leaves pictures of one level alone, where there is nothing to spread', () => {
  const flat: Pixels = { height: 2, width: 3, data: new Uint8Array(18).fill(77) };
  for (const op of ['autoContrast', 'equalise', 'contrast', 'sharpness', 'colour'])
    expect((pixelOps[op] as PixelOp).apply(flat, 0.5, 0).data).toEqual(flat.data);
});

it('draws every op, both ways, and the same ones for the same stream', () => {
  const results = Array.from({ length: 400 }, (_, i) => randAugment(photo, { ...defaults, number: 1, magnitude: 30 }, stream(1, i)).data);
  const different = new Set(results.map((data) => Buffer.from(data).toString('base64')));
  // Nine ops go both ways; at the greatest strength, identity and solarise, which then turns all levels, are one result each like the other three.
  expect(different.size).toBe(9 * 2 + 5);
  expect(randAugment(photo, defaults, stream(1, 'a'))).toEqual(randAugment(photo, defaults, stream(1, 'a')));
  expect(randAugment(photo, { ...defaults, number: 0 }, stream(1))).toBe(photo);
});
