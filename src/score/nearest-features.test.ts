import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import { indexFeatures } from './nearest-features.ts';

interface Golden {
  unknown: { neighbours: { width: number; train: number[]; queries: number[]; distances: Record<string, number[]> }[] };
}
const { unknown } = JSON.parse(readFileSync(new URL('../../tests/golden/scores.json', import.meta.url), 'utf8')) as Golden;

it.each(unknown.neighbours)('gives what scikit-learn gives, $width features', ({ width, train, queries, distances }) => {
  const index = indexFeatures(Float32Array.from(train), width);
  for (const [k, expected] of Object.entries(distances)) {
    const found = index.distances(Float32Array.from(queries), Number(k));
    expect(found.length).toBe(expected.length);
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
  }
});

it('compares with all of more examples than are held at a time, and with more queries', () => {
  const [count, width, k] = [5000, 20, 7];
  const train = stream(1, 'train').normals(count * width);
  const queries = stream(1, 'queries').normals(150 * width);
  const found = indexFeatures(train, width).distances(queries, k);
  const unit = (all: Float32Array, row: number) => {
    const values = Array.from(all.subarray(row * width, (row + 1) * width));
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  };
  const rows = Array.from({ length: count }, (_, row) => unit(train, row));
  for (const query of [0, 63, 64, 149]) {
    const own = unit(queries, query);
    const distances = rows.map((row) => Math.hypot(...row.map((value, f) => value - (own[f] as number)))).sort((a, b) => a - b);
    expect(found[query]).toBeCloseTo(distances[k - 1] as number, 6);
  }
});

it('does not look at the size of the features, and finds an example in itself', () => {
  const train = stream(2, 'train').normals(30 * 5);
  const index = indexFeatures(train, 5);
  expect(Array.from(index.distances(train, 1))).toEqual(new Array(30).fill(0));
  const larger = index.distances(
    train.map((value) => value * 8),
    3,
  );
  expect(larger).toEqual(index.distances(train, 3));
});

it('takes ten neighbours, or all where there are fewer', () => {
  const train = stream(3, 'train').normals(12 * 4);
  const queries = stream(3, 'queries').normals(2 * 4);
  expect(indexFeatures(train, 4).distances(queries)).toEqual(indexFeatures(train, 4).distances(queries, 10));
  const few = indexFeatures(train.subarray(0, 8), 4);
  expect(few.distances(queries)).toEqual(few.distances(queries, 2));
  expect(few.distances(new Float32Array(0)).length).toBe(0);
});

describe('errors', () => {
  const index = indexFeatures(Float32Array.of(1, 2, 3, 4), 2);
  it.each([
    [() => indexFeatures(new Float32Array(0), 2), 'There is nothing to compare with: the training features are empty.'],
    [() => indexFeatures(new Float32Array(3), 2), '3 values are not whole rows of 2 features.'],
    [() => indexFeatures(Float32Array.of(1, 2, Number.NaN, 1), 2), 'A feature of example 1 is NaN; the model has diverged or its input is damaged.'],
    [() => index.distances(new Float32Array(3)), '3 values are not whole rows of 2 features.'],
    [() => index.distances(Float32Array.of(1, Number.POSITIVE_INFINITY)), 'A feature of example 0 is Infinity; the model has diverged'],
    [() => index.distances(new Float32Array(2), 3), '`k` (=3) must be a whole number in 1..2, the number of training examples.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
