import { expect, it } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../tests/support/small-problem.ts';
import { subset } from '../data/dataset.ts';
import { finish, fit } from '../train/fit.ts';
import { bss } from './bss.ts';

const { train } = await smallDigits();
const { ema: _, ...plain } = smallOptions;
const options = { ...plain, epochs: 1, batchSize: 40, accumulate: 1 };

async function trained(eta: number, k: number) {
  const model = smallModel(1);
  const penalties: number[] = [];
  for await (const event of fit(model, train, bss.phases(model, { eta, k }, options, undefined)[0]?.options))
    if (event.type === 'step') penalties.push(event.loss);
  return { model, penalties };
}

it('equals plain fine-tuning at weight zero', async () => {
  const full = smallModel(1);
  await finish(fit(full, train, options));
  expect(modelHash((await trained(0, 1)).model)).toBe(modelHash(full));
});

it('leaves what a batch of one example says', async () => {
  const ofEach = Array.from({ length: 10 }, (_, label) => (train.labels as Int32Array).indexOf(label));
  const ten = subset(train, ofEach, 'ten');
  const single = { ...options, batchSize: 1 };
  const [full, shrunk] = [smallModel(1), smallModel(1)];
  await finish(fit(full, ten, single));
  await finish(fit(shrunk, ten, bss.phases(shrunk, { eta: 1, k: 4 }, single, undefined)[0]?.options));
  expect(modelHash(shrunk)).toBe(modelHash(full));
});

it('adds to the loss, more with more singular values, at most all but the largest of a batch', async () => {
  const first = async (eta: number, k: number) => (await trained(eta, k)).penalties[0] as number;
  const plainLoss = await first(0, 1);
  const losses = [await first(1, 1), await first(1, 4), await first(1, 40)];
  expect(losses[0]).toBeGreaterThan(plainLoss);
  expect(losses).toEqual(losses.toSorted((a, b) => a - b));
  expect(await first(1, 99)).toBeCloseTo(losses[2] as number, 4);
});
