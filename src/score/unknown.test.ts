import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import { auroc } from './binary-score.ts';
import { indexFeatures } from './nearest-features.ts';
import { classMeans, highestProbabilities, nearness, nearnessToMeans, negativeEnergies, shareFlagged, unknownThreshold } from './unknown.ts';

interface Golden {
  unknown: { classes: number; logits: number[]; highest: Record<string, number[]>; energy: Record<string, number[]> };
}
const golden = JSON.parse(readFileSync(new URL('../../tests/golden/scores.json', import.meta.url), 'utf8')) as Golden;
const { classes, logits, highest, energy } = golden.unknown;

it('has the probabilities and energies of SciPy', () => {
  for (const [name, familiarity, expected] of [
    ['probability', highestProbabilities, highest],
    ['energy', negativeEnergies, energy],
  ] as const) {
    for (const [temperature, list] of Object.entries(expected)) {
      const found = familiarity(logits, classes, Number(temperature));
      expect(found.length).toBe(list.length);
      for (const [i, value] of list.entries()) expect(found[i], `${name} ${i} at ${temperature}`).toBeCloseTo(value, 10);
    }
  }
});

it('is far from the mean of every class, of those that have rows', () => {
  const means = classMeans(Float32Array.of(0, 1, 2, 1, 9, 9), [0, 0, 2], 3);
  expect(means).toEqual([[1, 1], undefined, [9, 9]]);
  const near = nearnessToMeans(
    Float32Array.of(1, 3, 9, 10, -100, 5),
    means.filter((mean) => mean !== undefined),
  );
  expect([...near]).toEqual([-2, -0.5, -(101 ** 2 + 4 ** 2) / 2]);
  expect(() => nearnessToMeans(Float32Array.of(1, 2, 3), [[1, 1]])).toThrow('2');
});

it('energy tells two inputs apart of which the model is equally sure', () => {
  const same = [9, 5, 2, -2];
  const [first, second] = highestProbabilities(same, 2) as Iterable<number> as [number, number];
  expect(first).toBeCloseTo(second, 12);
  const [known, odd] = negativeEnergies(same, 2) as Iterable<number> as [number, number];
  expect(known - odd).toBeCloseTo(7, 12);
});

/** Points around four directions; `seen` of them in training. */
function features(name: string, count: number, directions: readonly number[]): Float32Array {
  const noise = stream(5, name).normals(count * 8);
  return noise.map((value, i) => 0.3 * value + (i % 8 === directions[Math.floor(i / 8) % directions.length] ? 3 : 0));
}

it('flags what looks like nothing in training, and of the known ones about as many as stated', () => {
  const index = indexFeatures(features('train', 400, [0, 1, 2]), 8);
  const of = (name: string, count: number, directions: number[]) => nearness(index, features(name, count, directions));
  const [validation, test, strange] = [of('validation', 400, [0, 1, 2]), of('test', 400, [0, 1, 2]), of('strange', 100, [3, 4])];
  const threshold = unknownThreshold(validation);
  expect(shareFlagged(validation, threshold).estimate).toBe(0.0475);
  const error = shareFlagged(test, threshold);
  expect(error.low).toBeLessThan(0.05);
  expect(error.high).toBeGreaterThan(0.05);
  expect(shareFlagged(strange, threshold).estimate).toBe(1);
  const labels = Array.from({ length: 500 }, (_, i) => (i < 400 ? 1 : 0));
  expect(auroc(labels, [...test, ...strange])).toBe(1);
});

it('keeps its promise for new examples, on average over validation sets', () => {
  for (const [count, share] of [
    [10, 0.2],
    [59, 0.05],
    [200, 0.1],
  ] as const) {
    let total = 0;
    for (let run = 0; run < 400; run++) {
      // The share of uniform numbers below a threshold is the threshold.
      total += Math.max(0, unknownThreshold(stream(run, 'validation', count).uniforms(count), share));
    }
    expect(total / 400).toBeLessThan(share * 1.1);
    expect(total / 400).toBeGreaterThan(share * 0.75);
  }
});

it('flags at most the stated share of the examples that chose it, equal ones together', () => {
  const lists = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(lists, fc.double({ min: 0, max: 0.99, noNaN: true }), (familiarity, share) => {
      expect(shareFlagged(familiarity, unknownThreshold(familiarity, share)).estimate).toBeLessThanOrEqual(share);
    }),
  );
});

it('flags nothing where the examples are too few to promise so little, and the threshold goes through JSON', () => {
  const threshold = unknownThreshold([3, 4, 5], 0.05);
  expect(JSON.parse(JSON.stringify(threshold))).toBe(threshold);
  expect(shareFlagged([-1e300, 0, 9], threshold).estimate).toBe(0);
});

describe('errors', () => {
  it.each([
    [() => unknownThreshold([]), 'A threshold is chosen on validation examples, but there are none.'],
    [() => unknownThreshold([1, Number.NaN]), 'A familiarity of example 1 is NaN; the model has diverged or its input is damaged.'],
    [() => unknownThreshold([1], 5), '`share` (=5) of known inputs wrongly flagged must be in [0, 1), such as 0.05.'],
    [() => shareFlagged([], 0), 'An interval needs at least one example; `count` is 0.'],
    [() => negativeEnergies([1, 2, 3], 2), '3 values are not whole rows of 2 classes.'],
    [() => negativeEnergies([1, Number.NaN], 2), 'A logit of example 0 is NaN; the model has diverged or its input is damaged.'],
    [() => highestProbabilities([1, 2], 2, -1), '`temperature` (=-1) must be a finite number above 0.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
