import { expect, it } from 'vitest';
import { smoothedLosses, valleyRate } from './rate-valley.ts';

const rates = Array.from({ length: 40 }, (_, i) => 1e-6 * 10 ** (i / 10));
/** Flat, then down over half the points, then up. */
const bowl = rates.map((_, i) => (i < 10 ? 1 : i < 30 ? 1 - (i - 9) * 0.03 : 0.4 + (i - 29) ** 2));

it('takes the middle of the longest descent', () => {
  // Twenty-one losses fall, the last of them at 29: 8 + 7 + 3 = 18.
  expect(valleyRate(rates, bowl)).toBe(rates[18]);
  const noisy = bowl.map((loss, i) => loss + (i === 15 ? 0.5 : 0));
  const place = rates.indexOf(valleyRate(rates, noisy) as number);
  expect(place).toBeGreaterThan(12);
  expect(place).toBeLessThan(25);
});

it('finds none where nothing falls, or by little, or there are few losses', () => {
  expect(
    valleyRate(
      rates,
      rates.map((_, i) => 1 + i),
    ),
  ).toBeUndefined();
  expect(
    valleyRate(
      rates,
      rates.map((_, i) => 1 - i * 1e-4),
    ),
  ).toBeUndefined();
  expect(
    valleyRate(
      rates,
      rates.map(() => 1),
    ),
  ).toBeUndefined();
  expect(valleyRate(rates.slice(0, 9), bowl.slice(10, 19))).toBeUndefined();
  expect(valleyRate([], [])).toBeUndefined();
});

it('smooths without a pull to 0', () => {
  expect(smoothedLosses([2, 2, 2]).map((value) => Number(value.toFixed(12)))).toEqual([2, 2, 2]);
  const [first, second] = smoothedLosses([1, 2]) as [number, number];
  expect(first).toBeCloseTo(1, 12);
  expect(second).toBeCloseTo((0.8 * 0.2 * 1 + 0.2 * 2) / (1 - 0.64), 12);
});
