import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracy, argmaxRows, balancedAccuracy, classScores, confusionMatrix, macroF1, topKAccuracy } from './metrics.ts';

interface Case {
  name: string;
  classes: number;
  labels: number[];
  logits: number[];
  predictions: number[];
  accuracy: number;
  topK: Record<string, number>;
  confusion: number[];
  precision: number[];
  recall: number[];
  f1: number[];
  support: number[];
  macroF1: number;
  balancedAccuracy: number;
}
const golden = JSON.parse(readFileSync(new URL('../../tests/golden/metrics.json', import.meta.url), 'utf8')) as { classification: Case[] };

describe.each(golden.classification)('scikit-learn, $name', (expected) => {
  const { classes, labels, logits, predictions } = expected;
  const scores = classScores(confusionMatrix(labels, predictions, classes));

  it('predicts the same classes', () => {
    expect(Array.from(argmaxRows(Float32Array.from(logits), classes))).toEqual(predictions);
  });
  it('has the same accuracy and top-k accuracy', () => {
    expect(accuracy(labels, predictions)).toBeCloseTo(expected.accuracy, 12);
    for (const [k, value] of Object.entries(expected.topK)) expect(topKAccuracy(labels, logits, classes, Number(k))).toBeCloseTo(value, 12);
    expect(topKAccuracy(labels, logits, classes, classes)).toBe(1);
  });
  it('has the same confusion matrix and scores of each class', () => {
    expect(Array.from(confusionMatrix(labels, predictions, classes))).toEqual(expected.confusion);
    for (const key of ['precision', 'recall', 'f1', 'support'] as const) {
      scores.forEach((score, c) => {
        expect(score[key], `${key} of ${c}`).toBeCloseTo(expected[key][c] as number, 12);
      });
    }
  });
  it('has the same macro F1 and balanced accuracy', () => {
    expect(macroF1(scores)).toBeCloseTo(expected.macroF1, 12);
    expect(balancedAccuracy(scores)).toBeCloseTo(expected.balancedAccuracy, 12);
  });
});

it('does not depend on the order of the examples', () => {
  const pair = fc.tuple(fc.nat(4), fc.nat(4));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1 }), fc.infiniteStream(fc.nat()), (pairs, keys) => {
      const shuffled = pairs.map((p) => ({ p, key: keys.next().value })).sort((a, b) => a.key - b.key);
      const of = (list: readonly (readonly [number, number])[]) => {
        const scores = classScores(
          confusionMatrix(
            list.map(([label]) => label),
            list.map(([, prediction]) => prediction),
            5,
          ),
        );
        return [macroF1(scores), balancedAccuracy(scores)];
      };
      expect(of(shuffled.map(({ p }) => p))).toEqual(of(pairs));
    }),
  );
});

it('gives a tie to the lowest class, in both argmax and top-k', () => {
  expect(Array.from(argmaxRows([1, 1, 0, 0, 2, 2], 3))).toEqual([0, 1]);
  expect(topKAccuracy([1, 1], [1, 1, 0, 0, 2, 2], 3, 1)).toBe(0.5);
});

describe('errors', () => {
  it.each([
    [() => accuracy([], []), 'There is nothing to score: the labels are empty.'],
    [() => accuracy([1, 2], [1]), 'There are 2 labels but 1 predictions; give one for each label.'],
    [() => confusionMatrix([0, 3], [0, 1], 3), 'Label 3 of example 1 is outside 0..2, the range for 3 classes.'],
    [() => confusionMatrix([0, 1], [-1, 1], 3), 'Prediction -1 of example 0 is outside 0..2, the range for 3 classes.'],
    [() => argmaxRows([1, 2, 3], 2), '3 values are not whole rows of 2 classes.'],
    [() => argmaxRows([1, 2, 3, Number.NaN], 2), 'The score of example 1 for class 1 is NaN; the model has diverged or its input is damaged.'],
    [() => topKAccuracy([0], [1, Number.NaN], 2, 1), 'The score of example 0 for class 1 is NaN; the model has diverged or its input is damaged.'],
    [() => topKAccuracy([0], [1, 2], 2, 3), '`k` (=3) must be a whole number in 1..2.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
