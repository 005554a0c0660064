import { expect, it } from 'vitest';
import { balancedInterval, balancedParts } from './balanced.ts';

it('is the mean over classes of the share that is right', () => {
  const labels = [...Array(90).fill('common'), ...Array(10).fill('rare')];
  const right = labels.map((label, i) => (label === 'common' ? Number(i % 9 > 0) : Number(i % 2)));
  const parts = balancedParts(right, labels);
  expect(parts.reduce((sum, part) => sum + part, 0) / 100).toBeCloseTo((80 / 90 + 0.5) / 2, 12);
  const { estimate, low, high } = balancedInterval(right, labels);
  expect(estimate).toBeCloseTo((80 / 90 + 0.5) / 2, 12);
  // Of ten examples of which half are right, the standard error is 0.16; it counts half.
  expect(high - low).toBeGreaterThan(0.2);
  expect(high - low).toBeLessThan(0.45);
});

it('has a width where all are right', () => {
  const { low, high } = balancedInterval([1, 1, 1, 1], [0, 0, 1, 1]);
  expect(high).toBe(1);
  expect(low).toBeLessThan(0.7);
});

it('is by groups where examples come in such, also where a resample lacks a class', () => {
  const labels = Array.from({ length: 60 }, (_, i) => (i < 45 ? 'common' : 'rare'));
  const right = labels.map((_, i) => Number(Math.floor(i / 15) % 2));
  const whole = balancedInterval(
    right,
    labels,
    labels.map((_, i) => Math.floor(i / 15)),
  );
  const rows = balancedInterval(right, labels);
  expect(whole.estimate).toBeCloseTo(rows.estimate, 12);
  expect(whole.high - whole.low).toBeGreaterThan(2 * (rows.high - rows.low));
});
