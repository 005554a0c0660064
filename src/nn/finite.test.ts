// What of an array is not finite.
import { expect, test } from 'vitest';
import { notFiniteIn } from './finite.ts';

test('tells the first bad value and how many there are', () => {
  expect(notFiniteIn(Float32Array.of(1, Number.NEGATIVE_INFINITY, 3.4e38, Number.NaN))).toEqual({ value: Number.NEGATIVE_INFINITY, count: 2 });
  expect(notFiniteIn(Float32Array.of(1, -3.4e38))).toBeUndefined();
  expect(notFiniteIn(new Float32Array(0))).toBeUndefined();
});
