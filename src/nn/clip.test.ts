// The global norm at every length around its unrolling, and where float32 sums would fail.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globalNorm } from './clip.ts';

test('is the Euclidean norm at every length', () => {
  fc.assert(
    fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000, maxLength: 40 }), (values) => {
      const exact = Math.hypot(...values);
      expect(Math.abs(globalNorm(values) - exact)).toBeLessThanOrEqual(1e-12 * exact);
    }),
  );
});

test('sums in float64: squares beyond float32, and ones that float32 would lose', () => {
  expect(globalNorm(Float32Array.of(3e30, 4e30)) / 5e30).toBeCloseTo(1, 6);
  const values = new Float32Array(1 + 2 ** 16).fill(1);
  values[0] = 2 ** 14;
  expect(globalNorm(values)).toBeCloseTo(Math.sqrt(2 ** 28 + 2 ** 16), 9);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d anywhere shows in the norm', (bad) => {
  for (const length of [1, 8, 13]) {
    for (let at = 0; at < length; at++) {
      const values = new Float32Array(length).fill(1);
      values[at] = bad;
      expect(globalNorm(values)).toBe(bad);
    }
  }
});
