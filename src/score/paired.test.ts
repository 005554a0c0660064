import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import { meanOf } from './bootstrap.ts';
import { isAhead, mcnemar, pairedBootstrap, pairedBootstrapOf } from './paired.ts';

interface Golden {
  paired: { first: number[]; second: number[]; estimate: number; percentile: [number, number]; spread: number };
  mcnemar: { onlyFirst: number; onlySecond: number; p: number }[];
}
const golden = JSON.parse(readFileSync(new URL('../../tests/golden/scores.json', import.meta.url), 'utf8')) as Golden;
const { first, second, ...expected } = golden.paired;

/** Two predictions of label 1, which only one of two models has right in so many cases, and both in ten. */
function predictions(onlyFirst: number, onlySecond: number): [labels: number[], first: number[], second: number[]] {
  const of = (...counts: [number, number][]) => counts.flatMap(([count, value]) => new Array<number>(count).fill(value));
  return [of([onlyFirst + onlySecond + 10, 1]), of([onlyFirst, 1], [onlySecond, 0], [10, 1]), of([onlyFirst, 0], [onlySecond, 1], [10, 1])];
}

describe('isAhead', () => {
  it('is McNemar at one standard deviation: hardly ever otherwise than the exact test', () => {
    const exact = (gained: number, lost: number) => gained > lost && mcnemar(...predictions(gained, lost)).p / 2 < 0.16;
    const ahead = (gained: number, lost: number) => {
      const [, one, other] = predictions(gained, lost);
      return isAhead(one, other);
    };
    expect([1, 2, 3].map((gained) => ahead(gained, 0))).toEqual([false, false, true]);
    const pairs = Array.from({ length: 400 }, (_, i) => [i % 20, Math.floor(i / 20)] as const);
    expect(pairs.filter(([gained, lost]) => ahead(gained, lost) !== exact(gained, lost))).toEqual([]);
  });

  it('is not by one example alone, however large its difference', () => {
    expect(isAhead([100, 0.1, 0.1], [0, 0, 0])).toBe(false);
    expect(isAhead([1, 1, 1.1, 1], [0, 0, 0, 0])).toBe(true);
    expect(isAhead([], [])).toBe(false);
  });

  it('is not by one group alone, however many examples it has', () => {
    const [gained, none] = [new Array(20).fill(1), new Array(20).fill(0)];
    expect(isAhead(gained, none)).toBe(true);
    const one = Int32Array.from({ length: 20 }, (_, i) => Number(i > 17));
    expect(isAhead(gained, none, one)).toBe(false);
    expect(
      isAhead(
        gained,
        none,
        one.map((_, i) => i % 3),
      ),
    ).toBe(true);
  });
});

