import { describe, expect, test } from 'vitest';
import { zeros } from '../../core/tensor.ts';
import { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { createModel } from '../../nn/create-model.ts';
import { modelOf } from '../../nn/import/model-of.ts';
import { dropout, relu } from '../../nn/layers/activation.ts';
import { conv } from '../../nn/layers/conv.ts';
import { dense, flatten } from '../../nn/layers/dense.ts';
import { batchNorm } from '../../nn/layers/norm.ts';
import { maxPool } from '../../nn/layers/pool.ts';
import type { Model } from '../../nn/model.ts';
import type { BatchNormMode } from '../../nn/training-form.ts';
import { type FitOptions, trainableSlots } from '../fit-options.ts';
import { findCut } from './cut.ts';

function cutOf(model: Model, freeze: readonly string[], mode: BatchNormMode = 'frozen', sizes = { N: 8 }, open: readonly string[] = []) {
  const trainable = new Set(trainableSlots(model, { freeze, batchNorm: mode } as FitOptions).map(({ id }) => id));
  const cut = findCut(model, { trainable, batchNorm: mode, sizes, open: new Set(open) });
  return typeof cut === 'object' ? cut.values.map(({ name, dims, input }) => `${name} [${dims}]${input ? ' input' : ''}`) : cut;
}

const layers = (rate = 0) => [
  conv(4, 3, { name: 'conv' }),
  batchNorm({ name: 'norm' }),
  relu(),
  ...(rate > 0 ? [dropout(rate)] : []),
  maxPool(2),
  flatten(),
  dense(6, { name: 'hidden' }),
  relu(),
  dense(3, { name: 'head' }),
];
const network = (rate?: number) => createModel({ input: [1, 8, 8], layers: layers(rate), seed: 1 });

describe('a cut lies', () => {
  test('where the frozen part ends', () => {
    expect(cutOf(network(), ['conv', 'norm', 'hidden'])).toMatchInlineSnapshot(`
      [
        "relu2/Relu_1 [6]",
      ]
    `);
    expect(cutOf(network(), ['conv', 'norm'])).toMatchInlineSnapshot(`
      [
        "flatten/Flatten_1 [36]",
      ]
    `);
    expect(cutOf(network(), [])).toBeUndefined();
  });

  test('before a dropout, and nowhere when nothing frozen comes before', () => {
    expect(cutOf(network(0.5), ['conv', 'norm', 'hidden'])).toMatchInlineSnapshot(`
      [
        "relu1/Relu_1 [4,6,6]",
      ]
    `);
    expect(cutOf(createModel({ input: [4], layers: [dropout(0.5), dense(6, { name: 'a' }), dense(3)] }), ['a'])).toBeUndefined();
    expect(cutOf(createModel({ input: [4], layers: [dropout(0), dense(6, { name: 'a' }), dense(3)] }), ['a'])).toHaveLength(1);
  });

  test('before a batch norm that takes the statistics of the batch, or updates them', () => {
    for (const mode of ['train', 'statistics', { stochastic: 0.5 }, { stochastic: 0 }] as const)
      expect(cutOf(network(), ['conv', 'norm', 'hidden'], mode)).toMatchInlineSnapshot(`
        [
          "conv/Conv_1 [4,6,6]",
        ]
      `);
  });

  test('where little is kept, when more of the work spares hardly more', () => {
    const wide = createModel({ input: [100], layers: [dense(50, { name: 'a' }), dense(2, { name: 'b' }), dense(40, { name: 'c' }), dense(3)] });
    expect(cutOf(wide, ['a', 'b', 'c'])).toMatchInlineSnapshot(`
      [
        "b/Gemm_1 [2]",
      ]
    `);
  });

  test('nowhere when what is frozen is little of the work', () => {
    const wide = createModel({ input: [10], layers: [dense(10, { name: 'a' }), dense(200, { name: 'b' }), dense(10)], seed: 1 });
    expect(cutOf(wide, ['a'])).toBeUndefined();
    expect(cutOf(wide, ['a', 'b'])).toHaveLength(1);
  });

  test('behind a part that learns in the middle of nothing frozen', () => {
    expect(cutOf(network(), ['hidden', 'norm'])).toBeUndefined();
  });
});

/** Tokens `[N, L]` with a mask -> embedding, one more layer, mean over the tokens that count, scores. */
function text({ length = 'L' as string | number, blind = false } = {}): Model {
  const g = new Builder('text');
  const ids = g.input('ids', 'int64', ['N', length]);
  const mask = g.input('mask', 'float32', ['N', length]);
  const weight = (name: string, ...dims: number[]) => g.parameter(name, zeros('float32', dims));
  const word = g.op('Gather', [weight('words', 9, 4), ids]);
  const hidden = g.op('MatMul', [word, weight('mix', 4, 4)]);
  const counted = g.op('Unsqueeze', [mask, g.ints([2])]);
  const sum = (x: Value) => g.op('ReduceSum', [x, g.ints([1])], { keepdims: 0 });
  const count = blind ? g.op('Cast', [g.op('Shape', [ids], { start: 1, end: 2 })], { to: 'float32' }) : sum(counted);
  const scores = g.op('MatMul', [sum(g.mul(hidden, counted)), weight('head', 4, 2)]);
  g.output('logits', blind ? g.div(scores, count) : g.div(scores, count));
  return modelOf(g, { features: hidden.name });
}
const named = (model: Model, ...ids: string[]) => {
  const trainable = new Set(model.graph.ofKind('parameter').flatMap(({ id = '' }) => (ids.includes(id) ? [id] : [])));
  return (sizes: { N: number; L?: number }, open: readonly string[]) => {
    const cut = findCut(model, { trainable, batchNorm: 'frozen', sizes: sizes as Record<string, number>, open: new Set(open) });
    return typeof cut === 'object' ? cut.values.map(({ name, dims, input }) => `${name} [${dims}]${input ? ' input' : ''}`) : cut;
  };
};

describe('texts', () => {
  test('are kept by what is read of them, inputs that the rest reads besides as they are', () => {
    expect(named(text({ length: 5 }), 'mix', 'head')({ N: 2 }, [])).toMatchInlineSnapshot(`
      [
        "mask [5] input",
        "Gather_1 [5,4]",
      ]
    `);
    expect(named(text(), 'head')({ N: 2, L: 5 }, ['L'])).toMatchInlineSnapshot(`
      [
        "ReduceSum_1 [1]",
        "ReduceSum_3 [4]",
      ]
    `);
  });

  test('of differing lengths are not kept where their rows, or what learns, have their length', () => {
    expect(named(text(), 'mix', 'head')({ N: 2, L: 5 }, ['L'])).toMatchInlineSnapshot(
      `"what its frozen part gives is not one row for each example, or differs in size from batch to batch"`,
    );
    expect(named(text({ blind: true }), 'head')({ N: 2, L: 5 }, ['L'])).toMatchInlineSnapshot(
      `"the part that learns depends on the size of a batch"`,
    );
    expect(named(text({ blind: true }), 'head')({ N: 2, L: 5 }, [])).toHaveLength(1);
  });
});

test('a value that is not one row for each example is passed over for one before it', () => {
  const g = new Builder('windows');
  const x = g.input('x', 'float32', ['N', 4, 6]);
  const first = g.op('MatMul', [x, g.parameter('a', zeros('float32', [6, 6]))]);
  const windows = g.op('Reshape', [first, g.ints([-1, 6])]);
  const second = g.op('MatMul', [windows, g.parameter('b', zeros('float32', [6, 3]))]);
  const rows = g.op('MatMul', [second, g.parameter('c', zeros('float32', [3, 2]))]);
  g.output('logits', g.op('Reshape', [rows, g.ints([-1, 8])]));
  expect(named(modelOf(g), 'c')({ N: 2 }, [])).toMatchInlineSnapshot(`
    [
      "MatMul_1 [4,6]",
    ]
  `);
});
