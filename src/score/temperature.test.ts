import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedCalibrationError } from './calibration.ts';
import { argmaxRows } from './metrics.ts';
import { logLoss, softmaxRows } from './probabilities.ts';
import { fitTemperature, logLossOfLogits } from './temperature.ts';

interface Case {
  name: string;
  classes: number;
  labels: number[];
  logits: number[];
  temperature: number;
  lossBefore: number;
  lossAfter: number;
}
const { calibration } = JSON.parse(readFileSync(new URL('../../tests/golden/scores.json', import.meta.url), 'utf8')) as { calibration: Case[] };

it.each(calibration)('finds the minimum that SciPy finds, $name', ({ classes, labels, logits, ...expected }) => {
  const fitted = fitTemperature(labels, logits, classes);
  expect(fitted.temperature / expected.temperature).toBeCloseTo(1, 6);
  expect(fitted.lossBefore / expected.lossBefore).toBeCloseTo(1, 10);
  expect(fitted.lossAfter / expected.lossAfter).toBeCloseTo(1, 10);
});

it('halves the calibration error of a model that is far too sure', () => {
  const { classes, labels, logits } = calibration[0] as Case;
  const { temperature } = fitTemperature(labels, logits, classes);
  const [before, after] = [1, temperature].map((t) => expectedCalibrationError(labels, softmaxRows(logits, classes, t), classes)) as [number, number];
  expect(after).toBeLessThan(before / 2);
});

/** Labels and logits of a few examples; one decimal, so that gaps survive a division. */
const examples = fc
  .array(fc.tuple(fc.nat(3), fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 4, maxLength: 4 })), { minLength: 1, maxLength: 25 })
  .map((rows) => ({ labels: rows.map(([label]) => label), logits: rows.flatMap(([, logits]) => logits.map((logit) => logit / 10)) }));

it('never raises the validation loss, and changes no prediction', () => {
  fc.assert(
    fc.property(examples, ({ labels, logits }) => {
      const { temperature, lossBefore, lossAfter } = fitTemperature(labels, logits, 4);
      expect(lossAfter).toBeLessThanOrEqual(lossBefore);
      expect(lossAfter).toBe(logLossOfLogits(labels, logits, 4, temperature));
      const divided = logits.map((logit) => logit / temperature);
      expect(argmaxRows(divided, 4)).toEqual(argmaxRows(logits, 4));
    }),
    { numRuns: 500 },
  );
});

it('finds no better temperature nearby', () => {
  fc.assert(
    fc.property(examples, fc.double({ min: 0.5, max: 2, noNaN: true }), ({ labels, logits }, factor) => {
      // Where no label is below another class, there is no minimum.
      fc.pre(labels.some((label, i) => (logits[4 * i + label] as number) < Math.max(...logits.slice(4 * i, 4 * i + 4))));
      const { temperature, lossAfter } = fitTemperature(labels, logits, 4);
      // Nor where it lies beyond the bound: at the greatest temperature the largest gap within a row is a thousandth.
      const rows = labels.map((_, i) => logits.slice(4 * i, 4 * i + 4));
      fc.pre(temperature < 1000 * Math.max(...rows.map((row) => Math.max(...row) - Math.min(...row))));
      expect(logLossOfLogits(labels, logits, 4, temperature * factor)).toBeGreaterThanOrEqual(lossAfter * (1 - 1e-9) - 1e-12);
    }),
  );
});

it('multiplied logits have a multiplied temperature', () => {
  const { classes, labels, logits, temperature } = calibration[0] as Case;
  for (const factor of [1e-3, 50, 1e6]) {
    const scaled = logits.map((logit) => logit * factor);
    expect(fitTemperature(labels, scaled, classes).temperature / (temperature * factor)).toBeCloseTo(1, 6);
  }
});

describe('where the loss has no minimum', () => {
  it('a few examples, all right, are not made certain', () => {
    const logits = [0.3, 0, 0.1, 0.4, 0.5, 0.2];
    const { temperature } = fitTemperature([0, 1, 0], logits, 2);
    expect(temperature).toBeLessThan(1);
    const confidence = Math.max(...softmaxRows(logits, 2, temperature));
    expect(confidence).toBeGreaterThan(0.75);
    expect(confidence).toBeLessThan(0.99);
  });
  it('a model that is sure and right stays as it is', () => {
    expect(fitTemperature([0, 1], [30, 0, 0, 30], 2).temperature).toBe(1);
  });
  it('so does one whose logits are equal', () => {
    expect(fitTemperature([0, 1], [2, 2, 3, 3], 2)).toEqual({ temperature: 1, lossBefore: Math.LN2, lossAfter: Math.LN2 });
  });
  it('a model that is always wrong becomes as unsure as can be', () => {
    const logits = [3, 0, 0, 3];
    const { temperature, lossAfter } = fitTemperature([1, 0], logits, 2);
    expect(lossAfter).toBeCloseTo(Math.LN2, 3);
    for (const p of softmaxRows(logits, 2, temperature)) expect(p).toBeCloseTo(0.5, 3);
  });
});

it('the loss of logits is that of their probabilities, without its floor', () => {
  const { classes, labels, logits } = calibration[1] as Case;
  expect(logLossOfLogits(labels, logits, classes)).toBeCloseTo(logLoss(labels, softmaxRows(logits, classes), classes), 12);
  expect(logLossOfLogits([1], [5000, 0], 2)).toBe(5000);
});

describe('errors', () => {
  it.each([
    [() => fitTemperature([], [], 2), 'There is nothing to score: the labels are empty.'],
    [() => fitTemperature([0], [1, 2, 3], 2), '3 values are not whole rows of 2 classes.'],
    [() => fitTemperature([0], [1, 2, 3, 4], 2), 'There are 1 labels but 2 rows of logits; give one for each label.'],
    [() => fitTemperature([0, 2], [1, 2, 3, 4], 2), 'Label 2 of example 1 is outside 0..1, the range for 2 classes.'],
    [() => fitTemperature([0, 1], [1, 2, Number.NaN, 4], 2), 'A logit of example 1 is NaN; the model has diverged or its input is damaged.'],
    [() => logLossOfLogits([0], [1, 2], 2, 0), '`temperature` (=0) must be a finite number above 0.'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message);
  });
});
