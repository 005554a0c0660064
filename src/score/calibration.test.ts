import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedCalibrationError, reliabilityBins } from './calibration.ts';
import { argmaxRows } from './metrics.ts';
import { softmaxRows } from './probabilities.ts';

interface Case {
  name: string;
  classes: number;
  labels: number[];
  logits: number[];
}
interface WidthCase extends Case {
  calibrationError: Record<string, number>;
}
interface MassCase extends Case {
  massBins: Record<string, { count: number; confidence: number; accuracy: number }[]>;
  massError: Record<string, number>;
}
const read = (name: string) => JSON.parse(readFileSync(new URL(`../../tests/golden/${name}.json`, import.meta.url), 'utf8'));
const { classification } = read('metrics') as { classification: WidthCase[] };
const { calibration } = read('scores') as { calibration: MassCase[] };

it.each(classification)(
  'bins of equal width, $name: the error of the paper, with 15 bins unless told otherwise',
  ({ classes, labels, logits, ...expected }) => {
    const probabilities = softmaxRows(logits, classes);
    for (const [bins, value] of Object.entries(expected.calibrationError)) {
      expect(expectedCalibrationError(labels, probabilities, classes, Number(bins))).toBeCloseTo(value, 12);
    }
    expect(expectedCalibrationError(labels, probabilities, classes)).toBeCloseTo(expected.calibrationError[15] as number, 12);
  },
);

it.each(calibration)('bins of equal mass, $name', ({ classes, labels, logits, massBins, massError }) => {
  const probabilities = softmaxRows(logits, classes);
  for (const [bins, expected] of Object.entries(massBins)) {
    const found = reliabilityBins(labels, probabilities, classes, Number(bins), 'mass');
    expect(found.map(({ count }) => count)).toEqual(expected.map(({ count }) => count));
    for (const [m, { confidence, accuracy }] of expected.entries()) {
      expect(found[m]?.confidence).toBeCloseTo(confidence, 12);
      expect(found[m]?.accuracy).toBeCloseTo(accuracy, 12);
    }
    expect(expectedCalibrationError(labels, probabilities, classes, Number(bins), 'mass')).toBeCloseTo(massError[bins] as number, 12);
  }
});

/** Labels and probabilities of up to 30 examples of three classes. */
const examples = fc
  .array(fc.tuple(fc.nat(2), fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 3, maxLength: 3 })), {
    minLength: 1,
    maxLength: 30,
  })
  .map((rows) => ({
    labels: rows.map(([label]) => label),
    probabilities: softmaxRows(
      rows.flatMap(([, logits]) => logits),
      3,
    ),
  }));

it.each(['width', 'mass'] as const)('bins of equal %s hold every example once, between their edges, and err by 0..1', (binning) => {
  fc.assert(
    fc.property(examples, fc.integer({ min: 1, max: 20 }), ({ labels, probabilities }, bins) => {
      const found = reliabilityBins(labels, probabilities, 3, bins, binning);
      expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(labels.length);
      for (const { low, high, confidence, accuracy } of found) {
        expect(confidence).toBeGreaterThanOrEqual(low - 1e-12);
        expect(confidence).toBeLessThanOrEqual(high + 1e-12);
        expect(accuracy >= 0 && accuracy <= 1).toBe(true);
      }
      const predicted = argmaxRows(probabilities, 3);
      const right = labels.filter((label, i) => label === predicted[i]).length;
      expect(found.reduce((sum, { count, accuracy }) => sum + count * accuracy, 0)).toBeCloseTo(right, 9);
      const error = expectedCalibrationError(labels, probabilities, 3, bins, binning);
      expect(error >= 0 && error <= 1).toBe(true);
    }),
  );
});

it('is perfect when confidence equals accuracy, and worst when sure and wrong', () => {
  expect(expectedCalibrationError([0, 0, 0, 1], [0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25], 2)).toBeCloseTo(0, 12);
  expect(expectedCalibrationError([1, 1], [1, 0, 1, 0], 2)).toBe(1);
});

it('puts a confidence on the edge of two bins into the lower one', () => {
  expect(expectedCalibrationError([0, 1], [0.5, 0.5, 0.6, 0.4], 2, 2)).toBeCloseTo((0.5 + 0.6) / 2, 12);
});

describe('errors', () => {
  it.each([
    [() => expectedCalibrationError([0], [1, 0], 2, 0), '`bins` (=0) must be a whole number >= 1.'],
    [() => reliabilityBins([], [], 2), 'There is nothing to score: the labels are empty.'],
    [() => reliabilityBins([0, 1], [0.5, 0.5], 2), 'There are 2 labels but 1 rows of probabilities; give one for each label.'],
    [() => reliabilityBins([2], [0.5, 0.5], 2), 'Label 2 of example 0 is outside 0..1, the range for 2 classes.'],
    [() => reliabilityBins([0], [Number.NaN, 1], 2), 'Probability NaN of example 0 for class 0 is outside 0..1'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
