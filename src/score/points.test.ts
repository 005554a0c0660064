import { expect, it } from 'vitest';
import { requirePoints, squaredDistance } from './points.ts';

it.each([1, 2, 3, 4, 5, 7, 8, 64])('sums all of %i columns', (columns) => {
  const points = Float64Array.from({ length: 2 * columns }, (_, i) => Math.sin(i));
  let expected = 0;
  for (let c = 0; c < columns; c++) expected += (Math.sin(c) - Math.sin(columns + c)) ** 2;
  expect(squaredDistance(points, columns, 0, 1)).toBeCloseTo(expected, 12);
  expect(squaredDistance(points, columns, 1, 1)).toBe(0);
});

it.each([
  [new Float32Array(5), 2, '5 values are not whole rows of 2 columns.'],
  [new Float32Array(4), 0, '4 values are not whole rows of 0 columns.'],
  [new Float32Array(0), 2, 'There are no points.'],
  [Float32Array.of(0, 1, 2, Number.NaN), 2, 'A value of example 1 is NaN; the model has diverged or its input is damaged.'],
])('%#: refuses what cannot be compared', (points, columns, message) => {
  expect(() => requirePoints(points, columns)).toThrow(message);
});
