import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyThresholds, chooseThresholds, meanAveragePrecision, multiLabelScores } from './multi-label.ts';

interface Case {
  name: string;
  labels: number;
  truth: number[];
  scores: number[];
  predicted: number[];
  precision: number[];
  recall: number[];
  f1: number[];
  microF1: number;
  macroF1: number;
  subsetAccuracy: number;
  meanAveragePrecision: number;
  /** Null for a label that no example has. */
  bestF1: (number | null)[];
}
const golden = JSON.parse(readFileSync(new URL('../../tests/golden/scores.json', import.meta.url), 'utf8')) as { multiLabel: Case[] };

describe.each(golden.multiLabel)('scikit-learn, $name', ({ labels, truth, scores, predicted, ...expected }) => {
  it('predicts the same from a threshold of one half', () => {
    expect(Array.from(applyThresholds(scores, new Float64Array(labels).fill(0.5)))).toEqual(predicted);
  });
  it('has the same scores', () => {
    const found = multiLabelScores(truth, predicted, labels);
    for (const key of ['precision', 'recall', 'f1'] as const) {
      for (const [label, score] of found.labels.entries()) expect(score[key], `${key} of ${label}`).toBeCloseTo(expected[key][label] as number, 12);
    }
    for (const key of ['microF1', 'macroF1', 'subsetAccuracy'] as const) expect(found[key], key).toBeCloseTo(expected[key], 12);
  });
  it('has the same mean average precision', () => {
    expect(meanAveragePrecision(truth, scores, labels)).toBeCloseTo(expected.meanAveragePrecision, 12);
  });
  it('chooses thresholds with the best F1 there is', () => {
    const thresholds = chooseThresholds(truth, scores, labels);
    const reached = multiLabelScores(truth, applyThresholds(scores, thresholds), labels).labels;
    for (const [label, best] of expected.bestF1.entries()) {
      if (best === null) expect(thresholds[label]).toBe(0.5);
      else expect(reached[label]?.f1).toBeCloseTo(best, 12);
    }
  });
});

it('chosen thresholds are never worse on the examples that chose them', () => {
  const rows = fc.array(fc.tuple(fc.nat(1), fc.nat(1), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 4 })), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(rows, (examples) => {
      const truth = examples.flatMap((example) => example.slice(0, 2));
      const scores = examples.flatMap(([, , p, quarter]) => [p, quarter / 4]);
      const f1 = (thresholds: ArrayLike<number>) => multiLabelScores(truth, applyThresholds(scores, thresholds), 2).labels.map((label) => label.f1);
      const [chosen, plain] = [f1(chooseThresholds(truth, scores, 2)), f1([0.5, 0.5])];
      for (const [label, score] of chosen.entries()) expect(score).toBeGreaterThanOrEqual(plain[label] as number);
    }),
  );
});

it('a threshold lies halfway to the next score, and stays at one half where that is as good', () => {
  expect(Array.from(chooseThresholds([1, 1, 0], [0.4, 0.3, 0.1], 1))).toEqual([0.2]);
  expect(Array.from(chooseThresholds([1, 1, 0], [0.9, 0.8, 0.1], 1))).toEqual([0.5]);
});

it('separates two scores with nothing between', () => {
  const [low, high] = [0.3, 0.3 + 2 ** -54];
  const thresholds = chooseThresholds([0, 1], [low, high], 1);
  expect(Array.from(applyThresholds([low, high], thresholds))).toEqual([0, 1]);
});

it('examples without labels, predicted without labels, are right', () => {
  expect(multiLabelScores([0, 0, 0, 0], [0, 0, 0, 0], 2)).toMatchObject({ microF1: 0, macroF1: Number.NaN, subsetAccuracy: 1 });
});

describe('errors', () => {
  it.each([
    [() => multiLabelScores([], [], 2), 'There is nothing to score: the labels are empty.'],
    [() => multiLabelScores([0, 1, 1], [0, 1, 1], 2), '3 values are not whole rows of 2 labels.'],
    [() => multiLabelScores([0, 1], [0, 0.7], 2), 'Prediction 0.7 of example 1 is outside 0..1, the range for 2 classes.'],
    [() => meanAveragePrecision([0, 0], [1, 2], 2), 'Mean average precision ranks the examples with each label, but no example has any.'],
    [() => chooseThresholds([0, 1], [0.1], 2), 'There are 2 labels but 1 scores; give one for each label.'],
    [() => chooseThresholds([0, 1, 0, 1], [0, 1, 0, Number.NaN], 2), 'A score of example 1 is NaN; the model has diverged or its input is damaged.'],
    [() => applyThresholds([0, 1, 1], [0.5, 0.5]), '3 values are not whole rows of 2 labels.'],
    [() => applyThresholds([0, Number.NaN], [0.5, 0.5]), 'A score of example 0 is NaN; the model has diverged or its input is damaged.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
