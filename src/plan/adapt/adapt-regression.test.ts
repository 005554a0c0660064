// Networks that predict amounts, adapted to rows whose inputs are scaled otherwise than those they learnt from.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelHash } from '../../../tests/support/small-problem.ts';
import { stream } from '../../core/rng.ts';
import { tensor } from '../../core/tensor.ts';
import { type Dataset, dataset, type ExampleSource } from '../../data/dataset.ts';
import { networkMethods } from '../../methods/networks/index.ts';
import { NETWORK_METHODS, type NetworkMethodName } from '../../methods/networks/names.ts';
import { defineNetworkMethod, type NetworkMethod } from '../../methods/networks/pieces/network-method.ts';
import { createModel } from '../../nn/create-model.ts';
import { relu } from '../../nn/layers/activation.ts';
import { dense } from '../../nn/layers/dense.ts';
import { batchNorm } from '../../nn/layers/norm.ts';
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import { meanSquaredError } from '../../nn/losses/elementwise.ts';
import { type Model, stateOf } from '../../nn/model.ts';
import { summarise } from '../../score/summary.ts';
import { finish } from '../../train/fit.ts';
import { type AdaptRegressionOptions, adaptRegression } from './adapt-regression.ts';

const [WIDTH, OUTPUTS] = [6, 2];

/** Two amounts that follow from two of six inputs, which a domain scales. */
function rows(name: string, count: number, scale = 1): Dataset {
  const draws = stream(7, name).normals(count * WIDTH);
  const at = (row: number, d: number) => draws[row * WIDTH + d] as number;
  const inputs = Float32Array.from(draws, (value, i) => (i % WIDTH < 2 ? scale : 1) * value);
  const labels = Float32Array.from({ length: count * OUTPUTS }, (_, i) => {
    const row = Math.floor(i / OUTPUTS);
    return i % OUTPUTS === 0 ? at(row, 0) + Math.tanh(2 * at(row, 1)) : 3 * at(row, 1);
  });
  return dataset({ name, inputs: tensor('float32', [count, WIDTH], inputs), labels: tensor('float32', [count, OUTPUTS], labels) });
}

const source = rows('source', 320);
const target = rows('target', 320, 2);
const network = (norm = false) =>
  createModel({
    name: 'amounts',
    input: [WIDTH],
    layers: [dense(16, { name: 'body' }), ...(norm ? [batchNorm()] : []), relu(), dense(OUTPUTS, { name: 'head' })],
    seed: 1,
  });
const fit = { epochs: 4, batchSize: 32, optimiser: { name: 'adam', settings: { lr: 0.01 } }, seed: 3, device: 'cpu', threads: 1 } as const;
const adapted = (given: AdaptRegressionOptions, to: ExampleSource = target, model = network()) => finish(adaptRegression(model, source, to, given));
const explained = (scores: readonly { readonly rSquared: number }[] | undefined) =>
  summarise((scores ?? expect.fail('nothing was scored')).map(({ rSquared }) => rSquared)).mean;

const methods = NETWORK_METHODS.filter((name) => (networkMethods[name] as NetworkMethod).amounts);
/** What each takes to be better where the inputs are twice as large. */
const NEEDS: Partial<
  Record<NetworkMethodName, { readonly options?: Readonly<Record<string, number>>; readonly gain: number; readonly norm?: boolean }>
