// Dense, embedding, norm, attention and container layers: parameters, shapes, and what is refused. Their numbers are proved with the networks.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import { specialise } from '../../graph/rewrite.ts';
import { runGraph } from '../../lower/run.ts';
import { openDevice } from '../../runtime/device.ts';
import { createModel, type ModelOptions } from '../create-model.ts';
import { heNormal } from '../initialisers.ts';
import type { Layer } from '../scope.ts';
import { relu } from './activation.ts';
import { encoderLayer, selfAttention } from './attention.ts';
import { dense, flatten } from './dense.ts';
import { embedding, positionalEmbedding } from './embedding.ts';
import { batchNorm, groupNorm, layerNorm } from './norm.ts';
import { residual, sequential } from './sequential.ts';

const { device } = await openDevice('cpu');
const make = (input: readonly number[], layers: Layer | readonly Layer[], options: Partial<ModelOptions> = {}) =>
  createModel({ input, layers: [layers].flat(), ...options });
const run = async (input: readonly number[], layers: Layer | readonly Layer[], numbers: readonly number[], batch = 1): Promise<number[]> => {
  const { graph } = specialise(make(input, layers).graph, { N: batch });
  return toNumbers((await runGraph(graph, { input: tensorOf('float32', numbers, [batch, ...input]) }, { device })).logits as Tensor);
};
const parameters = (model: ReturnType<typeof make>) => model.graph.ofKind('parameter').map(({ id, shape }) => `${id} [${shape}]`);
const count = (model: ReturnType<typeof make>) => model.graph.ofKind('parameter').reduce((sum, { data }) => sum + (data?.data.length ?? 0), 0);

describe('dense', () => {
  test('works over the last axis at any rank', () => {
    expect(parameters(make([7, 3], dense(5)))).toEqual(['dense.weight [5,3]', 'dense.bias [5]']);
    expect(make([7, 3], dense(5, { bias: false })).logits.shape).toEqual(['N', 7, 5]);
    expect(make([3], dense(5)).logits.shape).toEqual(['N', 5]);
  });

  test('starts with Glorot’s bound, or as asked', () => {
    const weight = (layer: Layer) => make([300], layer).graph.value('dense.weight').data?.data as Float32Array;
    const bound = Math.sqrt(6 / 400);
    const drawn = weight(dense(100));
    expect(Math.max(...drawn.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.max(...drawn.map(Math.abs))).toBeGreaterThan(0.99 * bound);
    const deviation = Math.sqrt(weight(dense(100, { init: heNormal })).reduce((sum, x) => sum + x * x, 0) / 30_000);
    expect(deviation / Math.sqrt(2 / 300)).toBeCloseTo(1, 1);
  });

  test.each([0, 1.5, -1])('%d units are refused', (units) => {
    expect(() => dense(units)).toThrow(`\`units\` (=${units}) of a dense layer must be a whole number of at least 1.`);
  });
});

test('flatten keeps the batch', () => {
  expect(make([2, 3, 4], flatten()).logits.shape).toEqual(['N', 24]);
});

describe('embedding', () => {
  test('a row for each token and each position', () => {
    const model = make([6], [embedding(50, 4), positionalEmbedding()], { dtype: 'int64' });
    expect(parameters(model)).toEqual(['embedding.weight [50,4]', 'positionalEmbedding.weight [6,4]']);
    expect(model.logits.shape).toEqual(['N', 6, 4]);
  });

  test('what does not fit is refused', () => {
    expect(() => make([6], embedding(50, 4))).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`embedding\` picks rows by index, but its input is float32; give the model \`dtype: 'int64'\`.]`,
    );
    expect(() => make([6], positionalEmbedding())).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`positionalEmbedding\` takes [N, L, D] with known L and D, not [N, 6].]`,
    );
  });
});

