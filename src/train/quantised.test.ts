import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { quantised } from './quantised.ts';

it('comes within half a step of every number, on the axis that fits better', () => {
  const value = fc.float({ min: -100, max: 100, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(value, { minLength: 75, maxLength: 75 }),
      (a, b, c, all) => {
        const data = Float32Array.from(all.slice(0, a * b * c));
        const { numbers, scales, axis } = quantised(tensor('float32', [a, b, c], data));
        expect(scales.length).toBe(axis === 0 ? a : b);
        data.forEach((exact, i) => {
          const scale = scales[axis === 0 ? Math.floor(i / (b * c)) : Math.floor(i / c) % b] as number;
          expect(Math.abs(exact - (numbers[i] as number) * scale)).toBeLessThanOrEqual(scale / 2 + 1e-5);
        });
      },
    ),
  );
  const rows = Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? 0.001 * (i + 1) : 1000 * (i + 1)));
  expect(quantised(tensor('float32', [2, 32], rows)).axis).toBe(0);
});

it('leaves a channel of zeros zero', () => {
  expect([...quantised(tensor('float32', [2, 2], Float32Array.of(0, 0, 1, -1))).numbers]).toEqual([0, 0, 127, -127]);
});
