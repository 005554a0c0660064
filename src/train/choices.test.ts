import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tensor, zeros } from '../core/tensor.ts';
import { dataset, type ExampleSource } from '../data/dataset.ts';
import { Builder } from '../graph/builder.ts';
import { createModel } from '../nn/create-model.ts';
import { modelOf } from '../nn/import/model-of.ts';
import { relu } from '../nn/layers/activation.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense } from '../nn/layers/dense.ts';
import { globalAveragePool } from '../nn/layers/pool.ts';
import type { Model } from '../nn/model.ts';
import { savedBatchSize } from './checkpoint.ts';
import { choicesFor, exampleBytes, exampleSizes, type Wanted } from './choices.ts';
import type { StartEvent } from './events.ts';
import { fit } from './fit.ts';

const small = createModel({ input: [16], layers: [dense(8), relu(), dense(4)] });
// 64 x 64 x 64 results twice, of 4 bytes each: 2 MiB an example.
const large = createModel({ input: [3, 64, 64], layers: [conv(64, 3, { padding: 1 }), relu(), globalAveragePool(), dense(4)] });
const open = { accumulate: 1, recompute: false };
const [MIB, GIB] = [2 ** 20, 2 ** 30];
const chosen = (model: Model, length: number, wanted: Wanted, free: number) => choicesFor({ model, sizes: {}, length }, wanted, free);

test('the batch is a power of two, a tenth of few examples, 32 of many, and never more than there are', () => {
  const batches = [3, 5, 40, 100, 160, 319, 320, 50_000].map((length) => chosen(small, length, open, GIB).batchSize);
  expect(batches).toEqual([2, 4, 4, 8, 16, 16, 32, 32]);
  expect(chosen(small, 400, { ...open, accumulate: 4 }, GIB).batchSize).toBe(8);
});

test('an example of the network takes about the bytes of all results of its forward pass', () => {
  expect(exampleBytes(large, {})).toBe(2 * MIB + 2 * 64 * 4 + 4 * 4);
});

/** Takes pictures of any size, or, as rows of numbers of any length, the mean of each. */
function openModel(sizes: readonly [string, string]): Model {
  const g = new Builder('open');
  const weight = (id: string, dims: readonly number[]) => g.parameter(id, zeros('float32', dims), id);
  const maps = g.relu(g.op('Conv', [g.input('image', 'float32', ['N', 3, ...sizes]), weight('conv.weight', [8, 3, 3, 3])], { pads: [1, 1, 1, 1] }));
  const flat = g.op('Flatten', [g.op('GlobalAveragePool', [maps])]);
  g.output('logits', g.op('Gemm', [flat, weight('head.weight', [4, 8]), weight('head.bias', [4])], { transB: 1 }));
  return modelOf(g);
}

test('sizes that a model leaves open are those of the data', async () => {
  const model = openModel(['H', 'W']);
  const pictures = (side: number) =>
    dataset({ inputs: zeros('float32', [20, 3, side, side]), labels: Int32Array.from({ length: 20 }, (_, i) => i % 4) });
  const bytes = async (side: number) => exampleBytes(model, await exampleSizes(model, pictures(side)));
  expect(await exampleSizes(model, pictures(16))).toEqual({ N: 1, H: 16, W: 16 });
  expect(await bytes(16)).toBe(2 * 8 * 16 * 16 * 4 + 2 * 8 * 4 + 4 * 4);
  expect(await bytes(256)).toBe(2 * 8 * 256 * 256 * 4 + 2 * 8 * 4 + 4 * 4);
  // 32 of 16 KiB in 2 MiB, and none of 4 MiB.
  for (const [side, batchSize] of [
    [16, 32],
    [256, 1],
  ] as const) {
    const sizes = await exampleSizes(model, pictures(side));
    expect(choicesFor({ model, sizes, length: 1000 }, open, 2 * MIB).batchSize).toBe(batchSize);
  }
  expect(await exampleSizes(large, pictures(64))).toEqual({});
});

test('where examples differ in size, it is that of the longest of some', async () => {
  const model = openModel(['L', 'L2']);
  // The 100th is the longest by far.
  const lengthOf = (i: number) => (i === 99 ? 300 : 5 + (i % 3));
  const rows: ExampleSource = {
    name: 'rows',
    length: 100,
    inputShape: [3, 'L', 1],
    inputDtype: 'float32',
    classes: undefined,
    gather: (at) => ({ inputs: zeros('float32', [at.length, 3, Math.max(...Array.from(at, lengthOf)), 1]), labels: undefined }),
  };
  expect(await exampleSizes(model, rows)).toEqual({ N: 1, L: 300, L2: 1 });
});

test('the batch takes at most half of the memory that is free; recomputing makes room for twice as many', () => {
  expect(chosen(large, 1000, open, GIB).words).toEqual(['batch size 32']);
  expect(chosen(large, 1000, open, 50 * MIB).words).toMatchInlineSnapshot(`
    [
      "batch size 8: twice as many would take 32 MiB of the 50 MiB that are free",
    ]
  `);
  expect(chosen(large, 1000, { ...open, recompute: true }, 50 * MIB).batchSize).toBe(16);
  expect(chosen(large, 1000, open, 1).batchSize).toBe(1);
});

test('a run that goes on keeps its batch, whatever memory is free now', () => {
  expect(chosen(large, 1000, { ...open, saved: 16 }, 1)).toEqual({
    batchSize: 16,
    threads: undefined,
    words: ['batch size 16, as the run began with'],
  });
});

test('its batch is read from the checkpoint', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-choices-'));
  try {
    const values = Float32Array.from({ length: 100 * 16 }, (_, i) => Math.sin(i));
    const labels = Int32Array.from({ length: 100 }, (_, i) => i % 4);
    const data = dataset({ name: 'sines', inputs: tensor('float32', [100, 16], values), labels });
    const begun = async (epochs: number) => {
      let start: StartEvent | undefined;
      for await (const event of fit(small, data, { epochs, checkpoints: { folder } })) if (event.type === 'start') start = event;
      return start;
    };
    expect(await begun(1)).toMatchObject({ batchSize: 8, stepsPerEpoch: 13 });
    expect(await savedBatchSize(folder)).toBe(8);
    const again = await begun(2);
    expect(again?.from.update).toBe(13);
    expect(again?.chosen[0]).toBe('batch size 8, as the run began with');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a tiny network gets one thread; what is asked for is kept, without a word', () => {
  expect(chosen(small, 100, open, GIB)).toEqual({
    batchSize: 8,
    threads: 1,
    words: ['batch size 8: there are only 100 examples', '1 thread: the network is too small for more to help'],
  });
  expect(chosen(small, 100, { ...open, batchSize: 50, threads: 2 }, GIB)).toEqual({ batchSize: 50, threads: 2, words: [] });
});
