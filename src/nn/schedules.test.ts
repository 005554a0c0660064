// Schedules against PyTorch's values, and what holds of them at any length.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import golden from '../../tests/golden/optimisers.json' with { type: 'json' };
import { constant, cosine, oneCycle, type Schedule, step, warmUp } from './schedules.ts';

const schedules: Record<string, Schedule> = {
  step: step({ every: 3, factor: 0.5 }),
  cosine: cosine(),
  'cosine with floor': cosine({ floor: 0.1 }),
  'warm-up, then cosine': warmUp({ steps: 4, after: cosine() }),
  'one cycle': oneCycle(),
  'one cycle with options': oneCycle({ rise: 0.5, start: 10, end: 100 }),
};

test.each(golden.schedules)('$name has the factors of PyTorch', ({ name, total, factors }) => {
  const schedule = schedules[name] as Schedule;
  for (const [at, factor] of factors.entries()) expect(schedule(at, total)).toBeCloseTo(factor, 12);
});

test('every schedule here has goldens', () => {
  expect(golden.schedules.map(({ name }) => name)).toEqual(Object.keys(schedules));
});

test('factors stay within [0, 1] at any length, one update and updates beyond the last included', () => {
  const all: [string, Schedule][] = [['constant', constant], ...Object.entries(schedules)];
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.integer({ min: 1, max: 300 }), fc.nat(400), ([, schedule], total, at) => {
      const factor = schedule(at, total);
      expect(factor).toBeGreaterThanOrEqual(0);
      expect(factor).toBeLessThanOrEqual(1 + 1e-12);
    }),
  );
});

test('a warm-up reaches the full rate at its last update, longer than the run or of no length included', () => {
  const values = (schedule: Schedule, total: number) => Array.from({ length: total }, (_, at) => schedule(at, total));
  expect(values(warmUp({ steps: 2 }), 4)).toEqual([0.5, 1, 1, 1]);
  expect(values(warmUp({ steps: 4, after: cosine() }), 2)).toEqual([0.25, 0.5]);
  expect(values(warmUp({ steps: 0, after: cosine() }), 8)).toEqual(values(cosine(), 8));
});

test('lengths and shares that make no sense are refused', () => {
  expect(() => step({ every: 0 })).toThrow('`every` (=0) of a step schedule');
  expect(() => warmUp({ steps: 1.5 })).toThrow('`steps` (=1.5) of a warm-up');
  expect(() => oneCycle({ rise: 1 })).toThrow('`rise` (=1) of a one-cycle schedule');
  expect(() => oneCycle({ start: 0 })).toThrow('`start` (=0) of a one-cycle schedule must be a finite number above 0.');
  expect(() => oneCycle({ end: Number.NaN })).toThrow('`end` (=NaN) of a one-cycle schedule');
  expect(() => step({ every: 2, factor: -0.1 })).toThrow('`factor` (=-0.1) of a step schedule must lie between 0 and 1.');
  expect(() => cosine({ floor: 1.5 })).toThrow('`floor` (=1.5) of a cosine schedule must lie between 0 and 1.');
  expect(() => cosine({ floor: Number.NaN })).toThrow('`floor` (=NaN) of a cosine schedule');
});