describe('pairedBootstrap', () => {
  it('has the interval of SciPy', () => {
    const { estimate, low, high, p } = pairedBootstrap(first, second, { resamples: 20_000 });
    expect(estimate).toBeCloseTo(expected.estimate, 12);
    // Differences of 80 examples go in steps of 1 / 80.
    expect(Math.abs(low - expected.percentile[0])).toBeLessThan(1 / 80 + 1e-9);
    expect(Math.abs(high - expected.percentile[1])).toBeLessThan(1 / 80 + 1e-9);
    expect(p < 0.05).toBe(low > 0);
  });

  it('turns round with the models, and any score gives what means give', () => {
    const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), { minLength: 2, maxLength: 15 });
    fc.assert(
      fc.property(values, (pairs) => {
        const [a, b] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
        const options = { range: [-9, 9] as const, resamples: 300 };
        const [there, back] = [pairedBootstrap(a, b, options), pairedBootstrap(b, a, options)];
        expect(back.p).toBe(there.p);
        expect(back.low).toBeCloseTo(-there.high, 12);
        expect(there.p > 0 && there.p <= 1).toBe(true);
        expect(there.low <= there.estimate && there.estimate <= there.high).toBe(true);
        const general = pairedBootstrapOf(meanOf(a), meanOf(b), a.length, options);
        expect(general.estimate).toBeCloseTo(there.estimate, 12);
        expect(general.low).toBeCloseTo(there.low, 9);
      }),
      // All differ by as much, but for the rounding of the two means.
      {
        examples: [
          [
            [
              [5, 6],
              [1, 2],
              [1, 2],
            ],
          ],
        ],
      },
    );
  });

  it('calls equal models different about as often as it says', () => {
    let called = 0;
    for (let run = 0; run < 200; run++) {
      const [a, b] = ['a', 'b'].map((name) => Array.from(stream(run, name).uniforms(100), (u) => (u < 0.8 ? 1 : 0))) as [number[], number[]];
      if (pairedBootstrap(a, b, { seed: run, resamples: 300 }).p < 0.05) called++;
    }
    expect(called / 200).toBeGreaterThan(0.01);
    expect(called / 200).toBeLessThan(0.09);
  });

  it('of groups is not convinced by many examples of one', () => {
    const first = Array.from({ length: 60 }, (_, i) => (i < 20 ? 1 : 0));
    const groups = first.map((_, i) => Math.floor(i / 20));
    const second = new Array<number>(60).fill(0);
    expect(pairedBootstrap(first, second).p).toBeLessThan(0.01);
    expect(pairedBootstrap(first, second, { groups }).p).toBe(1);
    expect(pairedBootstrapOf(meanOf(first), meanOf(second), 60, { groups }).p).toBeGreaterThan(0.2);
  });

  it('is not convinced by one example, nor by five, but by ten', () => {
    const of = (count: number) => pairedBootstrap(new Array<number>(count).fill(1), new Array<number>(count).fill(0));
    expect(of(1)).toMatchObject({ estimate: 1, p: 1 });
    expect(of(1).low).toBeLessThan(0);
    expect(of(5).p).toBe(2 ** -4);
    expect(of(10).p).toBeLessThan(0.01);
    expect(of(10).low).toBeGreaterThan(0);
  });

  it('finds no difference between a model and itself, the more surely the more examples', () => {
    const same = (count: number) => pairedBootstrap(new Array<number>(count).fill(1), new Array<number>(count).fill(1));
    expect(same(10)).toMatchObject({ estimate: 0, p: 1 });
    expect(same(10).high).toBeCloseTo(0.278, 3);
    expect(same(1000).high).toBeLessThan(0.004);
  });
});

describe('mcnemar', () => {
  it.each(golden.mcnemar)('gives what the binomial test of SciPy gives for $onlyFirst and $onlySecond', ({ onlyFirst, onlySecond, p }) => {
    const found = mcnemar(...predictions(onlyFirst, onlySecond));
    expect(found).toMatchObject({ onlyFirst, onlySecond });
    expect(found.p / p).toBeCloseTo(1, 9);
  });

  it('turns round with the models, and has p in 0..1', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (a, b) => {
        const [labels, one, other] = predictions(a, b);
        const { p } = mcnemar(labels, one, other);
        expect(mcnemar(labels, other, one)).toEqual({ onlyFirst: b, onlySecond: a, p });
        expect(p > 0 && p <= 1).toBe(true);
        if (a === b) expect(p).toBe(1);
      }),
    );
  });

  it('does not count examples that both have wrong, however they err', () => {
    expect(mcnemar([0, 0, 0], [1, 0, 2], [2, 0, 0])).toEqual({ onlyFirst: 0, onlySecond: 1, p: 1 });
  });
});

describe('errors', () => {
  it.each([
    [() => pairedBootstrap([1, 0], [1]), 'There are 2 values of the first model but 1 of the second; give both for the same examples.'],
    [() => pairedBootstrap([], []), 'An interval needs at least one example; there are 0.'],
    [() => pairedBootstrap([1, Number.NaN], [1, 1]), 'The score of the examples is NaN; only one that is finite has an interval.'],
    [() => mcnemar([], [], []), 'There is nothing to score: the labels are empty.'],
    [() => mcnemar([0, 1], [0, 1], [0]), 'There are 2 labels but 1 predictions of the second model; give one for each label.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
