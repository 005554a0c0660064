import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeOf, tensor } from '../../core/tensor.ts';
import { type ResizeMethod, resize } from './resize.ts';

interface Case {
  from: number[];
  to: [number, number];
  method: ResizeMethod;
  sixteenths: number[];
  resized: number[];
}
const golden = JSON.parse(readFileSync(new URL('../../../tests/golden/resize.json', import.meta.url), 'utf8')) as { cases: Case[] };
const methods: readonly ResizeMethod[] = ['nearest', 'bilinear', 'bicubic', 'lanczos'];

it.each(golden.cases)('$method from $from to $to equals PyTorch', ({ from, to, method, sixteenths, resized }) => {
  const images = tensor(
    'float32',
    from,
    Float32Array.from(sixteenths, (value) => value / 16),
  );
  const out = resize(to, method)(images);
  expect(out.dims).toEqual([...from.slice(0, 2), ...to]);
  const worst = out.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (resized[i] as number))), 0);
  expect(worst).toBeLessThan(1e-6);
});

describe('properties', () => {
  const side = fc.integer({ min: 1, max: 12 });

  it('keeps a constant image constant, for every size and method', () => {
    fc.assert(
      fc.property(side, side, side, side, fc.constantFrom(...methods), (h, w, height, width, method) => {
        const out = resize([height, width], method)(tensor('float32', [2, h, w], new Float32Array(2 * h * w).fill(0.375)));
        expect(out.dims).toEqual([2, height, width]);
        for (const value of out.data) expect(value).toBeCloseTo(0.375, 6);
      }),
    );
  });

  it('changes nothing when the size stays, and treats every plane alone', () => {
    fc.assert(
      fc.property(side, side, fc.constantFrom(...methods), fc.infiniteStream(fc.nat(16)), (h, w, method, values) => {
        const image = Float32Array.from({ length: h * w }, () => values.next().value / 16);
        const same = resize([h, w], method)(tensor('float32', [1, h, w], image));
        same.data.forEach((value, i) => {
          expect(value).toBeCloseTo(image[i] as number, 6);
        });
        const alone = resize([5, 7], method)(tensor('float32', [1, h, w], image));
        const both = resize([5, 7], method)(tensor('float32', [2, h, w], Float32Array.of(...new Float32Array(h * w), ...image)));
        expect(both.data.subarray(sizeOf(alone.dims))).toEqual(alone.data);
      }),
    );
  });
});

it('names what does not fit', () => {
  expect(() => resize([0, 28])).toThrow('`size` (=[0, 28]) must be [height, width] in whole pixels >= 1.');
  expect(() => resize([2, 2])(tensor('float32', [2, 2], new Float32Array(4)))).toThrow(
    'Inputs of shape [2, 2] are not images [..., H, W] with pixels.',
  );
});
