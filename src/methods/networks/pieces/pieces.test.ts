// Batches of two domains and the network over both, apart from the methods that train on them.
import { describe, expect, it } from 'vitest';
import { draw } from '../../../../tests/support/noise.ts';
import { resolveOptions } from '../../../core/options.ts';
import { type Tensor, tensor, tensorOf, toNumbers } from '../../../core/tensor.ts';
import { dataset, type ExampleSource } from '../../../data/dataset.ts';
import { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { writeOnnx } from '../../../graph/onnx/write.ts';
import { createModel } from '../../../nn/create-model.ts';
import { loadOnnx } from '../../../nn/import/load-onnx.ts';
import { replaceHead } from '../../../nn/import/replace-head.ts';
import { dropout, tanh } from '../../../nn/layers/activation.ts';
import { dense } from '../../../nn/layers/dense.ts';
import { batchNorm } from '../../../nn/layers/norm.ts';
import { type Model, stateOf } from '../../../nn/model.ts';
import { copyOfModel } from '../../../nn/own-values.ts';
import { finish, fit } from '../../../train/fit.ts';
import type { Penalty } from '../../../train/program.ts';
import { withPenalty } from '../../strategy/strategy.ts';
import { adda } from '../adda.ts';
import { dann } from '../dann.ts';
import { networkMethods } from '../index.ts';
import { unsteadiness } from './cluster-assumption.ts';
import { TARGET_ROWS, withKnownLabels } from './known-labels.ts';
import type { NetworkMethod } from './network-method.ts';
import { observed } from './observed.ts';
import { pairedModel, targetInput } from './paired-model.ts';
import { PROGRESS, pairedSource } from './paired-source.ts';
import { withSecondHead } from './second-head.ts';
import { takeStatistics } from './target-statistics.ts';
import { withheld } from './withheld.ts';

const numbered = (name: string, length: number): ExampleSource =>
  dataset({
    name,
    inputs: tensor(
      'float32',
      [length, 1],
      Float32Array.from({ length }, (_, i) => i),
    ),
    labels: new Int32Array(length),
  });
const network = createModel({ input: [1], layers: [dense(3, { name: 'body' }), batchNorm({ name: 'norm' }), dense(2, { name: 'head' })] });
const { model: both } = pairedModel(network);

describe('pairs of rows', () => {
  it.each([
    [7, 5],
    [5, 7],
    [3, 1],
  ])('of %i source and %i target rows: each target row once before any comes again, over epochs', async (own, others) => {
    const joined = pairedSource({ source: numbered('own', own), target: withheld(numbered('others', others)) }, network, both, { seed: 3 });
    const all = Array.from({ length: own }, (_, i) => i);
    const seen: number[] = [];
    for (let epoch = 0; epoch < 2 * others; epoch++) {
      const { inputs, extras, labels } = await joined.gather(all, { epoch });
      expect(toNumbers(inputs)).toEqual(all);
      expect(labels).toHaveLength(own);
      seen.push(...Array.from(extras?.[targetInput('input')]?.data as Float32Array));
      expect(extras?.[PROGRESS]).toBeUndefined();
    }
    for (let at = 0; at < seen.length; at += others) expect(new Set(seen.slice(at, at + others)).size).toBe(others);
    // Whatever else is in the batch.
    const { extras } = await joined.gather([1], { epoch: 1 });
    expect(Array.from(extras?.[targetInput('input')]?.data as Float32Array)).toEqual([seen[own + 1]]);
  });

  it.each([
    [3, 40, 8],
    [10, 40, 4],
    [30, 40, 2],
    [4, 4, 1],
  ])('with %i of %i target rows labelled: one in %i is one of these, and each comes once before it comes again', async (labelled, others, every) => {
    const known = { rows: Int32Array.from({ length: labelled }, (_, i) => others - 1 - i), labels: new Int32Array(labelled).fill(1) };
    const { model, known: labels } = withKnownLabels(pairedModel(network), known, others);
    expect(labels?.shape).toEqual(model.logits.shape.slice(0, 1));
    const domains = { source: numbered('own', 24), target: withheld(numbered('others', others)), known };
    const joined = pairedSource(domains, network, model, { seed: 3 });
    const all = Array.from({ length: 24 }, (_, i) => i);
    const seen: number[] = [];
    for (let epoch = 0; epoch < 20; epoch++) {
      const { extras } = await joined.gather(all, { epoch });
      const rows = toNumbers(extras?.[TARGET_ROWS] as Tensor);
      expect(toNumbers(extras?.[targetInput('input')] as Tensor)).toEqual(rows);
      seen.push(...rows);
    }
    const isKnown = (row: number) => row >= others - labelled;
    const [first, rest] = [seen.filter(isKnown), seen.filter((row) => !isKnown(row))];
    expect(first).toHaveLength(seen.length / every);
    for (const [list, count] of [
      [first, labelled],
      [rest, others - labelled],
    ] as const)
      for (let at = 0; at + count <= list.length && count > 0; at += count) expect(new Set(list.slice(at, at + count)).size).toBe(count);
  });

  it('say nothing of the target but its inputs', () => {
    const bare = withheld(numbered('others', 4));
    expect(Object.keys(bare).sort()).toEqual(['classes', 'gather', 'inputDtype', 'inputShape', 'length', 'name']);
    expect(bare.classes).toBeUndefined();
  });
});

it('a second pass has the parameters of the first, and statistics of its own', () => {
  expect([...both.parameters.keys()]).toEqual([...network.parameters.keys()]);
  const [own, paired] = [stateOf(network), stateOf(both)];
  for (const id of own.keys()) expect(paired.get(id)?.data).toBe(own.get(id)?.data);
  expect([...paired.keys()].filter((id) => !own.has(id))).toEqual(['target:norm.mean', 'target:norm.variance']);
});

it('a second head has the form of the first, and weights of its own that all rows share', () => {
  const paired = pairedModel(network);
  const { model, scores } = withSecondHead(paired, 5);
  const state = stateOf(model);
  const [own, second] = [state.get('head.weight'), state.get('second-head:head.weight')];
  expect(second?.dims).toEqual(own?.dims);
  expect(second?.data).not.toEqual(own?.data);
  expect(state.get('second-head:head.bias')?.data).toEqual(state.get('head.bias')?.data);
  expect(model.groups.at(-1)).toEqual({ name: 'second-head', kind: 'head', members: ['second-head:head.weight', 'second-head:head.bias'] });
  const count = state.size;
  for (const domain of [paired.source, paired.target]) {
    const { own: mine, second: other } = scores(domain, domain.features);
    expect([mine.shape, other.shape]).toEqual([domain.logits.shape, domain.logits.shape]);
  }
  expect(stateOf(model).size).toBe(count);
});

it('a second pass by moving averages is apart from the first as far as these are from the parameters', async () => {
  const losses = async (decay: number, factor: number) => {
    const model = copyOfModel(network);
    const paired = pairedModel(model, { twice: true, averaged: new Set(model.parameters.keys()) });
    const { target, asItIs } = paired as Required<typeof paired>;
    const term: Penalty = (g, _, { at }) => {
      const difference = g.op('StopGradient', [g.sub(at(target.logits.name), at(asItIs.logits.name))]);
      return g.mul(g.sum(g.mul(difference, difference)), factor);
    };
    const data = pairedSource(
      { source: { ...numbered('own', 12), classes: undefined }, target: withheld(numbered('others', 12)) },
      model,
      paired.model,
      { seed: 3 },
    );
    const found: number[] = [];
    const options = withPenalty({ epochs: 2, batchSize: 4, ema: decay, device: 'cpu', threads: 1 }, term, [target.logits, asItIs.logits]);
    for await (const event of fit(paired.model, data, options)) if (event.type === 'step') found.push(event.loss);
    return found;
  };
  const none = await losses(0.9, 0);
  expect(await losses(0, 1e6)).toEqual(none);
  const apart = await losses(0.9, 1e6);
  expect(apart.map((loss, i) => loss > (none[i] as number))).toEqual([false, true, true, true, true, true]);
});

it('statistics are those of all rows, however they fall into batches', async () => {
  const rows = 300;
  const values = Float32Array.from({ length: rows }, (_, i) => Math.sin(i) * 3 + (i % 7));
  await takeStatistics(network, dataset({ inputs: tensor('float32', [rows, 1], values), labels: new Int32Array(rows) }), { device: 'cpu' });
  const state = stateOf(network);
  const weight = state.get('body.weight')?.data as Float32Array;
  const mean = values.reduce((sum, value) => sum + value, 0) / rows;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
  for (const c of [0, 1, 2]) {
    const w = weight[c] as number;
    expect(state.get('norm.mean')?.data[c]).toBeCloseTo(w * mean, 4);
    expect(state.get('norm.variance')?.data[c]).toBeCloseTo(w * w * variance, 3);
  }
});

async function textModel(): Promise<Model> {
  const g = new Builder('text');
  const ids = g.input('input_ids', 'int64', ['batch', 'length']);
  const mask = g.input('attention_mask', 'int64', ['batch', 'length']);
  const table = g.parameter('table', tensorOf('float32', [0, 1, 2, 3, 4, 5, 6, 7], [4, 2]));
  g.output('last_hidden_state', g.mul(g.gather(table, ids), g.unsqueeze(g.cast(mask, 'float32'), [2])));
  return replaceHead(await loadOnnx(writeOnnx(g)), { classes: 2 });
}

it('texts of both domains need not be of one length, nor have one input', async () => {
  const model = await textModel();
  const texts = (name: string, length: number): ExampleSource => ({
    name,
    length: 8,
    inputShape: ['length'],
    inputDtype: 'int64',
    classes: undefined,
    gather: (indices) => {
      const all = (value: (row: number) => number) =>
        tensorOf(
          'int64',
          Array.from({ length: indices.length * length }, (_, i) => value(indices[Math.floor(i / length)] as number)),
          [indices.length, length],
        );
      return { inputs: all((row) => row % 4), extras: { attention_mask: all(() => 1) }, labels: Int32Array.from(indices, (row) => row % 2) };
    },
  });
  const [source, target] = [texts('own', 3), withheld(texts('others', 5))];
  const before = await observed(model, target, Int32Array.of(0, 1), { device: 'cpu' });
  const options = { epochs: 2, batchSize: 4, device: 'cpu', threads: 1 } as const;
  const features = [before.features];
  const domains = { model, source, target };
  for (const phases of [
    dann.phases(domains, { weight: 1, gamma: 10, hidden: 4 }, options),
    adda.phases(domains, { share: 0, rate: 0.1, hidden: 4 }, options),
  ]) {
    for await (const phase of phases) await finish(fit(phase.model, phase.data, phase.options));
    features.push((await observed(model, target, Int32Array.of(0, 1), { device: 'cpu' })).features);
  }
  expect(features.map(({ dims }) => dims)).toEqual([
    [2, 2],
    [2, 2],
    [2, 2],
  ]);
  for (const i of [1, 2]) expect(features[i]?.data).not.toEqual(features[i - 1]?.data);
});

describe('rows that are moved', () => {
  const wide = () =>
    createModel({
      input: [4],
      layers: [dense(16, { name: 'body' }), batchNorm({ name: 'norm' }), tanh(), dropout(0.5), dense(3, { name: 'head' })],
      seed: 2,
    });
  const data = dataset({ inputs: draw(3, [24, 4], 2), labels: Int32Array.from({ length: 24 }, (_, i) => i % 3) });

  async function losses(radius: number, factor: number) {
    const model = wide();
    const term: Penalty = (g, _, { inputs, logits }) => g.mul(unsteadiness(g, { input: inputs.get('input') as Value, logits }, radius), factor);
    const found: number[] = [];
    for await (const event of fit(model, data, withPenalty({ epochs: 1, batchSize: 8, device: 'cpu', threads: 1 }, term)))
      if (event.type === 'step') found.push(event.loss);
    return { found, state: stateOf(model) };
  }

  it('pass under the same dropout: by a step of no length nothing changes, by a longer one more', async () => {
    const none = await losses(0.5, 0);
    const still = await losses(0, 1e3);
    expect(still.found.map((loss, i) => Math.abs(loss - (none.found[i] as number))).every((off) => off < 1e-3)).toBe(true);
    const [near, far] = [await losses(0.1, 1), await losses(0.5, 1)];
    const own = none.found[0] as number;
    expect((near.found[0] as number) - own).toBeGreaterThan(1e-4);
    expect((far.found[0] as number) - own).toBeGreaterThan(5 * ((near.found[0] as number) - own));
  });

  it('leave no trace in running statistics', async () => {
    const plain = wide();
    await finish(fit(plain, data, { epochs: 1, batchSize: 8, device: 'cpu', threads: 1 }));
    const { state } = await losses(0.5, 0);
    expect(state).toEqual(stateOf(plain));
  });

  it.each(['vada', 'dirt-t'] as const)('are of real numbers for %s', async (name) => {
    const domains = { model: await textModel(), source: data, target: data };
    const method = networkMethods[name] as unknown as NetworkMethod;
    const first = async () => {
      for await (const { name } of method.phases(domains, resolveOptions(method.options, {}, method.name), {})) return name;
    };
    await expect(first()).rejects.toThrow(
      `Method \`${name}\` moves rows a small step, and those of model \`text\` are int64 (\`input_ids\`): take another method, such as \`cdan\` or \`mcc\`, or a network that reads real numbers, such as the vectors of the words.`,
    );
  });
});
