import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Tensor, tensorOf, toNumbers, zeros } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import { readOnnx } from '../graph/onnx/read.ts';
import { specialise } from '../graph/rewrite.ts';
import { runGraph } from '../lower/run.ts';
import { createModel } from '../nn/create-model.ts';
import { loadOnnx } from '../nn/import/load-onnx.ts';
import { dropout, relu } from '../nn/layers/activation.ts';
import { encoderLayer } from '../nn/layers/attention.ts';
import { conv } from '../nn/layers/conv.ts';
import { dense, flatten } from '../nn/layers/dense.ts';
import { embedding } from '../nn/layers/embedding.ts';
import { batchNorm } from '../nn/layers/norm.ts';
import { maxPool } from '../nn/layers/pool.ts';
import { type Model, stateOf } from '../nn/model.ts';
import type { Layer } from '../nn/scope.ts';
import { openDevice } from '../runtime/device.ts';
import { createSession } from '../runtime/session.ts';
import { exportOnnx } from './export-onnx.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'export-'));
});
afterEach(() => rm(folder, { recursive: true }));

const body = [conv(4, 3, { padding: 'same' }), batchNorm(), relu(), maxPool(2), flatten(), dropout(0.5)];
const digits = createModel({
  name: 'digits',
  input: [1, 8, 8],
  layers: [...body, dense(3, { name: 'head' })],
  classes: ['nought', 'one', 'two'],
  preprocessing: { steps: ['grey', 'resize bilinear 8x8'] },
  seed: 4,
});

