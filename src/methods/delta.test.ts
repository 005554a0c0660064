import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../tests/support/small-problem.ts';
import { createModel } from '../nn/create-model.ts';
import { relu } from '../nn/layers/activation.ts';
import { encoderLayer } from '../nn/layers/attention.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense } from '../nn/layers/dense.ts';
import { embedding } from '../nn/layers/embedding.ts';
import { globalAveragePool, meanPool } from '../nn/layers/pool.ts';
import type { Model } from '../nn/model.ts';
import { finish, fit } from '../train/fit.ts';
import type { FitOptions } from '../train/fit-options.ts';
import { attentionOf } from './delta/attention.ts';
import { featureMaps } from './delta/feature-maps.ts';
import { delta } from './delta.ts';
import { type TransferEvent, transfer } from './transfer/transfer.ts';

const { train } = await smallDigits();
const { ema: _, ...plain } = smallOptions;
const base = { ...plain, epochs: 1 };
const settings = { alpha: 0, beta: 0, attention: 'equal', maps: 4, examples: 64 } as const;
const attentionFor = async (options: Parameters<NonNullable<typeof delta.measure>>[1], model: Model) =>
  (delta.measure && (await finish(delta.measure(model, options, base, train)))) ?? expect.fail('nothing was measured');

it('equals plain fine-tuning at weights zero, and holds the maps as alpha grows', async () => {
  const loss = async (alpha: number) => {
    const model = smallModel(1);
    const measured = await attentionFor({ ...settings, alpha }, model);
    let last = 0;
    for await (const event of fit(model, train, delta.phases(model, { ...settings, alpha }, base, measured)[0]?.options)) {
      if (event.type === 'step') last = event.loss;
    }
    return { last, hash: modelHash(model) };
  };
  const full = smallModel(1);
  await finish(fit(full, train, { ...base, batchNorm: 'frozen' }));
  const free = await loss(0);
  expect(free.hash).toBe(modelHash(full));
  expect((await loss(10)).last).toBeGreaterThan(free.last);
});

it('begins with the loss of plain fine-tuning, however strongly maps are held, unless batch norm is to follow its batches', async () => {
  const first = async (alpha: number, batchNorm?: 'train') => {
    const options = { ...settings, alpha, beta: 0 };
    for await (const event of transfer(smallModel(1), train, { strategy: 'delta', options, fit: { ...base, ...(batchNorm && { batchNorm }) } }))
      if (event.type === 'step') return event.loss;
    return Number.NaN;
  };
  expect(await first(100)).toBe(await first(0));
  expect(await first(100, 'train')).toBeGreaterThan(10 + (await first(0, 'train')));
});

describe('while it measures', () => {
  const begun = async (fitOptions: FitOptions, until: (event: TransferEvent) => boolean, abort = new AbortController()) => {
    const model = smallModel(1);
    const events: TransferEvent[] = [];
    for await (const event of transfer(model, train, { strategy: 'delta', fit: { ...base, ...fitOptions, signal: abort.signal } })) {
      events.push(event);
      if (until(event)) abort.abort();
    }
    return { model, events, last: events.at(-1) };
  };
  const atPhase = ({ type }: TransferEvent) => type === 'phase';

  it('tells how far it is, and computes features once or, where they are not to be kept, with each batch', async () => {
    const { events } = await begun({}, atPhase);
    const phase = events.findIndex(atPhase);
    const told = events.slice(0, phase).flatMap((event) => (event.type === 'measure' ? [`${event.what} ${event.done}/${event.of}`] : []));
    // Ten epochs of 200 by 8, and two maps of 8 channels.
    expect([told[0], told.at(-1), told.length]).toEqual(['a head 1/250', 'channels 16/16', 250 + 16]);
    expect(events.some(({ type }) => type === 'features')).toBe(true);
    const without = await begun({ featureCache: false }, ({ type }) => type === 'measure');
    expect(without.events.map(({ type }) => type)).not.toContain('features');
  });

  it('is stopped by the signal, keeps nothing, and begins anew', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'graft-delta-'));
    try {
      for (const what of ['a head', 'channels']) {
        const at = (event: TransferEvent) => event.type === 'measure' && event.what === what && event.done === 2;
        const { model, events, last } = await begun({ checkpoints: { folder } }, at);
        expect(last).toMatchObject({ type: 'end', reason: 'stopped', position: { update: 0 } });
        expect(events.at(-2)).toMatchObject({
          message: 'Stopped while `delta` measured what its training rests on. Run the same again to begin anew.',
        });
        expect(events.filter(({ type }) => type === 'notice').length).toBeLessThan(3);
        // An update may be under way.
        expect(events.flatMap((event) => (event.type === 'measure' ? [event] : [])).at(-1)).toMatchObject({ what, done: expect.toBeOneOf([2, 3]) });
        expect(modelHash(model)).toBe(modelHash(smallModel(1)));
        expect(readdirSync(folder).filter((name) => name.startsWith('measured'))).toEqual([]);
      }
      expect((await begun({ checkpoints: { folder } }, () => false)).last).toMatchObject({ reason: 'completed' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

it('gives the channels of each map equal shares, or more to those whose silence costs more', async () => {
  const before = modelHash(smallModel(1));
  const model = smallModel(1);
  expect(await attentionFor(settings, model)).toEqual([new Array(8).fill(1 / 8), new Array(8).fill(1 / 8)]);
  const shares = await attentionFor({ ...settings, attention: 'loss' }, model);
  expect(shares.map((each) => each.reduce((a, b) => a + b, 0))).toEqual([expect.closeTo(1, 9), expect.closeTo(1, 9)]);
  expect(new Set(shares[0]).size).toBe(8);
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

it('takes the numbers of a step for its channels where a transformer reads a series, and filters where a convolution does', () => {
  const blocks = ['a', 'b'].map((name) => encoderLayer({ name, heads: 2, hidden: 8 }));
  const series = createModel({ input: [7, 16], layers: [...blocks, meanPool(), dense(2)] });
  expect(featureMaps(series, 2).map(({ axis, channels }) => [axis, channels])).toEqual([
    [2, 16],
    [2, 16],
  ]);
  const filters = createModel({ input: [4, 9], layers: [conv(6, 3), relu(), conv(5, 3), relu(), globalAveragePool(), dense(2)] });
  expect(featureMaps(filters, 2).map(({ axis, channels }) => [axis, channels])).toEqual([
    [1, 6],
    [1, 5],
  ]);
});

it('refuses a model without maps', () => {
  const model = createModel({ name: 'vectors', input: [4], layers: [dense(5, { name: 'body' }), relu(), dense(2, { name: 'head' })] });
  expect(() => delta.phases(model, settings, base, [])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Strategy \`delta\` compares feature maps, and none of model \`vectors\` lies between its shared layers: take another strategy, such as \`l2-sp\` or \`bss\`.]`,
  );
});
