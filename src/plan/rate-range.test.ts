import { expect, it } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { type Dataset, dataset } from '../data/dataset.ts';
import { createModel } from '../nn/create-model.ts';
import { relu } from '../nn/layers/activation.ts';
import { dense } from '../nn/layers/dense.ts';
import { type Model, stateOf } from '../nn/model.ts';
import { goalOf } from './goal.ts';
import { rateRange } from './rate-range.ts';
import type { RateRange } from './rate-valley.ts';

const goal = goalOf({ kind: 'classification', classes: ['a', 'b'] });
const classes = ['a', 'b'];

/** Two numbers that tell the class apart by their sign, times `factor`. */
function data(length: number, factor: number): Dataset {
  const values = Float32Array.from({ length: 2 * length }, (_, i) => (Math.floor(i / 2) % 2 === 0 ? 1 : -1) * factor * (1 + (i % 5) / 5));
  const labels = Int32Array.from({ length }, (_, i) => i % 2);
  return dataset({ name: 'signs', inputs: tensor('float32', [length, 2], values), labels, classes });
}
const network = () => createModel({ name: 'n', input: [2], layers: [dense(16), relu(), dense(2, { name: 'head' })], classes, seed: 3 });
const valuesOf = (model: Model) => [...stateOf(model).values()].map(({ data: values }) => [...(values as Float32Array)]);

async function tested(model: Model, train: Dataset): Promise<{ range: RateRange; told: number }> {
  const events = rateRange(model, { goal, train, lr: 5e-4, threads: 1 });
  for (let told = 0; ; told++) {
    const { value, done } = await events.next();
    if (done) return { range: value, told };
  }
}

it('tries rising rates, takes the updates back, and gives the same rate each time', async () => {
  const [model, train] = [network(), data(128, 2)];
  const before = valuesOf(model);
  const { range, told } = await tested(model, train);
  expect(valuesOf(model)).toEqual(before);
  const { rates, losses, smoothed, rate, says } = range;
  expect([losses.length, smoothed.length, told]).toEqual([rates.length, rates.length, rates.length]);
  expect(rates[0]).toBeCloseTo(1e-6, 12);
  for (let i = 1; i < rates.length; i++) expect((rates[i] as number) / (rates[i - 1] as number)).toBeCloseTo(1e4 ** (1 / 39), 6);
  expect(rates).toContain(rate);
  expect(rate).toBeGreaterThan(1e-5);
  expect(says).toContain('the middle of the descent');
  expect((await tested(network(), train)).range).toEqual(range);
});

it('keeps the usual rate where no loss falls, and says so', async () => {
  // All examples are alike and in one batch, so half is the best that can be said.
  const { range } = await tested(network(), data(16, 0));
  expect(range.rate).toBe(5e-4);
  expect(range.says).toContain('do not fall: the usual rate of 0.0005 is taken.');
});
