import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import { auroc } from './binary-score.ts';
import { bootstrap, bootstrapMean, meanOf, type Statistic } from './bootstrap.ts';
import { wilsonInterval } from './interval.ts';
import { summarise } from './summary.ts';

interface Case {
  name: string;
  values: number[];
  statistic: 'mean' | 'sd';
  level: number;
  estimate: number;
  /** Standard deviation of the resamples. */
  spread: number;
  percentile: [number, number];
  bca: [number, number];
}
const golden = JSON.parse(readFileSync(new URL('../../tests/golden/scores.json', import.meta.url), 'utf8')) as { bootstrap: Case[] };

const sdOf =
  (values: ArrayLike<number>): Statistic =>
  (rows) =>
    summarise(Array.from(rows, (row) => values[row] as number)).sd * Math.sqrt((rows.length - 1) / rows.length);

describe.each(golden.bootstrap)(
  'SciPy with 100,000 resamples, $statistic of $name',
  ({ values, statistic, level, estimate, spread, ...expected }) => {
    it.each(['percentile', 'bca'] as const)('%s', (method) => {
      const of = statistic === 'mean' ? meanOf(values) : sdOf(values);
      const interval = bootstrap(of, values.length, { method, level, resamples: 20_000, seed: 1 });
      expect(interval.estimate).toBeCloseTo(estimate, 12);
      // Of 20,000 resamples, the ends themselves vary by about 2 % of the spread; means of 0 and 1 go in steps.
      const step = values.every((value) => value === 0 || value === 1) ? 1 / values.length : 0;
      expect(Math.abs(interval.low - expected[method][0])).toBeLessThan(0.08 * spread + step);
      expect(Math.abs(interval.high - expected[method][1])).toBeLessThan(0.08 * spread + step);
    });
  },
);

const lists = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 20 });

it.each(['percentile', 'bca'] as const)('%s: holds the estimate, repeats itself, and the pass for means is the same', (method) => {
  fc.assert(
    fc.property(lists, fc.nat(1000), (values, seed) => {
      const options = { method, seed, resamples: 200 };
      const interval = bootstrapMean(values, options);
      expect(interval.low).toBeLessThanOrEqual(interval.estimate);
      expect(interval.high).toBeGreaterThanOrEqual(interval.estimate);
      expect(bootstrapMean(values, options)).toEqual(interval);
      const general = bootstrap(meanOf(values), values.length, options);
      fc.pre(values.some((value) => value !== 0 && value !== 1));
      // Leave-one-out means in one pass are rounded otherwise.
      expect(general.low === interval.low || method === 'bca').toBe(true);
      if (Number.isFinite(interval.low)) expect(general.low).toBeCloseTo(interval.low, 4);
    }),
  );
});

it('holds the estimate of a score that resampling only lowers', () => {
  const distinct: Statistic = (rows) => new Set(rows).size;
  for (const method of ['percentile', 'bca'] as const) expect(bootstrap(distinct, 30, { method })).toMatchObject({ estimate: 30, high: 30 });
});

it('holds the true accuracy about as often as it says', () => {
  let held = 0;
  for (let run = 0; run < 200; run++) {
    const values = Array.from(stream(run, 'accuracy').uniforms(100), (u) => (u < 0.8 ? 1 : 0));
    const { low, high } = bootstrapMean(values, { seed: run, resamples: 300 });
    if (low <= 0.8 && 0.8 <= high) held++;
  }
  expect(held / 200).toBeGreaterThan(0.9);
  expect(held / 200).toBeLessThan(0.98);
});

describe('few examples', () => {
  it.each([
    [[1], 1, 1],
    [[0], 0, 1],
    [[1, 1, 1, 1], 4, 4],
    [[0, 0, 0, 0, 0], 0, 5],
  ])('of an accuracy of %j, the interval is that of Wilson', (values, right, count) => {
    const { low, high } = bootstrapMean(values);
    const expected = wilsonInterval(right, count);
    expect(low).toBeCloseTo(expected.low, 12);
    expect(high).toBeCloseTo(expected.high, 12);
  });
  it('of one number without bounds, nothing is known', () => {
    expect(bootstrapMean([7])).toEqual({ estimate: 7, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, level: 0.95 });
    expect(bootstrapMean([7, 7])).toMatchObject({ low: 7, high: 7 });
  });
  it('of one number with bounds, the interval keeps to them', () => {
    const { low, high } = bootstrapMean([0.3], { range: [0, 1] });
    expect([low, high].map((end) => Number(end.toFixed(3)))).toEqual([0.062, 0.855]);
  });
});

