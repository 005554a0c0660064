import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import { type Tensor, tensor } from '../core/tensor.ts';
import { dataset } from '../data/dataset.ts';
import { unitRows } from '../methods/domains/pieces/products.ts';
import { observed } from '../methods/networks/pieces/observed.ts';
import { loadOnnx } from '../nn/import/load-onnx.ts';
import { openDevice } from '../runtime/device.ts';
import { createSession } from '../runtime/session.ts';
import { classMeans, nearnessToMeans } from '../score/unknown.ts';
import { evaluate } from '../train/evaluate.ts';
import { exportOnnx } from '../train/export-onnx.ts';
import { goalOf } from './goal.ts';
import { FAMILIARITY, hasLooks, looksOf, scoresAndLooks, withFamiliarity } from './looks.ts';
import { meanOfTwo } from './mean-of-two.ts';
import type { Reading } from './reading.ts';
import { standardised, standardOf } from './standardise.ts';
import { tableModel } from './table-model.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-looks-'));
afterAll(() => rmSync(root, { recursive: true }));

const [ROWS, WIDTH] = [12, 40];
const goal = goalOf({ kind: 'classification', classes: ['a', 'b', 'c'] });
const values = new Float32Array(ROWS * WIDTH);
stream(1, 'rows').normals(values);
const inputs = tensor('float32', [ROWS, WIDTH], values);
const source = dataset({ name: 'rows', inputs });
const labels = Int32Array.from({ length: ROWS }, (_, i) => i % 3);
// Of a reading, what counts here is its kind.
const readings = { table: { kind: 'table', encoding: [] }, network: { kind: 'image' } as Reading } satisfies Record<string, Reading>;

/** What the exported file says of all rows. */
async function saidBy(path: string): Promise<Float32Array> {
  const { device } = await openDevice();
  const session = await createSession(await readFile(path), { device });
  const { [FAMILIARITY]: familiarity } = await session.run({ input: inputs }, {}, [FAMILIARITY]);
  await session.release();
  return (familiarity as Tensor<'float32'>).data;
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] as number))));

it.each(['table', 'network'] as const)('of a %s is in the graph what it is of the features, also in fewer bits', async (kind) => {
  const reading = readings[kind];
  const model = tableModel({ width: WIDTH, hidden: 32, goal });
  const { scores, looks } = await scoresAndLooks(model, reading, source, {});
  expect([...scores.data]).toEqual(Array.from((await evaluate(model, source)).logits.data, (score) => expect.closeTo(score, 5)));
  expect(looks.dims).toEqual([ROWS, kind === 'table' ? WIDTH : 32]);
  if (kind === 'network') expect(largest(unitRows(looks).data, looks.data)).toBeLessThan(1e-6);
  const means = classMeans(looks.data, labels, 3).filter((mean) => mean !== undefined);
  const wanted = nearnessToMeans(looks.data, means);
  const path = join(root, `${kind}.onnx`);
  await exportOnnx(withFamiliarity(model, reading, means), path);
  const spread = Math.max(...wanted) - Math.min(...wanted);
  expect(largest(await saidBy(path), wanted)).toBeLessThan(1e-4 * spread);
  for (const [weights, within] of [
    ['float16', 0.01],
    ['int8', 0.1],
  ] as const) {
    const small = join(root, `${kind}-${weights}.onnx`);
    await exportOnnx(await loadOnnx(path, { otherOutputs: true }), small, { weights });
    expect(largest(await saidBy(small), wanted), weights).toBeLessThan(within * spread);
  }
  expect([...(await loadOnnx(path)).graph.outputs.keys()]).toEqual(['logits']);
});

it.each(['table', 'network'] as const)('of a %s is measured in the units that are given, which fewer bits leave as they are', async (kind) => {
  const reading = readings[kind];
  const model = tableModel({ width: WIDTH, hidden: 32, goal });
  const rows = kind === 'table' ? inputs : (await observed(model, source, Int32Array.from(labels.keys()), {})).features;
  const standard = standardOf(rows, 'own');
  const looks = looksOf(standardised(rows, standard), reading);
  const means = classMeans(looks.data, labels, 3).filter((mean) => mean !== undefined);
  const wanted = nearnessToMeans(looks.data, means);
  const path = join(root, `${kind}-units.onnx`);
  await exportOnnx(withFamiliarity(model, reading, means, standard), path);
  const spread = Math.max(...wanted) - Math.min(...wanted);
  expect(largest(await saidBy(path), wanted)).toBeLessThan(1e-4 * spread);
  const small = join(root, `${kind}-units-float16.onnx`);
  await exportOnnx(await loadOnnx(path, { otherOutputs: true }), small, { weights: 'float16' });
  expect(largest(await saidBy(small), wanted)).toBeLessThan(0.02 * spread);
});

it('is known of the network in a mean of two, and of no rows of words', async () => {
  const [network, linear] = await Promise.all(
    [32, undefined].map(async (hidden) => {
      const model = tableModel({ width: WIDTH, hidden, goal });
      const { logits } = await evaluate(model, source);
      const reader = { reading: readings.network, sourceOf: async () => source };
      return { name: '', about: '', complexity: 1, model, reader, validation: logits, trainable: 0, seconds: 0 };
    }),
  );
  if (!network || !linear) throw new Error('Two models were made.');
  const alone = await scoresAndLooks(network.model, readings.network, source, {});
  const both = await scoresAndLooks(meanOfTwo(network, linear, 3).model, readings.network, source, {});
  expect(largest(alone.looks.data, both.looks.data)).toBeLessThan(1e-6);
  expect(hasLooks(linear.model, { kind: 'words', vocabulary: [] })).toBe(false);
});
