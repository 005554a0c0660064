import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tensor } from '../core/tensor.ts';
import { dataset } from '../data/dataset.ts';
import { createModel } from '../nn/create-model.ts';
import { relu } from '../nn/layers/activation.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense } from '../nn/layers/dense.ts';
import { globalAveragePool } from '../nn/layers/pool.ts';
import { savedBatchSize } from './checkpoint.ts';
import { choicesFor, exampleBytes } from './choices.ts';
import type { StartEvent } from './events.ts';
import { fit } from './fit.ts';

const small = createModel({ input: [16], layers: [dense(8), relu(), dense(4)] });
// 64 x 64 x 64 results twice, of 4 bytes each: 2 MiB an example.
const large = createModel({ input: [3, 64, 64], layers: [conv(64, 3, { padding: 1 }), relu(), globalAveragePool(), dense(4)] });
const open = { accumulate: 1, recompute: false };
const [MIB, GIB] = [2 ** 20, 2 ** 30];

test('the batch is a power of two, a tenth of few examples, 32 of many, and never more than there are', () => {
  const batches = [3, 5, 40, 100, 160, 319, 320, 50_000].map((length) => choicesFor(small, length, open, GIB).batchSize);
  expect(batches).toEqual([2, 4, 4, 8, 16, 16, 32, 32]);
  expect(choicesFor(small, 400, { ...open, accumulate: 4 }, GIB).batchSize).toBe(8);
});

test('an example of the network takes about the bytes of all results of its forward pass', () => {
  expect(exampleBytes(large)).toBe(2 * MIB + 2 * 64 * 4 + 4 * 4);
});

test('the batch takes at most half of the memory that is free; recomputing makes room for twice as many', () => {
  expect(choicesFor(large, 1000, open, GIB).words).toEqual(['batch size 32']);
  expect(choicesFor(large, 1000, open, 50 * MIB).words).toMatchInlineSnapshot(`
    [
      "batch size 8: twice as many would take 32 MiB of the 50 MiB that are free",
    ]
  `);
  expect(choicesFor(large, 1000, { ...open, recompute: true }, 50 * MIB).batchSize).toBe(16);
  expect(choicesFor(large, 1000, open, 1).batchSize).toBe(1);
});

test('a run that goes on keeps its batch, whatever memory is free now', () => {
  expect(choicesFor(large, 1000, { ...open, saved: 16 }, 1)).toEqual({
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
  expect(choicesFor(small, 100, open, GIB)).toEqual({
    batchSize: 8,
    threads: 1,
    words: ['batch size 8: there are only 100 examples', '1 thread: the network is too small for more to help'],
  });
  expect(choicesFor(small, 100, { ...open, batchSize: 50, threads: 2 }, GIB)).toEqual({ batchSize: 50, threads: 2, words: [] });
});