async function run(bytes: Uint8Array, feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
  const session = await createSession(bytes, { device: (await openDevice()).device });
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

function images(batch: number): Tensor {
  return tensorOf(
    'float32',
    Array.from({ length: batch * 64 }, (_, i) => Math.sin(i)),
    [batch, 1, 8, 8],
  );
}

it('writes a plain inference graph that any batch runs through', async () => {
  const path = join(folder, 'deep', 'digits.onnx');
  const exported = await exportOnnx(digits, path, { probabilities: true });
  const bytes = await readFile(path);
  expect(exported).toMatchObject({ path, bytes: bytes.length, opset: 18 });
  expect(exported.difference).toBeLessThanOrEqual(1e-6);
  for (const batch of [1, 7]) {
    const own = await runGraph(specialise(digits.graph, { N: batch }).graph, { input: images(batch) });
    const outputs = await run(bytes, { input: images(batch) });
    expect(outputs.logits?.dims).toEqual([batch, 3]);
    const [wanted, given] = [toNumbers(own.logits as Tensor), toNumbers(outputs.logits as Tensor)];
    given.forEach((score, i) => {
      expect(score).toBeCloseTo(wanted[i] as number, 5);
    });
    const row = given.slice(0, 3).map(Math.exp);
    const sum = row.reduce((a, b) => a + b);
    toNumbers(outputs.probabilities as Tensor)
      .slice(0, 3)
      .forEach((p, i) => {
        expect(p).toBeCloseTo((row[i] as number) / sum, 5);
      });
  }
});

it('says what it is', async () => {
  const path = join(folder, 'digits.onnx');
  await exportOnnx(digits, path);
  const graph = readOnnx(await readFile(path));
  expect(Object.fromEntries([...graph.metadata].filter(([key]) => key !== 'graft'))).toEqual({
    labels: '["nought","one","two"]',
    preprocessing: '{"steps":["grey","resize bilinear 8x8"]}',
  });
  expect(graph.metadata.has('graft')).toBe(true);
  expect(graph.nodes.map(({ op }) => op)).toEqual(['Conv', 'BatchNormalization', 'Relu', 'MaxPool', 'Flatten', 'Gemm']);
  expect([...graph.outputs.keys()]).toEqual(['logits']);
  expect(graph.ofKind('input').map(({ name, shape }) => ({ name, shape }))).toEqual([{ name: 'input', shape: ['N', 1, 8, 8] }]);
  expect((await readFile(path)).toString('latin1')).toContain('digits, trained with Graft. Input `input`: float32 [N, 1, 8, 8].');
});

it('takes a newer opset where an op needs it, and samples for integers', async () => {
  const layers = [embedding(11, 8), encoderLayer({ heads: 2, hidden: 8, dropout: 0.1 }), flatten(), dense(2)];
  const text = createModel({ name: 'text', input: [5], dtype: 'int64', layers });
  const path = join(folder, 'text.onnx');
  await expect(exportOnnx(text, path)).rejects.toThrow('Model `text` takes int64 [N, 5] inputs; give some as `samples` to check the file on.');
  const samples = tensorOf('int64', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [2, 5]);
  expect(await exportOnnx(text, path, { samples })).toMatchObject({ opset: 20 });
  expect((await run(await readFile(path), { input: samples })).logits?.dims).toEqual([2, 2]);
});

describe('writes nothing, and leaves an earlier file alone,', () => {
  const refused = async (model: Model, options: Parameters<typeof exportOnnx>[2], message: string, meanwhile = () => {}) => {
    const path = join(folder, 'model.onnx');
    await writeFile(path, 'earlier');
    const writing = exportOnnx(model, path, options);
    meanwhile();
    await expect(writing).rejects.toThrow(message);
    expect(await readFile(path, 'utf8')).toBe('earlier');
    expect(await readdir(folder)).toEqual(['model.onnx']);
  };
  const withLayer = (build: Layer['build']) =>
    createModel({ name: 'odd', input: [8], layers: [dense(8), { kind: 'odd', build }, dense(2, { name: 'head' })] });

  it('when the file would not give the scores of the model', async () => {
    const model = withLayer((_, x) => x);
    await refused(model, {}, 'The exported graph of `odd` differs from the model by ', () => {
      for (const { data } of stateOf(model).values()) (data as Float32Array).fill(7);
    });
  });

  it('when the scores are not finite', async () => {
    await refused(
      withLayer(({ g }, x) => g.log(g.sub(-1, g.abs(x)))),
      {},
      'A score of model `odd` is NaN on the inputs that the export is checked on',
    );
  });

  it('when an op is not of ONNX', async () => {
    const fused = withLayer(({ g }, x) => g.append('FusedThing', [x], {}, { domain: 'com.acme', types: [x] }).outputs[0] ?? x);
    await refused(fused, {}, "FusedThing node `odd/FusedThing` of model `odd` is not of ONNX's own domain and cannot be exported.");
  });

  it('when the model is too large for one file', async () => {
    const g = new Builder('large');
    const input = g.input('input', 'float32', ['N', 1]);
    const logits = g.output('logits', g.matMul(input, g.parameter('w', zeros('float32', [1, 2 ** 29]))));
    const large: Model = { name: 'large', graph: g, input, logits, features: input, parameters: new Map(), groups: [], seed: 0 };
    await refused(large, {}, 'Model `large` holds 2.0 GiB of parameters, but one ONNX file holds at most 2 GiB; save it with `saveState`.');
  });

  it('when options do not fit', async () => {
    await refused(digits, { tolerance: -1 }, '`tolerance` (=-1) must be at least 0.');
    const message = '`samples` are float32 [2, 8, 8], but model `digits` takes float32 [N, 1, 8, 8] with N at least 1.';
    await refused(digits, { samples: zeros('float32', [2, 8, 8]) }, message);
  });
});

it('stores weights in 16 bits where asked, and as the file had them that the model was read from', async () => {
  const [whole, half, again] = ['whole', 'half', 'again'].map((name) => join(folder, `${name}.onnx`)) as [string, string, string];
  const wide = createModel({
    name: 'wide',
    input: [1, 8, 8],
    layers: [flatten(), dense(256, { name: 'hidden' }), relu(), dense(3, { name: 'head' })],
  });
  const { bytes } = await exportOnnx(wide, whole);
  const exported = await exportOnnx(wide, half, { weights: 'float16' });
  const weights = [...stateOf(wide).values()].reduce((sum, { data }) => sum + data.length, 0);
  expect(bytes - exported.bytes).toBeGreaterThan(1.5 * weights);
  expect(exported.difference).toBeGreaterThan(0);
  const [from, to] = await Promise.all([whole, half].map(async (path) => run(await readFile(path), { input: images(2) })));
  const scores = toNumbers(from?.logits as Tensor);
  toNumbers(to?.logits as Tensor).forEach((score, i) => {
    expect(score).toBeCloseTo(scores[i] as number, 2);
  });
  const read = await loadOnnx(half);
  expect((await exportOnnx(read, again, { weights: 'as read' })).difference).toBeLessThan(1e-6);
  expect((await readFile(again)).length).toBeLessThan(1.02 * exported.bytes);
  expect(await exportOnnx(read, again)).toMatchObject({ difference: expect.any(Number) });
  expect((await readFile(again)).length).toBeGreaterThan(exported.bytes + 1.5 * weights);
});
