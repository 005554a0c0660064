import { expect, it } from 'vitest';
import { labelMetrics, labelVerdict } from './label-verdict.ts';

it('tells whole examples and single labels; what no example has, has no average precision', () => {
  // Three labels, of which nobody has the last.
  const truth = Float32Array.of(1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0);
  const scores = Float32Array.of(2, -1, -3, -2, -1, -3, 3, -0.5, -3, -2, 0.1, -3);
  const verdict = labelVerdict(scores, truth, 3);
  expect(verdict.whole.estimate).toBe(0.75);
  expect(verdict.without).toBe(0.25);
  expect(verdict.averagePrecision[2]).toBeUndefined();
  expect(verdict.averagePrecision.slice(0, 2)).toEqual([1, 1]);
  expect(verdict.scores.labels.map(({ recall }) => recall)).toEqual([1, 0.5, 0]);
  const metrics = labelMetrics(verdict, 3);
  expect(metrics).toMatchObject({ 'subset accuracy': 0.75, 'mean average precision': 1 });
  expect(metrics['micro F1']).toBeCloseTo(6 / 7, 10);
});

it('leaves out what is not defined, so that it can be kept as JSON', () => {
  const verdict = labelVerdict(Float32Array.of(-1, -2), Float32Array.of(0, 0), 2);
  expect(labelMetrics(verdict, 2)).toEqual({ 'subset accuracy': 1, 'micro F1': 0 });
});
