import { describe, expect, it } from 'vitest';
import { classCounts, classWeights, majorityClass } from './label-balance.ts';

const labels = [0, 2, 2, 0, 2, 4];

it('counts, with classes that do not occur', () => {
  expect(Array.from(classCounts(labels, 5))).toEqual([2, 0, 3, 0, 1]);
});

it('names the largest class, the lowest among equals', () => {
  expect(majorityClass(labels, 5)).toEqual({ label: 2, share: 0.5 });
  expect(majorityClass([1, 0], 2)).toEqual({ label: 0, share: 0.5 });
});

it('weights give each class that occurs the same sum, and examples 1 on average', () => {
  const weights = classWeights(labels, 5);
  expect(Array.from(weights)).toEqual([1, 0, 2 / 3, 0, 2]);
  expect(labels.reduce((sum, label) => sum + (weights[label] as number), 0)).toBeCloseTo(labels.length, 12);
});

describe('errors', () => {
  it.each([
    [() => classCounts([0, 5], 5), 'Label 5 of example 1 is outside 0..4, the range for 5 classes.'],
    [() => majorityClass([], 2), 'There is no largest class: the labels are empty.'],
    [() => classWeights([0.5], 2), 'Label 0.5 of example 0 is outside 0..1, the range for 2 classes.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
