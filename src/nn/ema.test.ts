// The moving average against its formula, with and without the warm-up's hold.
import { expect, test } from 'vitest';
import { updateEma } from './ema.ts';

test('moves by the decay of the warm-up first, by the one asked for later', () => {
  const early = Float32Array.of(0, 10);
  updateEma(early, Float32Array.of(11, 10), 0.99, 1);
  expect(early[0]).toBeCloseTo(11 * (1 - 2 / 11), 5);
  expect(early[1]).toBe(10);
  const late = Float32Array.of(0);
  updateEma(late, Float32Array.of(1), 0.99, 100_000);
  expect(late[0]).toBeCloseTo(0.01, 8);
});

test('comes to rest at parameters that rest', () => {
  const average = Float32Array.of(-3, 7);
  const p = Float32Array.of(1, 2);
  for (let updates = 1; updates <= 2000; updates++) updateEma(average, p, 0.98, updates);
  for (const [i, x] of average.entries()) expect(x).toBeCloseTo(p[i] as number, 5);
});

test('a decay of 0 copies, and a decay of 0.5 early on is not held back', () => {
  const average = Float32Array.of(4);
  updateEma(average, Float32Array.of(8), 0, 1);
  expect(average[0]).toBe(8);
  updateEma(average, Float32Array.of(0), 0.5, 50);
  expect(average[0]).toBe(4);
});
