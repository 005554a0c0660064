// What enters each update: the examples in their order, the dropout masks, what batch norm learns, and the weight of a penalty.
import { expect, test } from 'vitest';
import { smallDigits, smallModel } from '../../tests/support/small-problem.ts';
import { dropoutMask, stream } from '../core/rng.ts';
import { type Tensor, tensor } from '../core/tensor.ts';
import { epochOrder } from '../data/batches.ts';
import { type Dataset, dataset, type ExampleSource } from '../data/dataset.ts';
import { l2Sp } from '../methods/l2-sp.ts';
import { createModel } from '../nn/create-model.ts';
import * as initialisers from '../nn/initialisers.ts';
import { dropout, relu } from '../nn/layers/activation.ts';
import { dense, flatten } from '../nn/layers/dense.ts';
import { maxPool } from '../nn/layers/pool.ts';
import { meanAbsoluteError, meanSquaredError } from '../nn/losses/elementwise.ts';
import { type Model, stateOf } from '../nn/model.ts';
import type { BatchNormMode } from '../nn/training-form.ts';
import { finish, fit } from './fit.ts';
import type { FitOptions } from './fit-options.ts';
import type { Penalty } from './program.ts';

const { train } = await smallDigits();
const sgd = (lr: number) => ({ name: 'sgd', settings: { lr, momentum: 0 } }) as const;
const valuesOf = (model: Model, id: string) => stateOf(model).get(id)?.data as Float32Array;

test('each epoch asks for the examples in an order of its own, which the seed decides', async () => {
  const asked: number[] = [];
  const source: ExampleSource = {
    ...train,
    gather: (indices) => {
      // One example alone is read to check its form.
      if (indices.length > 1) asked.push(...Array.from(indices));
      return train.gather(indices);
    },
  };
  await finish(fit(smallModel(), source, { epochs: 3, batchSize: 40, seed: 7, threads: 1 }));
  const epochs = [0, 1, 2].map((epoch) => asked.slice(epoch * train.length, (epoch + 1) * train.length));
  expect(asked).toHaveLength(3 * train.length);
  epochs.forEach((order, epoch) => {
    expect(order).toEqual(Array.from(epochOrder(7, epoch, train.length)));
  });
  const places = Array.from({ length: train.length }, (_, i) => i);
  for (const order of epochs) expect(order.toSorted((a, b) => a - b)).toEqual(places);
  for (const [a, b] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const)
    expect(epochs[a]).not.toEqual(epochs[b]);
});

/** `length` examples of ones, to be scored 0. */
function ones(length: number, features: number): Dataset {
  const inputs = tensor('float32', [length, features], new Float32Array(length * features).fill(1));
  return dataset({ name: 'ones', inputs, labels: tensor('float32', [length, 1], new Float32Array(length)) });
}

test('each micro-batch of each step of each epoch has a dropout mask of its own, which the seed decides', async () => {
  const [features, microBatch, accumulate, epochs, steps] = [64, 4, 2, 2, 2] as const;
  const layers = [dropout(0.5, 'drop'), dense(1, { bias: false })];
  const model = createModel({ input: [features], layers });
  const weights = valuesOf(model, 'dense.weight');
  for (let i = 0; i < features; i++) weights[i] = i + 1;
  const options: FitOptions = { epochs, batchSize: microBatch, accumulate, loss: meanAbsoluteError(), optimiser: sgd(0), seed: 5, threads: 1 };
  const losses: number[] = [];
  for await (const event of fit(model, ones(microBatch * accumulate * steps, features), options)) if (event.type === 'step') losses.push(event.loss);
  // Scores are the weighted sums of the masks' rows, so the loss tells one mask from another.
  const sums = Array.from({ length: epochs * steps * accumulate }, (_, i) => {
    const path = [Math.floor(i / accumulate / steps), Math.floor(i / accumulate) % steps, i % accumulate];
    return dropoutMask(stream(5, 'dropout', 'drop/Dropout/mask', ...path), new Float32Array(microBatch * features), 0.5).reduce(
      (sum, kept, i) => sum + kept * (1 + (i % features)),
      0,
    );
  });
  const pair = (step: number) => (sums[accumulate * step] as number) + (sums[accumulate * step + 1] as number);
  expect(losses).toEqual(Array.from({ length: epochs * steps }, (_, step) => pair(step) / (microBatch * accumulate)));
  expect(new Set(sums).size).toBe(sums.length);
  expect(new Set(losses).size).toBe(losses.length);
});

test('normal numbers of each step are those of the seed, of their name and of the place', async () => {
  const model = createModel({ input: [3], layers: [dense(1, { bias: false, init: initialisers.zeros })] });
  const penalty: Penalty = (g) => g.sum(g.random('noise', [7], { distribution: 'normal' }));
  const losses: number[] = [];
  for await (const event of fit(model, ones(8, 3), {
    epochs: 2,
    batchSize: 4,
    loss: meanAbsoluteError(),
    optimiser: sgd(0),
    penalties: [penalty],
    seed: 5,
  })) {
    if (event.type === 'step') losses.push(event.loss);
  }
  const places = [0, 1].flatMap((epoch) => [0, 1].map((step) => [epoch, step]));
  const sums = places.map((place) =>
    stream(5, 'normal', 'noise', ...place, 0)
      .normals(7)
      .reduce((sum, value) => sum + value, 0),
  );
  expect(losses.map((loss, i) => loss - (sums[i] as number)).every((off) => Math.abs(off) < 1e-5)).toBe(true);
  expect(new Set(sums).size).toBe(4);
});

