import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auroc, averagePrecision } from './binary-score.ts';

interface Golden {
  ranking: { name: string; labels: number[]; scores: number[]; auroc: number; averagePrecision: number }[];
}
const golden = JSON.parse(readFileSync(new URL('../../tests/golden/scores.json', import.meta.url), 'utf8')) as Golden;

it.each(golden.ranking)('gives what scikit-learn gives, $name', ({ labels, scores, ...expected }) => {
  expect(auroc(labels, scores)).toBeCloseTo(expected.auroc, 12);
  expect(averagePrecision(labels, scores)).toBeCloseTo(expected.averagePrecision, 12);
});

/** Examples of both classes, with scores of which many are equal. */
const examples = fc
  .array(fc.tuple(fc.nat(1), fc.integer({ min: -6, max: 6 })), { minLength: 2, maxLength: 30 })
  .filter((pairs) => pairs.some(([label]) => label === 0) && pairs.some(([label]) => label === 1))
  .map((pairs) => ({ labels: pairs.map(([label]) => label), scores: pairs.map(([, score]) => score) }));

it('AUROC turns round with the sign of the scores, and with the classes', () => {
  fc.assert(
    fc.property(examples, ({ labels, scores }) => {
      const area = auroc(labels, scores);
      const turned = scores.map((score) => -score);
      expect(auroc(labels, turned)).toBeCloseTo(1 - area, 12);
      const swapped = labels.map((label) => 1 - label);
      expect(auroc(swapped, turned)).toBeCloseTo(area, 12);
    }),
  );
});

it('both look at the order of the scores alone, not at the order of the examples', () => {
  fc.assert(
    fc.property(examples, ({ labels, scores }) => {
      const other = scores.map((score) => Math.exp(score / 3)).reverse();
      const reversed = labels.toReversed();
      expect(auroc(reversed, other)).toBeCloseTo(auroc(labels, scores), 12);
      expect(averagePrecision(reversed, other)).toBeCloseTo(averagePrecision(labels, scores), 12);
    }),
  );
});

it('equal scores tell nothing apart', () => {
  expect(auroc([0, 1, 1, 0], [3, 3, 3, 3])).toBe(0.5);
  expect(averagePrecision([0, 1, 1, 0, 0], [3, 3, 3, 3, 3])).toBe(2 / 5);
});

it('takes infinite scores, and 0 for -0', () => {
  expect(auroc([0, 0, 1], [Number.NEGATIVE_INFINITY, 0, Number.POSITIVE_INFINITY])).toBe(1);
  expect(auroc([0, 1], [0, -0])).toBe(0.5);
  expect(averagePrecision([0, 1], [0, -0])).toBe(0.5);
});

describe('errors', () => {
  it.each([
    [() => auroc([], []), 'There is nothing to score: the labels are empty.'],
    [() => auroc([0, 1], [1]), 'There are 2 labels but 1 scores; give one for each label.'],
    [() => auroc([0, 2], [1, 1]), 'Label 2 of example 1 is outside 0..1, the range for 2 classes.'],
    [() => auroc([1, 1], [1, 2]), 'AUROC compares classes 0 and 1, but no example has label 0.'],
    [() => auroc([0, 0], [1, 2]), 'AUROC compares classes 0 and 1, but no example has label 1.'],
    [() => averagePrecision([0, 0], [1, 2]), 'Average precision ranks the examples of class 1, but no example has label 1.'],
    [() => averagePrecision([0, 1], [1, Number.NaN]), 'The score of example 1 is NaN; the model has diverged or its input is damaged.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
