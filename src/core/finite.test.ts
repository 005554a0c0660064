// What of an array is not finite.
import { expect, test } from 'vitest';
import { allFinite, firstNotFinite, notFiniteIn } from './finite.ts';

test('tells the first bad value and how many there are', () => {
  expect(notFiniteIn(Float32Array.of(1, Number.NEGATIVE_INFINITY, 3.4e38, Number.NaN))).toEqual({ value: Number.NEGATIVE_INFINITY, count: 2 });
  expect(notFiniteIn(Float32Array.of(1, -3.4e38))).toBeUndefined();
  expect(notFiniteIn(new Float32Array(0))).toBeUndefined();
});

test('one bad value is found wherever it is, and the largest finite ones are none', () => {
  const values = new Float32Array(300).fill(-3.4e38);
  expect(allFinite(values)).toBe(true);
  expect(firstNotFinite(values)).toBe(-1);
  expect(allFinite(new Float64Array(0))).toBe(true);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const at of [0, 150, 299]) {
      expect(allFinite(values.with(at, bad)), `${bad} at ${at}`).toBe(false);
      expect(firstNotFinite(values.with(at, bad).with(299, bad))).toBe(at);
    }
  }
});
