import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedCalibrationError, logLoss, softmaxRows } from './probabilities.ts';

interface Case {
  name: string;
  classes: number;
  labels: number[];
  logits: number[];
  logLoss: number;
  calibrationError: Record<string, number>;
}
const golden = JSON.parse(readFileSync(new URL('../../tests/golden/metrics.json', import.meta.url), 'utf8')) as { classification: Case[] };

describe.each(golden.classification)('$name', ({ classes, labels, logits, ...expected }) => {
  const probabilities = softmaxRows(logits, classes);

  it('has the log loss of scikit-learn', () => {
    expect(logLoss(labels, probabilities, classes)).toBeCloseTo(expected.logLoss, 12);
  });
  it('has the calibration error of the paper, with 15 bins unless told otherwise', () => {
    for (const [bins, value] of Object.entries(expected.calibrationError)) {
      expect(expectedCalibrationError(labels, probabilities, classes, Number(bins))).toBeCloseTo(value, 12);
    }
    expect(expectedCalibrationError(labels, probabilities, classes)).toBeCloseTo(expected.calibrationError[15] as number, 12);
  });
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

it('calibration is perfect when confidence equals accuracy, and worst when sure and wrong', () => {
  expect(expectedCalibrationError([0, 0, 0, 1], [0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25], 2)).toBeCloseTo(0, 12);
  expect(expectedCalibrationError([1, 1], [1, 0, 1, 0], 2)).toBe(1);
});

it('puts a confidence on the edge of two bins into the lower one', () => {
  expect(expectedCalibrationError([0, 1], [0.5, 0.5, 0.6, 0.4], 2, 2)).toBeCloseTo((0.5 + 0.6) / 2, 12);
});

describe('errors', () => {
  it.each([
    [() => logLoss([0], [2, -1], 2), 'Probability 2 of example 0 for class 0 is outside 0..1; turn logits into probabilities with `softmaxRows`.'],
    [() => logLoss([0], [0.5, 0.1], 2), 'The probabilities of example 0 sum to 0.6, not to 1; turn logits into probabilities with `softmaxRows`.'],
    [() => logLoss([0, 1], [0.5, 0.5], 2), 'There are 2 labels but 1 rows of probabilities; give one for each label.'],
    [() => softmaxRows([0, 1, 2, Number.NaN], 2), 'A logit of example 1 is NaN; the model has diverged or its input is damaged.'],
    [() => expectedCalibrationError([0], [1, 0], 2, 0), '`bins` (=0) must be a whole number >= 1.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
