// Training on examples that change by chance: each epoch its own, exact on resuming, read ahead, mixed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../tests/support/small-problem.ts';
import { stream } from '../core/rng.ts';
import { tensor } from '../core/tensor.ts';
import { mixedSource } from '../data/augment/mixed-source.ts';
import { softLabelled } from '../data/augment/soft-labels.ts';
import type { ExampleSource, Pass } from '../data/dataset.ts';
import { photoLoader } from '../data/loading/photo-loader.ts';
import { createModel } from '../nn/create-model.ts';
import { relu } from '../nn/layers/activation.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense } from '../nn/layers/dense.ts';
import { globalAveragePool } from '../nn/layers/pool.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import { finish, fit } from './fit.ts';
import type { FitOptions } from './fit-options.ts';

const { train, test: held } = await smallDigits();
const root = mkdtempSync(join(tmpdir(), 'graft-augmented-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Call {
  readonly kind: 'gather' | 'prefetch';
  readonly indices: readonly number[];
  readonly epoch: number | undefined;
}

/** Tells what is asked of a source. */
function recorded(source: ExampleSource): { source: ExampleSource; calls: Call[] } {
  const calls: Call[] = [];
  const note = (kind: Call['kind'], indices: ArrayLike<number>, pass?: Pass) =>
    calls.push({ kind, indices: Array.from(indices), epoch: pass?.epoch });
  return {
    calls,
    source: {
      ...source,
      gather: (indices, pass) => {
        note('gather', indices, pass);
        return source.gather(indices, pass);
      },
      prefetch: (indices, pass) => {
        note('prefetch', indices, pass);
      },
    },
  };
}

test('training asks for the examples of an epoch by its number, evaluation without, and says what it will ask for next', async () => {
  const [learnt, evaluated] = [recorded(train), recorded(held)];
  await finish(fit(smallModel(), learnt.source, { ...smallOptions, validation: evaluated.source }));
  const asked = learnt.calls.filter(({ kind, epoch }) => kind === 'gather' && epoch !== undefined);
  // Three epochs of 25 batches of 8, two to an update.
  expect(asked.map(({ epoch }) => epoch)).toEqual([0, 1, 2].flatMap((epoch) => Array<number>(25).fill(epoch)));
  expect(new Set(evaluated.calls.map(({ epoch }) => epoch))).toEqual(new Set([undefined]));
  const told = learnt.calls.filter(({ kind }) => kind === 'prefetch');
  expect(told).toHaveLength(3 * 13 - 1);
  for (const { indices, epoch } of told) expect(asked).toContainEqual({ kind: 'gather', indices, epoch });
  // Each is told before it is asked for.
  for (const call of told) {
    const gathered = learnt.calls.findIndex(
      ({ kind, epoch, indices }) => kind === 'gather' && epoch === call.epoch && indices.join() === call.indices.join(),
    );
    expect(learnt.calls.indexOf(call)).toBeLessThan(gathered);
  }
});

/** Small colour pictures whose class is their colour. */
const photos = Array.from({ length: 40 }, (_, n) => {
  const [height, width] = [20 + (n % 5), 24];
  const noise = stream(2, 'picture', n).uniforms(height * width * 3);
  return { height, width, data: Uint8Array.from(noise, (value, i) => 120 * value + (i % 3 === n % 2 ? 100 : 20)) };
});
const labels = photos.map((_, n) => n % 2);
const layers = [conv(6, 3, { name: 'conv' }), relu(), globalAveragePool(), dense(2, { name: 'head' })];
const model = () => createModel({ name: 'colours', input: [3, 16, 16], layers, seed: 1 });
const input = { resize: { size: [16, 16] }, mean: [0.5], std: [0.25] } as const;
const options = {
  epochs: 3,
  batchSize: 8,
  seed: 4,
  device: 'cpu',
  threads: 1,
  optimiser: { name: 'adam', settings: { lr: 0.02 } },
} as const satisfies FitOptions;

test('a run on augmented, mixed photos that was stopped in the midst of an epoch and resumed has the weights of one that was not', async () => {
  const run = async (folder: string, stopAt = 0, minArea = 0.2) => {
    const abort = new AbortController();
    const augment = { crop: { minArea }, flip: {}, erasing: {} };
    const loader = photoLoader({ name: 'colours', photos, labels, input, augment, workers: 1, seed: 4 });
    const mixed = mixedSource(loader, { mixup: {}, cutmix: {}, seed: 4 });
    const own = model();
    const given = { ...options, loss: crossEntropy({ labels: 'soft' }), checkpoints: { folder: join(root, folder) }, signal: abort.signal };
    try {
      for await (const event of fit(own, mixed, given)) if (event.type === 'step' && event.position.update === stopAt) abort.abort();
      return modelHash(own);
    } catch (error) {
      return (error as Error).message.replaceAll(root, '<root>');
    } finally {
      await loader.close();
    }
  };
  const whole = await run('whole');
  expect(await run('cut', 7)).not.toBe(whole);
  // Changes of another strength are other data.
  expect(await run('cut', 0, 0.3)).toMatchInlineSnapshot(
    `"<root>/cut/update-000000008 is of another run. What differs: the training data. Choose another folder for this run, or remove those checkpoints."`,
  );
  expect(await run('cut')).toBe(whole);
}, 240_000);

test('mixed examples teach, measured on soft labels of examples as they are', async () => {
  const loader = photoLoader({ name: 'colours', photos, labels, input, augment: { crop: {}, flip: {} }, workers: 1 });
  const own = model();
  try {
    const data = mixedSource(loader, { mixup: {}, seed: 4 });
    const losses: number[] = [];
    for await (const event of fit(own, data, { ...options, epochs: 12, loss: crossEntropy({ labels: 'soft' }), validation: softLabelled(loader) })) {
      if (event.type === 'evaluation') losses.push(event.loss);
    }
    expect(losses.at(-1)).toBeLessThan(0.5 * Math.LN2);
  } finally {
    await loader.close();
  }
});

test('what is not finite in an augmented example is found in the epoch where it is', async () => {
  const spoilt: ExampleSource = {
    ...train,
    varies: true,
    gather: (at, pass) => {
      const { inputs, labels } = train.gather(at);
      const values = (inputs.data as Float32Array).slice();
      Array.from(at).forEach((index, i) => {
        if (index === 42 && pass?.epoch === 1) values[64 * i] = Number.NaN;
      });
      return { inputs: tensor('float32', inputs.dims, values as Float32Array<ArrayBuffer>), labels };
    },
  };
  await expect(finish(fit(smallModel(), spoilt, { ...smallOptions, batchSize: 50 }))).rejects.toThrow(
    /epoch 2, step \d\), whose loss is not finite: the input holds NaN in example 42 of `train`/,
  );
});
