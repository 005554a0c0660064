// One step of each method that regularises, and what it measures first, against PyTorch's in float64 (tests/golden/make_golden_regularisers.py).
import { expect, test } from 'vitest';
import golden from '../../tests/golden/regularisers.json' with { type: 'json' };
import { draw } from '../../tests/support/noise.ts';
import { dropoutMask, stream } from '../core/rng.ts';
import { toNumbers } from '../core/tensor.ts';
import { dataset } from '../data/dataset.ts';
import { createModel } from '../nn/create-model.ts';
import { relu } from '../nn/layers/activation.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense, flatten } from '../nn/layers/dense.ts';
import { batchNorm } from '../nn/layers/norm.ts';
import { maxPool } from '../nn/layers/pool.ts';
import { loadState, type Model, stateOf } from '../nn/model.ts';
import { sourceHeadOf } from '../nn/source-head.ts';
import { softmaxRows } from '../score/probabilities.ts';
import { finish, fit } from '../train/fit.ts';
import { reverseRelation } from './co-tuning/reverse.ts';
import { attentionOf, lossGaps } from './delta/attention.ts';
import { featureMaps } from './delta/feature-maps.ts';
import { type StrategyName, strategies } from './index.ts';
import type { Phase, Strategy } from './strategy/strategy.ts';

const { shapes, source, labels, lr } = golden.network;
const data = dataset({ name: 'eight', inputs: draw(100, [8, 1, 6, 6], 2), labels: Int32Array.from(labels) });
/** That whose first draw is what the golden takes. */
const seed = 3;
const base = { epochs: 1, batchSize: 8, optimiser: { name: 'sgd', settings: { lr, momentum: 0 } }, seed, device: 'cpu', threads: 1 } as const;

function network(classes: number, first: number): Model {
  const body = [conv(4, 3, { name: 'conv' }), batchNorm({ name: 'norm' }), relu(), maxPool(2), flatten()];
  const model = createModel({ input: [1, 6, 6], layers: [...body, dense(classes, { name: 'head' })] });
  const centre = (id: string) => (id === 'norm.scale' ? 1 : id === 'norm.bias' ? 0.5 : 0);
  const given = Object.entries(classes === 3 ? shapes : source).map(([id, dims], i) => [id, draw(first + i, dims, 1, centre(id))] as const);
  const statistics = [['norm.mean', draw(101, [4], 0.5)] as const, ['norm.variance', draw(102, [4], 0.2, 0.5)] as const];
  loadState(model, new Map([...stateOf(model), ...given, ...statistics]));
  return model;
}

const close = (actual: readonly number[], wanted: readonly number[], tolerance = 3e-6) => {
  expect(actual).toHaveLength(wanted.length);
  expect(actual.flatMap((x, i) => (Math.abs(x - (wanted[i] as number)) <= tolerance ? [] : [{ i, x, wanted: wanted[i] }]))).toEqual([]);
};

async function compare(
  model: Model,
  phase: Phase | undefined,
  { loss, after }: { loss: readonly number[]; after: Readonly<Record<string, readonly number[]>> },
) {
  const losses: number[] = [];
  for await (const event of fit(phase?.model ?? model, data, phase?.options)) if (event.type === 'step') losses.push(event.loss);
  close(losses, loss);
  const state = stateOf(model);
  for (const [id, wanted] of Object.entries(after)) close(toNumbers(state.get(id) ?? expect.fail(id)), wanted);
}

async function phaseOf(name: StrategyName, model: Model, options: Readonly<Record<string, number | string>>): Promise<[Phase | undefined, unknown]> {
  const strategy = strategies[name] as unknown as Strategy;
  const measured = strategy.measure && (await finish(strategy.measure(model, options, base, data)));
  return [strategy.phases(model, options, base, measured)[0], measured];
}

test('bss', async () => {
  const model = network(3, 1);
  const [phase] = await phaseOf('bss', model, { eta: 0.7, k: 2 });
  await compare(model, phase, golden.bss);
});

test('stoch-norm', async () => {
  const model = network(3, 1);
  const mask = dropoutMask(stream(seed, 'dropout', 'norm/BatchNormalization/mask', 0, 0, 0), new Float32Array(4), 0.5);
  expect(Array.from(mask, (value) => (value > 0 ? 1 : 0))).toEqual(golden.stochNorm.drawn);
  const [phase] = await phaseOf('stoch-norm', model, { p: 0.5 });
  await compare(model, phase, golden.stochNorm);
  for (const [id, wanted] of Object.entries(golden.stochNorm.running)) close(toNumbers(stateOf(model).get(id) ?? expect.fail(id)), wanted);
});

test('delta: what the loss gains without each channel, the attention, and a step with it', async () => {
  const model = network(3, 1);
  const maps = featureMaps(model, 4);
  expect(maps.map(({ value }) => value.node?.op)).toEqual(['Conv', 'MaxPool']);
  const gaps = (await finish(lossGaps(model, maps, data, base, 99))) ?? expect.fail('nothing was measured');
  const attention = gaps.map(attentionOf);
  for (const [j, own] of gaps.entries()) {
    close(own, golden.delta.gaps[j] as number[], 1e-6);
    close(attention[j] as number[], golden.delta.attention[j] as number[], 1e-6);
  }
  const options = { alpha: 0.8, beta: 0.3, attention: 'loss', maps: 4, examples: 8 } as const;
  const [phase] = strategies.delta.phases(model, options, { ...base, batchNorm: 'train' }, attention);
  await compare(model, phase, golden.delta);
});

test('co-tuning: the relation of the classes, and a step with it', async () => {
  const sourceHead = sourceHeadOf(network(5, 50)) ?? expect.fail('no head');
  const model = { ...network(3, 1), sourceHead };
  const [phase, relation] = await phaseOf('co-tuning', model, { tradeOff: 0.6, temperature: 1.5, relation: 'direct' });
  close((relation as number[][]).flat(), golden.coTuning.relation, 1e-6);
  await compare(model, phase, golden.coTuning);
});

test('co-tuning: the relation by Bayes rule', () => {
  const { shape, classes, relation } = golden.reverse;
  const [count, width] = shape as [number, number];
  const scores = draw(200, [count, width], 6).data;
  const known = Array.from({ length: count }, (_, i) => i % classes);
  for (const [i, label] of known.entries()) scores[i * width + label * 2] = (scores[i * width + label * 2] as number) + 3;
  const probabilities = softmaxRows(scores, width);
  const rows = known.map((_, i) => probabilities.subarray(i * width, (i + 1) * width));
  close(reverseRelation({ rows, labels: known }, classes).flat(), relation, 1e-3);
});
