// What changes between inference and training: dropout's masks and the three modes of batch norm.
import { describe, expect, test } from 'vitest';
import { type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { specialise } from '../graph/rewrite.ts';
import { runGraph } from '../lower/run.ts';
import { openDevice } from '../runtime/device.ts';
import { createModel } from './create-model.ts';
import { dropout, relu } from './layers/activation.ts';
import { dense } from './layers/dense.ts';
import { batchNorm } from './layers/norm.ts';
import type { Layer } from './scope.ts';
import { type BatchNormMode, trainingForm } from './training-form.ts';

const { device } = await openDevice('cpu');
const formOf = (layers: readonly Layer[], mode: BatchNormMode = 'train') =>
  trainingForm(specialise(createModel({ input: [2], layers }).graph, { N: 4 }).graph, mode);
const x = tensorOf('float32', [1, 10, 2, 20, 3, 30, 6, 60], [4, 2]);

describe('dropout', () => {
  test('is a product with a mask that the trainer draws, one for each place', () => {
    const { graph } = formOf([dropout(0.25, 'first'), relu(), dropout(0.5, 'second')]);
    expect(graph.ofKind('random').map(({ name, shape, random }) => [name, shape, random])).toEqual([
      ['first/Dropout/mask', [4, 2], { distribution: 'dropout', rate: 0.25 }],
      ['second/Dropout/mask', [4, 2], { distribution: 'dropout', rate: 0.5 }],
    ]);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Mul', 'Relu', 'Mul']);
  });

  test('of rate 0 is nothing, and at inference it is the identity', async () => {
    expect(formOf([dropout(0), relu()]).graph.nodes.map(({ op }) => op)).toEqual(['Relu']);
    const { graph } = specialise(createModel({ input: [2], layers: [dropout(0.9)] }).graph, { N: 4 });
    expect(toNumbers((await runGraph(graph, { input: x }, { device })).logits as Tensor)).toEqual(toNumbers(x));
  });
});

describe('batch norm', () => {
  const layers = () => [batchNorm({ momentum: 0.75, epsilon: 0 })];
  const logitsOf = async (mode: BatchNormMode) => {
    const { graph } = formOf(layers(), mode);
    return toNumbers((await runGraph(graph, { input: x }, { device })).logits as Tensor);
  };

  test.each(['train', 'statistics'] as const)('%s: normalises by the batch and gives the next running statistics', async (mode) => {
    const { graph, updates } = formOf(layers(), mode);
    for (const [id, value] of updates) graph.output(`next:${id}`, value);
    const outputs = await runGraph(graph, { input: x }, { device });
    const y = toNumbers(outputs.logits as Tensor);
    // Columns of mean 3 and 30, biased variance 3.5 and 350.
    toNumbers(x).forEach((value, i) => {
      expect(y[i]).toBeCloseTo(i % 2 ? (value - 30) / Math.sqrt(350) : (value - 3) / Math.sqrt(3.5), 5);
    });
    expect([...updates.keys()]).toEqual(['batchNorm.mean', 'batchNorm.variance']);
    expect(toNumbers(outputs['next:batchNorm.mean'] as Tensor)).toEqual([0.75, 7.5]);
    expect(toNumbers(outputs['next:batchNorm.variance'] as Tensor)).toEqual([0.75 + 3.5 / 4, 0.75 + 350 / 4]);
  });

  test('stochastic: each channel by the batch or by the running statistics, as drawn; the running ones are updated', async () => {
    const { graph, updates } = formOf(layers(), { stochastic: 0.25 });
    expect(graph.ofKind('random').map(({ name, shape, random }) => [name, shape, random])).toEqual([
      ['batchNorm/BatchNormalization/mask', [1, 2], { distribution: 'dropout', rate: 0.75 }],
    ]);
    for (const [id, value] of updates) graph.output(`next:${id}`, value);
    const mask = { 'batchNorm/BatchNormalization/mask': tensorOf('float32', [0, 4], [1, 2]) };
    const outputs = await runGraph(graph, { input: x, ...mask }, { device });
    const batch = await logitsOf('train');
    expect(toNumbers(outputs.logits as Tensor)).toEqual(toNumbers(x).map((value, i) => (i % 2 ? batch[i] : value)));
    expect(toNumbers(outputs['next:batchNorm.mean'] as Tensor)).toEqual([0.75, 7.5]);
  });

  test('stochastic at its ends: always the batch, and never it, though the running statistics are updated', async () => {
    expect(await logitsOf({ stochastic: 1 })).toEqual(await logitsOf('train'));
    expect(await logitsOf({ stochastic: 0 })).toEqual(await logitsOf('frozen'));
    expect(formOf(layers(), { stochastic: 0 }).updates.size).toBe(2);
  });

  test('one that stands in two places sees what both get, in turn', async () => {
    const g = new Builder('shared');
    const input = g.input('input', 'float32', [4, 2]);
    const [scale, bias] = [g.parameter('scale', tensorOf('float32', [1, 1], [2])), g.parameter('bias', tensorOf('float32', [0, 0], [2]))];
    const [mean, variance] = [g.buffer('mean', tensorOf('float32', [0, 0], [2])), g.buffer('variance', tensorOf('float32', [1, 1], [2]))];
    const norm = (value: Value) => g.op('BatchNormalization', [value, scale, bias, mean, variance], { momentum: 0.5, epsilon: 0 });
    g.output('logits', g.add(norm(input), norm(g.mul(input, 2))));
    const { graph, updates } = trainingForm(g, 'train');
    for (const [id, value] of updates) graph.output(`next:${id}`, value);
    const outputs = await runGraph(graph, { input: x }, { device });
    // Columns of mean 3 and 30, and of mean 6 and 60.
    expect(toNumbers(outputs['next:mean'] as Tensor)).toEqual([1.5 / 2 + 3, 15 / 2 + 30]);
    expect(toNumbers(outputs['next:variance'] as Tensor)).toEqual([(0.5 + 3.5 / 2) / 2 + 7, (0.5 + 350 / 2) / 2 + 700]);
    const batch = await logitsOf('train');
    toNumbers(outputs.logits as Tensor).forEach((value, i) => {
      expect(value).toBeCloseTo(2 * (batch[i] as number), 5);
    });
  });

  test('frozen: stays as at inference, and updates nothing', async () => {
    const { graph, updates } = formOf(layers(), 'frozen');
    expect(updates.size).toBe(0);
    expect(toNumbers((await runGraph(graph, { input: x }, { device })).logits as Tensor)).toEqual(toNumbers(x));
  });
});

test('everything else is copied under its own name', () => {
  const { graph } = specialise(createModel({ input: [2], layers: [dense(3), relu()] }).graph, { N: 4 });
  const form = trainingForm(graph, 'train').graph;
  expect([...form.values.keys()]).toEqual([...graph.values.keys()]);
  expect(form.nodes.map(({ name }) => name)).toEqual(graph.nodes.map(({ name }) => name));
});
