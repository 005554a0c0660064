import { expect, it } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../tests/support/small-problem.ts';
import { tensor } from '../core/tensor.ts';
import { dataset } from '../data/dataset.ts';
import { replaceHead } from '../nn/import/replace-head.ts';
import { meanSquaredError } from '../nn/losses/elementwise.ts';
import { stateOf } from '../nn/model.ts';
import { finish, fit } from '../train/fit.ts';
import { directRelation } from './co-tuning/relation.ts';
import { transfer } from './transfer/transfer.ts';

const { train } = await smallDigits();
const { ema: _, clipNorm: __, ...plain } = smallOptions;
const base = { ...plain, epochs: 1 };
const target = () => replaceHead(smallModel(1), { classes: 10, seed: 4 });
const tuned = (options: Readonly<Record<string, number | string>>, model = target()) =>
  finish(transfer(model, train, { strategy: 'co-tuning', options, fit: base })).then(() => model);

it('equals plain fine-tuning at weight zero, leaves the source as it was, and is another by either relation', async () => {
  const full = target();
  await finish(fit(full, train, base));
  expect(modelHash(await tuned({ tradeOff: 0 }))).toBe(modelHash(full));
  const model = target();
  const before = Array.from(stateOf(smallModel(1)).values(), ({ data }) => [...data]);
  const [direct, reverse] = [modelHash(await tuned({}, model)), modelHash(await tuned({ relation: 'reverse' }))];
  expect(new Set([modelHash(full), direct, reverse]).size).toBe(3);
  expect(Array.from(stateOf(smallModel(1)).values(), ({ data }) => [...data])).toEqual(before);
  expect([...stateOf(model).keys()]).toEqual([...stateOf(full).keys()]);
});

it('takes the mean of all where a class has no example', () => {
  const rows = [Float64Array.of(1, 0), Float64Array.of(0, 1), Float64Array.of(0, 1)];
  expect(directRelation({ rows, labels: [0, 2, 2] }, 3)).toEqual([
    [1, 0],
    [1 / 3, 2 / 3],
    [0, 1],
  ]);
});

it('says what it lacks: the classifier of the source, or classes to tell apart', async () => {
  await expect(tuned({}, smallModel(1))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Model \`small\` has no classifier of its source: load a model that has its classifier, as \`loadOnnx\` reads it, and give it the new one with \`replaceHead\`; or give \`{ ...model, sourceHead: sourceHeadOf(source) }\`.]`,
  );
  const all = Array.from({ length: 200 }, (_each, i) => i);
  const values = dataset({ name: 'values', inputs: train.gather(all).inputs, labels: tensor('float32', [200, 10], new Float32Array(2000)) });
  const regression = transfer(target(), values, { strategy: 'co-tuning', fit: { ...base, loss: meanSquaredError() } });
  await expect(finish(regression)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Strategy \`co-tuning\` needs class labels, which \`values\` lacks.]`,
  );
});
