import { expect, it } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../tests/support/small-problem.ts';
import { createModel } from '../nn/create-model.ts';
import { relu } from '../nn/layers/activation.ts';
import { encoderLayer } from '../nn/layers/attention.ts';
import { dense } from '../nn/layers/dense.ts';
import { embedding } from '../nn/layers/embedding.ts';
import { meanPool } from '../nn/layers/pool.ts';
import { finish, fit } from '../train/fit.ts';
import { attentionOf } from './delta/attention.ts';
import { featureMaps } from './delta/feature-maps.ts';
import { delta } from './delta.ts';

const { train } = await smallDigits();
const { ema: _, ...plain } = smallOptions;
const base = { ...plain, epochs: 1 };
const settings = { alpha: 0, beta: 0, attention: 'equal', maps: 4, examples: 64 } as const;

it('equals plain fine-tuning at weights zero, and holds the maps as alpha grows', async () => {
  const loss = async (alpha: number) => {
    const model = smallModel(1);
    const measured = (await delta.measure?.(model, { ...settings, alpha }, base, train)) ?? [];
    let last = 0;
    for await (const event of fit(model, train, delta.phases(model, { ...settings, alpha }, base, measured)[0]?.options)) {
      if (event.type === 'step') last = event.loss;
    }
    return { last, hash: modelHash(model) };
  };
  const full = smallModel(1);
  await finish(fit(full, train, base));
  const free = await loss(0);
  expect(free.hash).toBe(modelHash(full));
  expect((await loss(10)).last).toBeGreaterThan(free.last);
});

it('gives the channels of each map equal shares, or more to those whose silence costs more', async () => {
  const before = modelHash(smallModel(1));
  const model = smallModel(1);
  expect(await delta.measure?.(model, settings, base, train)).toEqual([new Array(8).fill(1 / 8), new Array(8).fill(1 / 8)]);
  const shares = await delta.measure?.(model, { ...settings, attention: 'loss' }, base, train);
  expect(shares?.map((each) => each.reduce((a, b) => a + b, 0))).toEqual([expect.closeTo(1, 9), expect.closeTo(1, 9)]);
  expect(new Set(shares?.[0]).size).toBe(8);
  expect(modelHash(model)).toBe(before);
  expect(attentionOf([3, 3, 3])).toEqual([1 / 3, 1 / 3, 1 / 3]);
  const [low, high] = attentionOf([0, 10]);
  expect((high as number) / (low as number)).toBeCloseTo(Math.exp(2 / 5), 9);
});

it('compares tokens where there are tokens, evenly spread over the blocks', () => {
  const layers = [
    embedding(20, 6, { name: 'embedding' }),
    ...['a', 'b', 'c'].map((name) => encoderLayer({ name, heads: 2, hidden: 8 })),
    meanPool(),
    dense(2),
  ];
  const model = createModel({ input: [7], dtype: 'int64', layers });
  const found = (count: number) => featureMaps(model, count).map(({ value, axis, channels }) => [value.name.split('/')[0], axis, channels]);
  expect(found(9)).toEqual([
    ['embedding', 2, 6],
    ['a', 2, 6],
    ['b', 2, 6],
    ['c', 2, 6],
  ]);
  expect(found(2).map(([name]) => name)).toEqual(['a', 'c']);
});

it('refuses a model without maps', () => {
  const model = createModel({ name: 'vectors', input: [4], layers: [dense(5, { name: 'body' }), relu(), dense(2, { name: 'head' })] });
  expect(() => delta.phases(model, settings, base, [])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Strategy \`delta\` compares feature maps, and none of model \`vectors\` lies between its shared layers: take another strategy, such as \`l2-sp\` or \`bss\`.]`,
  );
});