test.each<[BatchNormMode, { readonly scale: boolean; readonly statistics: boolean }]>([
  ['train', { scale: true, statistics: true }],
  ['statistics', { scale: false, statistics: true }],
  ['frozen', { scale: true, statistics: false }],
])('batch norm `%s` changes just what it says', async (mode, changes) => {
  const [before, model] = [smallModel(), smallModel()];
  await finish(fit(model, train, { epochs: 1, batchSize: 100, optimiser: sgd(0.1), batchNorm: mode, threads: 1 }));
  const changed = (id: string) => valuesOf(model, id).some((value, i) => value !== valuesOf(before, id)[i]);
  const norm = [...stateOf(model).keys()].filter((id) => id.startsWith('norm.'));
  expect(norm).toEqual(['norm.scale', 'norm.bias', 'norm.mean', 'norm.variance']);
  expect(norm.map(changed)).toEqual([changes.scale, changes.scale, changes.statistics, changes.statistics]);
  expect(changed('conv.weight')).toBe(true);
});

test.each([
  [1, 1],
  [8, 1],
  [4, 2],
])('a penalty weighs the same whatever the batch: L2-SP in batches of %d x %d', async (batchSize, accumulate) => {
  const [lr, alpha, beta] = [0.1, 0.3, 0.2];
  const layers = [dense(3, { name: 'shared', bias: false }), dense(1, { name: 'head', bias: false })];
  const model = createModel({ input: [2], layers, seed: 3 });
  const options: FitOptions = { epochs: 1, batchSize, accumulate, loss: meanSquaredError(), optimiser: sgd(lr), threads: 1 };
  const start = valuesOf(model, 'shared.weight').slice();
  const [phase] = l2Sp.phases(model, { alpha, beta }, options, undefined);
  const now = valuesOf(model, 'shared.weight').map((value, i) => value + i + 1);
  valuesOf(model, 'shared.weight').set(now);
  const head = valuesOf(model, 'head.weight').slice();
  // All scores and all labels are 0, so that nothing but the penalty has a gradient.
  const count = batchSize * accumulate;
  const zeros = (...dims: number[]): Tensor<'float32'> => tensor('float32', dims, new Float32Array(dims.reduce((a, b) => a * b)));
  const nothing = dataset({ name: 'nothing', inputs: zeros(count, 2), labels: zeros(count, 1) });
  await finish(fit(model, nothing, phase?.options));
  const expected = {
    shared: now.map((value, i) => value - lr * alpha * (value - (start[i] as number))),
    head: head.map((value) => value * (1 - lr * beta)),
  };
  for (const [layer, values] of Object.entries(expected)) {
    valuesOf(model, `${layer}.weight`).forEach((value, i) => {
      expect(value).toBeCloseTo(values[i] as number, 5);
    });
  }
});

test.each([
  [1, 1],
  [8, 1],
  [4, 2],
])('a penalty looks at what lies within the model: |features|^2 / 2 in batches of %d x %d', async (batchSize, accumulate) => {
  const [lr, weight] = [0.1, 0.3];
  const layers = [
    dense(3, { name: 'shared', bias: false }),
    relu(),
    maxPool(2),
    flatten(),
    dense(1, { name: 'head', bias: false, init: initialisers.zeros }),
  ];
  const model = createModel({ input: [1, 4, 2], layers, seed: 3 });
  const start = valuesOf(model, 'shared.weight').map(Math.abs);
  valuesOf(model, 'shared.weight').set(start);
  const penalty: Penalty = (g, _, { at, inputs, logits, target }) => {
    expect([...inputs.keys()]).toEqual(['input']);
    expect([logits.shape, target.shape]).toEqual([
      [batchSize, 1],
      [batchSize, 1],
    ]);
    const squares = g.op('ReduceSumSquare', [at('relu/Relu_1')], { keepdims: 0 });
    return g.mul(squares, weight / 2 / batchSize);
  };
  // What only a pool reads is computed after it, unless somebody looks at it.
  const options: FitOptions = { epochs: 1, batchSize, accumulate, loss: meanSquaredError(), optimiser: sgd(lr), freeze: ['head'], threads: 1 };
  const inputs = tensor('float32', [8, 1, 4, 2], new Float32Array(64).fill(1));
  const ones = dataset({ name: 'ones', inputs, labels: tensor('float32', [8, 1], new Float32Array(8)) });
  await expect(finish(fit(model, ones, { ...options, penalties: [penalty] }))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[GraftError: A penalty looks at \`relu/Relu_1\`, which is not in its \`reads\`.]`,
  );
  const unknown = Object.assign(() => expect.fail(), { reads: ['nowhere'] });
  await expect(finish(fit(model, ones, { ...options, penalties: [unknown] }))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[GraftError: A penalty reads \`nowhere\`, which model \`model\` does not have.]`,
  );
  await finish(fit(model, ones, { ...options, penalties: [Object.assign(penalty, { reads: ['relu/Relu_1'] })] }));
  const updates = 8 / batchSize / accumulate;
  expect(updates).toBeGreaterThanOrEqual(1);
  let wanted = Array.from(start);
  // Four places, each with the sum of a filter's two weights.
  for (let update = 0; update < updates; update++) wanted = wanted.map((value, i) => value - lr * weight * 4 * (value + (wanted[i ^ 1] as number)));
  valuesOf(model, 'shared.weight').forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i] as number, 5);
  });
});