describe('strata', () => {
  const labels = [0, 1, 1, 0, 2, 1, 0, 1];
  it('each resample holds as many of each', () => {
    const counts = new Set<string>();
    const statistic: Statistic = (rows) => {
      const found = [0, 0, 0];
      for (const row of rows) found[labels[row] as number] = (found[labels[row] as number] as number) + 1;
      counts.add(found.join());
      return rows.reduce((sum, row) => sum + row, 0);
    };
    bootstrap(statistic, labels.length, { strata: labels });
    expect(Array.from(counts)).toEqual(['3,4,1']);
  });
  it('let a score be drawn that needs both classes', () => {
    const [truth, scores] = [
      [0, 1, 1, 1, 1, 1],
      [0.3, 0.2, 0.6, 0.7, 0.9, 0.8],
    ];
    const area: Statistic = (rows) =>
      auroc(
        Array.from(rows, (row) => truth[row] as number),
        Array.from(rows, (row) => scores[row] as number),
      );
    expect(() => bootstrap(area, 6)).toThrow('no example has label 0');
    const { estimate, low, high } = bootstrap(area, 6, { strata: truth });
    expect(estimate).toBeCloseTo(0.8, 12);
    expect(low < 0.6 && high === 1).toBe(true);
  });
});

describe('errors', () => {
  const nothing: Statistic = () => Number.NaN;
  const sometimes: Statistic = (rows) => (rows[0] === 0 ? 1 : Number.NaN);
  it.each([
    [() => bootstrapMean([]), 'An interval needs at least one example; there are 0.'],
    [() => bootstrap(nothing, 3), 'The score of the examples is NaN; only one that is finite has an interval.'],
    [() => bootstrap(sometimes, 3), 'is NaN; give `strata`, such as the labels, where it needs examples of each kind.'],
    [() => bootstrapMean([1, 2], { strata: [1] }), 'There are 2 examples but 1 `strata`; give one for each example.'],
    [() => bootstrapMean([1, 2], { level: 1 }), 'bootstrap: `level` (=1) must be a finite number > 0 and < 1; its default is 0.95.'],
    [() => bootstrapMean([1, 2], { resamples: 10 }), 'bootstrap: `resamples` (=10) must be an integer >= 100; its default is 2000.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});

describe('groups', () => {
  /** Twelve patients of twenty rows each, all right or all wrong. */
  const groups = Array.from({ length: 240 }, (_, i) => Math.floor(i / 20));
  const patients = (run: number) => {
    const each = stream(run, 'patients').uniforms(12);
    return groups.map((group) => Number((each[group] as number) < 0.5));
  };

  it('hold the truth about as often as they say, which examples one by one do not', () => {
    let [held, heldByRows] = [0, 0];
    for (let run = 0; run < 100; run++) {
      const values = patients(run);
      const options = { seed: run, resamples: 300 };
      const [whole, rows] = [bootstrapMean(values, { ...options, groups }), bootstrapMean(values, options)];
      if (whole.low <= 0.5 && whole.high >= 0.5) held++;
      if (rows.low <= 0.5 && rows.high >= 0.5) heldByRows++;
    }
    // Of so few groups the percentile interval is a little short.
    expect(held).toBeGreaterThan(84);
    expect(heldByRows).toBeLessThan(50);
  });

  it('of one example each are examples', () => {
    const values = [0.3, 0.9, 0.1, 0.7, 0.2];
    for (const method of ['percentile', 'bca'] as const) {
      const own = bootstrapMean(values, { groups: ['a', 'b', 'c', 'd', 'e'], method });
      const plain = bootstrapMean(values, { method });
      expect(own.low).toBeCloseTo(plain.low, 12);
      expect(own.high).toBeCloseTo(plain.high, 12);
    }
  });

  it('of any size come whole', () => {
    const sizes = new Set<number>();
    bootstrap(
      (rows) => {
        expect(rows.filter((row) => row === 0).length).toBe(rows.filter((row) => row === 1).length);
        sizes.add(rows.length);
        return rows.length;
      },
      3,
      { groups: ['a', 'a', 'b'], resamples: 100 },
    );
    expect([...sizes].sort()).toEqual([2, 3, 4]);
  });

  it('are as many as a share of them all right is trusted by', () => {
    const { low } = bootstrapMean(new Array(40).fill(1), { groups: Array.from({ length: 40 }, (_, i) => i % 4) });
    expect(low).toBeCloseTo(wilsonInterval(4, 4).low, 10);
  });

  it('are one for each example, without strata', () => {
    expect(() => bootstrapMean([1, 2], { groups: [1] })).toThrow('There are 2 examples but 1 `groups`; give one for each example.');
    expect(() => bootstrapMean([1, 2], { groups: [1, 2], strata: [1, 1] })).toThrow('`strata` and `groups` cannot be given together');
  });
});
