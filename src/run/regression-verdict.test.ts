import { describe, expect, it } from 'vitest';
import { bootstrapMean } from '../score/bootstrap.ts';
import { rSquared } from '../score/regression.ts';
import { explainedInterval, regressionVerdict } from './regression-verdict.ts';

/** A spread that is the same everywhere. */
const wobble = (i: number, k: number) => ((i * 7919 + k * 104729) % 1000) / 1000 - 0.5;
const labels = Float32Array.from({ length: 200 }, (_, i) => 3 * wobble(i, 1));
const scores = labels.map((label, i) => label + wobble(i, 2));

describe('explainedInterval', () => {
  const errors = Float64Array.from(labels, (label, i) => (label - (scores[i] as number)) ** 2);

  it('has R2 in its middle, and is wider for fewer examples', () => {
    const all = explainedInterval(errors, labels);
    expect(all.estimate).toBeCloseTo(rSquared(labels, scores), 6);
    const few = explainedInterval(errors.subarray(0, 20), labels.subarray(0, 20));
    expect(few.high - few.low).toBeGreaterThan(2 * (all.high - all.low));
  });

  it('knows that the variance is drawn too: it is not that of the error alone', () => {
    // One example far from all others makes nearly all of the variance, and is in two of three resamples only.
    const far = Float32Array.from({ length: 30 }, (_, i) => (i === 0 ? 50 : wobble(i, 3)));
    const own = new Float64Array(30).fill(0.05);
    expect(explainedInterval(own, far).low).toBeLessThan(0.6);
    expect(bootstrapMean(own).low).toBeCloseTo(0.05, 10);
  });

  it('is defined where all targets are equal', () => {
    expect(explainedInterval(new Float64Array(5), new Float32Array(5).fill(2)).estimate).toBe(1);
    expect(explainedInterval(new Float64Array(5).fill(1), new Float32Array(5).fill(2)).estimate).toBe(0);
  });
});

it('tells each target in its own unit, beside what the mean alone comes to', () => {
  const { each } = regressionVerdict(Float64Array.of(110, 0, 90, 1), Float64Array.of(110, 2, 90, -2), [100, 0]);
  expect(each.map(({ error, errorOfMean }) => [error.estimate, errorOfMean])).toEqual([
    [0, 10],
    [2.5, 2],
  ]);
});
