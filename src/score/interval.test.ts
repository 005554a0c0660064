import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './interval.ts';

interface Golden {
  wilson: { right: number; count: number; level: number; low: number; high: number }[];
}
const golden = JSON.parse(readFileSync(new URL('../../tests/golden/scores.json', import.meta.url), 'utf8')) as Golden;

it.each(golden.wilson)('gives what SciPy gives for $right of $count at $level', ({ right, count, level, low, high }) => {
  const interval = wilsonInterval(right, count, level);
  expect(interval.estimate).toBe(right / count);
  expect(interval.low).toBeCloseTo(low, 12);
  expect(interval.high).toBeCloseTo(high, 12);
});

it('lies in 0..1, holds the estimate, has a width, and is turned round by counting the wrong ones', () => {
  const counts = fc.integer({ min: 1, max: 5000 }).chain((count) => fc.tuple(fc.integer({ min: 0, max: count }), fc.constant(count)));
  fc.assert(
    fc.property(counts, fc.double({ min: 0.01, max: 0.999, noNaN: true }), ([right, count], level) => {
      const { estimate, low, high } = wilsonInterval(right, count, level);
      expect(low >= 0 && low <= estimate && estimate <= high && high <= 1 && low < high).toBe(true);
      const wrong = wilsonInterval(count - right, count, level);
      expect(wrong.low).toBeCloseTo(1 - high, 12);
      expect(wrong.high).toBeCloseTo(1 - low, 12);
    }),
  );
});

describe('errors', () => {
  it.each([
    [() => wilsonInterval(0, 0), 'An interval needs at least one example; `count` is 0.'],
    [() => wilsonInterval(3, 2), '`right` (=3) must be a whole number in 0..2.'],
    [() => wilsonInterval(1, 2, 95), '`level` (=95) must lie between 0 and 1, such as 0.95.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
