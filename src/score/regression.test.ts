import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { meanAbsoluteError, meanSquaredError, rSquared } from './regression.ts';
import { summarise } from './summary.ts';

interface Golden {
  regression: {
    targets: number[];
    predictions: number[];
    meanSquaredError: number;
    meanAbsoluteError: number;
    rSquared: number;
    mean: number;
    sd: number;
  };
}
const { regression } = JSON.parse(readFileSync(new URL('../../tests/golden/metrics.json', import.meta.url), 'utf8')) as Golden;
const { targets, predictions, ...expected } = regression;

it('gives what scikit-learn gives', () => {
  expect(meanSquaredError(targets, predictions)).toBeCloseTo(expected.meanSquaredError, 12);
  expect(meanAbsoluteError(targets, predictions)).toBeCloseTo(expected.meanAbsoluteError, 12);
  expect(rSquared(targets, predictions)).toBeCloseTo(expected.rSquared, 12);
});

it('summarises by mean and sample standard deviation', () => {
  expect(summarise(targets).mean).toBeCloseTo(expected.mean, 12);
  expect(summarise(targets).sd).toBeCloseTo(expected.sd, 12);
  expect(summarise([3])).toEqual({ mean: 3, sd: Number.NaN });
});

describe('errors', () => {
  it.each([
    [() => summarise([]), 'There is nothing to summarise: the list is empty.'],
    [() => meanSquaredError([1, 2], [1]), 'There are 2 labels but 1 predictions; give one for each label.'],
    [() => meanAbsoluteError([1, 2], [1, Number.NaN]), 'Example 1 has target 2 and prediction NaN; both must be finite.'],
    [() => rSquared([2, 2], [1, 3]), 'R2 is undefined: all 2 targets equal 2.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