describe('norms', () => {
  test('parameters and buffers', () => {
    expect(make([6, 2, 2], [batchNorm(), groupNorm(3), layerNorm()]).groups.map(({ members }) => members.length)).toEqual([4, 2, 2]);
    expect([count(make([6, 2, 2], batchNorm())), count(make([6, 2, 2], groupNorm(3))), count(make([6, 2, 2], layerNorm()))]).toEqual([12, 12, 4]);
  });

  test('groupNorm gives each group mean 0 and variance 1, whatever the batch', async () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 24, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(values, fc.constantFrom(1, 2, 4), async (numbers, groups) => {
        const spread = numbers.map((x, i) => x + 7 * i);
        const y = await run([4, 3], groupNorm(groups), spread, 2);
        const size = 12 / groups;
        for (let at = 0; at < 24; at += size) {
          const group = y.slice(at, at + size);
          const mean = group.reduce((a, b) => a + b, 0) / size;
          expect(mean).toBeCloseTo(0, 4);
          expect(group.reduce((sum, x) => sum + (x - mean) ** 2, 0) / size).toBeCloseTo(1, 3);
        }
      }),
      { numRuns: 10 },
    );
  });

  test('one group over one axis of channels is layerNorm', async () => {
    const numbers = [1, -2, 3.5, 8];
    const [group, layer] = [await run([4], groupNorm(1), numbers), await run([4], layerNorm(), numbers)];
    for (const [i, x] of group.entries()) expect(x).toBeCloseTo(layer[i] as number, 5);
  });

  test('what makes no sense is refused', () => {
    expect(() => batchNorm({ momentum: 1.1 })).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`momentum\` (=1.1) of a batch norm must lie in [0, 1].]`,
    );
    expect(() => make([6, 2], groupNorm(4))).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`groupNorm\`: \`groups\` (=4) must divide the channels of its input [N, C, ...], which is [N, 6, 2].]`,
    );
    expect(() => make([6, 2], groupNorm(0, { name: 'norm' }))).toThrow('`norm`: `groups` (=0) must divide the channels');
  });
});

describe('attention', () => {
  test('keeps the shape; four dense layers', () => {
    const model = make([5, 8], selfAttention(2));
    expect(model.logits.shape).toEqual(['N', 5, 8]);
    expect(count(model)).toBe(4 * (8 * 8 + 8));
  });

  test('without positions, tokens that change places change places in the result', async () => {
    const layer = selfAttention(2);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 12, maxLength: 12 }), async (numbers) => {
        const rows = [0, 1, 2].map((i) => numbers.slice(4 * i, 4 * i + 4));
        const y = await run([3, 4], layer, rows.flat());
        const z = await run([3, 4], layer, [rows[2], rows[0], rows[1]].flat() as number[]);
        for (let i = 0; i < 12; i++) expect(z[i]).toBeCloseTo(y[(i + 8) % 12] as number, 4);
      }),
      { numRuns: 10 },
    );
  });

  test('heads that do not divide the width are refused', () => {
    expect(() => make([5, 8], selfAttention(3))).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`attention\`: \`heads\` (=3) must divide the last axis of its input [N, L, D], which is [N, 5, 8].]`,
    );
    expect(() => make([5, 8], encoderLayer({ heads: 0, hidden: 4 }))).toThrow('`encoder/attend/body/attention`: `heads` (=0)');
    expect(() => make([8], selfAttention(2))).toThrow('which is [N, 8]');
  });

  test('encoder layers have the parameters of PyTorch’s, and a dropout at the end of each part', () => {
    const model = make([5, 8], encoderLayer({ heads: 2, hidden: 16, dropout: 0.1 }));
    expect(count(model)).toBe(4 * (64 + 8) + 2 * 16 + (8 * 16 + 16) + (16 * 8 + 8));
    expect(model.graph.nodes.filter(({ op }) => op === 'Dropout')).toHaveLength(2);
  });
});

describe('containers', () => {
  test('residual adds its input, or what the shortcut makes of it', async () => {
    expect(await run([3], residual(relu()), [-1, 2, 3])).toEqual([-1, 4, 6]);
    expect(await run([3], residual(relu(), relu()), [-1, 2, 3])).toEqual([0, 4, 6]);
  });

  test('names form paths, and everything within belongs to the group of the outermost', () => {
    const inner = sequential([dense(4), dense(4)], 'inner');
    const model = make([4], [residual(inner, undefined, 'block'), dense(2, { name: 'top' })]);
    expect(parameters(model)).toEqual([
      'block.body.dense1.weight [4,4]',
      'block.body.dense1.bias [4]',
      'block.body.dense2.weight [4,4]',
      'block.body.dense2.bias [4]',
      'top.weight [2,4]',
      'top.bias [2]',
    ]);
    expect(model.groups.map(({ name }) => name)).toEqual(['block', 'top']);
    expect(model.parameters.get('block.body.dense2.bias')?.layer).toBe('block/body/dense2');
  });
});
