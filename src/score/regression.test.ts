import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanAbsoluteError, meanSquaredError, medianAbsoluteError, regressionScores, rootMeanSquaredError, rSquared } from './regression.ts';
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
const scores = { meanSquaredError, rootMeanSquaredError, meanAbsoluteError, medianAbsoluteError, rSquared };
interface Outputs {
  outputs: number;
  targets: number[];
  predictions: number[];
  mean: Record<keyof typeof scores, number>;
  each: Record<keyof typeof scores, number[]>;
}
const read = (name: string) => JSON.parse(readFileSync(new URL(`../../tests/golden/${name}.json`, import.meta.url), 'utf8'));
const { regression } = read('metrics') as Golden;
const { targets, predictions, ...expected } = regression;

it('gives what scikit-learn gives', () => {
  expect(meanSquaredError(targets, predictions)).toBeCloseTo(expected.meanSquaredError, 12);
  expect(meanAbsoluteError(targets, predictions)).toBeCloseTo(expected.meanAbsoluteError, 12);
  expect(rSquared(targets, predictions)).toBeCloseTo(expected.rSquared, 12);
});

describe.each((read('scores') as { regression: Outputs[] }).regression)('scikit-learn, $outputs outputs', ({ outputs, targets: all, ...golden }) => {
  it.each(Object.keys(scores) as (keyof typeof scores)[])('%s, the mean over the outputs', (name) => {
    expect(scores[name](all, golden.predictions, outputs)).toBeCloseTo(golden.mean[name], 12);
  });
  it('each output', () => {
    for (const [d, score] of regressionScores(all, golden.predictions, outputs).entries()) {
      for (const [name, value] of Object.entries(score))
        expect(value, `${name} of ${d}`).toBeCloseTo(golden.each[name as keyof typeof scores][d] as number, 12);
    }
  });
});

it('absolute errors are at most the root of the squared one, and all grow with the unit', () => {
  const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 20 }), (pairs) => {
      const of = (unit: number) =>
        regressionScores(
          pairs.map(([target]) => target * unit),
          pairs.map(([, prediction]) => prediction * unit),
        )[0] as { meanAbsoluteError: number; medianAbsoluteError: number; rootMeanSquaredError: number };
      const [plain, scaled] = [of(1), of(1000)];
      expect(plain.meanAbsoluteError).toBeLessThanOrEqual(plain.rootMeanSquaredError * (1 + 1e-12) + 1e-12);
      for (const name of ['meanAbsoluteError', 'medianAbsoluteError', 'rootMeanSquaredError'] as const) {
        expect(scaled[name]).toBeCloseTo(1000 * plain[name], 6);
      }
    }),
  );
});

it('has no R2 where all targets are equal, and tells so as NaN among other scores', () => {
  expect(regressionScores([0.1, 0.1, 0.1], [1, 0.1, 0.1])[0]?.rSquared).toBe(Number.NaN);
  expect(regressionScores([3], [5])).toEqual([{ meanAbsoluteError: 2, medianAbsoluteError: 2, rootMeanSquaredError: 2, rSquared: Number.NaN }]);
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
    [() => regressionScores([1, 2, 3], [1, 2, 3], 2), '3 values are not whole rows of 2 outputs.'],
    [() => regressionScores([1, 2, 3, Number.NaN], [1, 2, 3, 4], 2), 'Example 1 has target NaN and prediction 4; both must be finite.'],
    [() => rSquared([2, 2], [1, 3]), 'R2 is undefined: all 2 targets equal 2.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
