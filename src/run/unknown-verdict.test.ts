import { expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import { tensor } from '../core/tensor.ts';
import type { DataFit } from '../plan/fit-data.ts';
import { unknownVerdict } from './unknown-verdict.ts';

/** Rows of `classes` classes around points of their own, `each` of every class in each part. */
function fitted(classes: number, each: number): DataFit {
  const width = 4;
  const centre = (c: number) => stream(c, 'centre').uniforms(width);
  const part = (name: string) => {
    const labels = Int32Array.from({ length: classes * each }, (_, i) => i % classes);
    const noise = stream(1, name).uniforms(labels.length * width);
    const values = Float32Array.from(noise, (u, at) => (centre(labels[Math.floor(at / width)] as number)[at % width] as number) + u);
    return { labels, looks: tensor('float32', [labels.length, width], values) };
  };
  const [train, validation] = [part('train'), part('validation')];
  return {
    data: { labels: train.labels, parts: { train: Int32Array.from(train.labels.keys()) } },
    goal: { outputs: classes },
    looks: { train: train.looks, validation: validation.looks },
    validationLabels: validation.labels,
  } as unknown as DataFit;
}
const scores = tensor('float32', [0, 0], new Float32Array());

it('leaves each class out in turn, as distances to the means of the others say', () => {
  const found = unknownVerdict(fitted(6, 20), scores, 1);
  const { means = [], missed } = found ?? {};
  const { looks, validationLabels } = fitted(6, 20);
  const rows = Array.from({ length: 120 }, (_, row) => looks?.validation.data.subarray(4 * row, 4 * row + 4) as Float32Array);
  const familiarity = (row: Float32Array, without: number) =>
    -Math.min(...means.flatMap((mean, c) => (c === without ? [] : [mean.reduce((sum, value, i) => sum + ((row[i] as number) - value) ** 2, 0) / 4])));
  let count = 0;
  for (let c = 0; c < 6; c++) {
    const of = (own: boolean) => rows.filter((_, row) => ((validationLabels as Int32Array)[row] === c) === own).map((row) => familiarity(row, c));
    const threshold = of(false).sort((a, b) => a - b)[Math.floor(0.05 * 101) - 1] as number;
    count += of(true).filter((value) => value >= threshold).length;
  }
  expect(missed).toBeCloseTo(count / 120, 12);
  expect(count).toBeGreaterThan(0);
});

it('takes no longer for each row where there are many classes than their distances do', () => {
  const many = fitted(1000, 1);
  const began = performance.now();
  expect(unknownVerdict(many, scores, 1)?.missed).toBeDefined();
  expect(performance.now() - began).toBeLessThan(5000);
});