> = {
  'source-only': { gain: 0 },
  adabn: { gain: 0.2, norm: true },
  'deep-coral': { options: { weight: 300 }, gain: 0.1 },
  dan: { options: { weight: 3 }, gain: 0.05 },
  dann: { options: { weight: 3, hidden: 64 }, gain: 0.05 },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-adapt-regression-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('adaptRegression', () => {
  it('is for those methods that look at no class', () => expect(methods).toEqual(Object.keys(NEEDS)));

  it.each(methods)('%s is better than the source alone where inputs are scaled, and its training sees no label of the target', async (name) => {
    const { options = {}, gain, norm = false } = NEEDS[name] ?? expect.fail(name);
    const call = { method: name, options, fit: { ...fit, epochs: 30 }, scoreOn: target } as const;
    const hidden: ExampleSource = {
      ...target,
      labels: undefined,
      gather: async (indices) => {
        const { inputs } = await target.gather(indices);
        return { inputs, labels: tensor('float32', [indices.length, OUTPUTS], new Float32Array(indices.length * OUTPUTS).fill(9)) };
      },
    };
    const model = network(norm);
    const before = modelHash(model);
    const { scored, last, yardstick, model: found, chosen } = await adapted(call, target, model);
    expect(modelHash(model)).toBe(before);
    expect(chosen).toBe(last);
    expect(explained(scored?.last)).toBeGreaterThanOrEqual(explained(scored?.sourceOnly) + gain);
    expect(explained(yardstick.source)).toBeGreaterThan(0.9);
    const again = await adapted({ ...call, scoreOn: source }, hidden, network(norm));
    expect(modelHash(again.model)).toBe(modelHash(found));
  });

  it.each(['deep-coral', 'dan', 'dann'] as const)('%s is the source alone at weight 0', async (method) => {
    const { model } = await adapted({ method, options: { weight: 0 }, fit });
    expect(modelHash(model)).toBe(modelHash((await adapted({ method: 'source-only', fit })).model));
  });

  it('goes on where it was stopped', async () => {
    const call = { method: 'deep-coral', fit } as const;
    const whole = await adapted(call);
    const abort = new AbortController();
    const kept = { ...call, fit: { ...fit, checkpoints: { folder } } };
    let steps = 0;
    const cut = async () => {
      for await (const event of adaptRegression(network(), source, target, { ...kept, fit: { ...kept.fit, signal: abort.signal } }))
        if (event.type === 'training' && event.event.type === 'step' && ++steps === 57) abort.abort();
    };
    await expect(cut()).rejects.toThrow(/Adaptation was stopped after update 1[6-8] of `deep-coral`/);
    expect(modelHash((await adapted(kept)).model)).toBe(modelHash(whole.model));
  });

  it("keeps the source's own network where a method has lost what it knew, or tells all rows the same", async () => {
    const ruin = (name: string, settle?: (model: Model) => void) =>
      defineNetworkMethod({
        name,
        paper: 'none',
        about: 'ruins a network',
        amounts: true,
        options: {},
        phases: ({ model, source }, _, base) => {
          const flat = (count: number) => tensor('float32', [count, OUTPUTS], new Float32Array(count * OUTPUTS));
          const data: ExampleSource = { ...source, gather: async (indices) => ({ ...(await source.gather(indices)), labels: flat(indices.length) }) };
          const options = { ...base, featureCache: false } as const;
          return [{ name: 'ruined', model, data: settle ? source : data, options, adapts: true, settle: () => settle?.(model) }];
        },
      });
    const forgotten = await adapted({ method: ruin('forgets'), fit });
    expect(forgotten.chosen).toBe(forgotten.yardstick);
    expect(forgotten.why).toMatch(
      /^`forgets` explains only -?[\d.]+ % of the source's labels of output 0, the source's own network [\d.]+ %: the source's own network is kept\.$/,
    );
    const flattens = ruin('flattens', (model) => {
      for (const id of ['head.weight', 'head.bias'])
        stateOf(model)
          .get(id)
          ?.data.fill(0 as never);
    });
    const flat = await adapted({ method: flattens, fit });
    expect(flat.chosen).toBe(flat.yardstick);
    expect(flat.why).toMatch(
      /^`flattens` tells all rows of the target much the same of output 0: they deviate by 0, by the source's own network by [\d.]+: the source's/,
    );
  });

  it('refuses what it cannot do with what to do', async () => {
    const refusal = (options: object, model = network()) =>
      adapted(options as AdaptRegressionOptions, target, model).then(
        () => 'none',
        ({ message }: Error) => message,
      );
    expect(
      (
        await Promise.all([
          refusal({ method: 'mcc', fit }),
          refusal({ method: 'auto', fit }),
          refusal({ method: 'dan-n', fit }),
          refusal({ method: 'dan', fit: { ...fit, loss: crossEntropy() } }),
          refusal({ method: 'dan', fit: { ...fit, patience: 2 } }),
          refusal({ method: 'dan', weight: 1 }),
          refusal({ method: 'dan', fit: { ...fit, loss: meanSquaredError() } }, createModel({ input: [WIDTH], layers: [dense(3)] })),
        ])
      ).join('\n'),
    ).toMatchInlineSnapshot(`
      "Method \`mcc\` is for classes, and the loss \`mse\` for amounts: take one of adabn, dan, dann, deep-coral, source-only.
      There is no method \`auto\` for networks; known are \`adabn\`, \`dan\`, \`dann\`, \`deep-coral\`, \`source-only\`.
      There is no method \`dan-n\` for networks; did you mean \`dann\`?
      \`fit.loss\` is \`cross-entropy\`, which is for classes: take one for amounts, such as \`losses.meanSquaredError()\`, or \`adaptNetwork\`.
      \`adaptRegression\` takes no \`fit.patience\`: several networks are trained, and judged without labels. Leave it out.
      \`adaptRegression\`: there is no option \`weight\`; known are \`method\`, \`options\`, \`fit\`, \`scoreOn\`.
      The labels of \`source\` are float32 values [N, 2], but the loss \`mse\` of model \`model\` compares with float32 values [N, 3]; choose another \`loss\`."
    `);
  });
});
