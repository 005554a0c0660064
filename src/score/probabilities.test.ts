import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brierScore, logLoss, softmaxRows } from './probabilities.ts';

interface Case {
  name: string;
  classes: number;
  labels: number[];
  logits: number[];
}
const read = (name: string) => JSON.parse(readFileSync(new URL(`../../tests/golden/${name}.json`, import.meta.url), 'utf8'));
const { classification } = read('metrics') as { classification: (Case & { logLoss: number })[] };
const { calibration } = read('scores') as { calibration: (Case & { brier: number })[] };

it.each(classification)('has the log loss of scikit-learn, $name', ({ classes, labels, logits, ...expected }) => {
  expect(logLoss(labels, softmaxRows(logits, classes), classes)).toBeCloseTo(expected.logLoss, 12);
});

it.each(calibration)('has the Brier score of scikit-learn, $name', ({ classes, labels, logits, brier }) => {
  expect(brierScore(labels, softmaxRows(logits, classes), classes)).toBeCloseTo(brier, 12);
});

it('softmax rows sum to 1 and ignore a shift, however large the logits', () => {
  const logit = fc.double({ min: -1e4, max: 1e4, noNaN: true });
  fc.assert(
    fc.property(fc.array(logit, { minLength: 3, maxLength: 3 }), (logits) => {
      const p = softmaxRows(logits, 3);
      expect(p.reduce((sum, value) => sum + value)).toBeCloseTo(1, 12);
      softmaxRows(
        logits.map((value) => value + 1000),
        3,
      ).forEach((value, i) => {
        expect(value).toBeCloseTo(p[i] as number, 9);
      });
    }),
  );
});

it('a sure and wrong prediction costs ln 2^52, not infinity', () => {
  expect(logLoss([1], [1, 0], 2)).toBeCloseTo(52 * Math.LN2, 12);
});

it('the Brier score goes from 0, sure and right, to 2, sure and wrong', () => {
  expect(brierScore([0, 1], [1, 0, 0, 1], 2)).toBe(0);
  expect(brierScore([1, 0], [1, 0, 0, 1], 2)).toBe(2);
});

it('a temperature divides the logits', () => {
  const expected = softmaxRows([1, 2, 4, 0], 2);
  softmaxRows([3, 6, 12, 0], 2, 3).forEach((p, i) => {
    expect(p).toBeCloseTo(expected[i] as number, 14);
  });
});

describe('errors', () => {
  it.each([
    [() => logLoss([0], [2, -1], 2), 'Probability 2 of example 0 for class 0 is outside 0..1; turn logits into probabilities with `softmaxRows`.'],
    [() => logLoss([0], [0.5, 0.1], 2), 'The probabilities of example 0 sum to 0.6, not to 1; turn logits into probabilities with `softmaxRows`.'],
    [() => logLoss([0, 1], [0.5, 0.5], 2), 'There are 2 labels but 1 rows of probabilities; give one for each label.'],
    [() => softmaxRows([0, 1, 2, Number.NaN], 2), 'A logit of example 1 is NaN; the model has diverged or its input is damaged.'],
    [() => softmaxRows([0, 1], 2, 0), '`temperature` (=0) must be a finite number above 0.'],
    [() => softmaxRows([0, 1, 2], 2), '3 values are not whole rows of 2 classes.'],
    [() => brierScore([2], [0.5, 0.5], 2), 'Label 2 of example 0 is outside 0..1, the range for 2 classes.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
