import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../../tests/support/small-problem.ts';
import { stream } from '../../core/rng.ts';
import { tensor } from '../../core/tensor.ts';
import { dataset } from '../../data/dataset.ts';
import { createModel } from '../../nn/create-model.ts';
import { loadOnnx } from '../../nn/import/load-onnx.ts';
import { relu } from '../../nn/layers/activation.ts';
import { conv } from '../../nn/layers/conv.ts';
import { dense } from '../../nn/layers/dense.ts';
import { globalAveragePool } from '../../nn/layers/pool.ts';
import { stateOf } from '../../nn/model.ts';
import { evaluate } from '../../train/evaluate.ts';
import { exportOnnx } from '../../train/export-onnx.ts';
import { finish, fit } from '../../train/fit.ts';
import { head2toe } from './head2toe.ts';
import { probedLayers, probeGraph } from './layers.ts';

const { train, test } = await smallDigits();
const options = { epochs: 20, batchSize: 16, optimiser: { name: 'adam', settings: { lr: 0.01 } }, device: 'cpu', threads: 1 } as const;
const source = smallModel(1);
await finish(fit(source, train, { ...smallOptions, epochs: 2 }));
const fixture = (name: string) => loadOnnx(fileURLToPath(new URL(`../../../tests/fixtures/zoo/${name}.onnx`, import.meta.url)));

it('learns, the same each time, gives a model that can be exported, and leaves the source as it is', async () => {
  const before = modelHash(source);
  const events: string[] = [];
  const run = head2toe(source, train, { fraction: 0.5, fit: options });
  let next = await run.next();
  for (; !next.done; next = await run.next()) if (next.value.type === 'phase') events.push(next.value.name);
  const probe = next.value;
  expect(events).toEqual(['select', 'probe']);
  expect((await evaluate(probe, test)).accuracy).toBeGreaterThan(0.45);
  expect(modelHash(source)).toBe(before);
  expect(modelHash(await finish(head2toe(source, train, { fraction: 0.5, fit: options })))).toBe(modelHash(probe));
  expect(probe.groups.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['conv shared', 'norm shared', 'head head']);
  const folder = await mkdtemp(join(tmpdir(), 'probe-'));
  try {
    expect((await exportOnnx(probe, join(folder, 'probe.onnx'))).difference).toBeLessThan(1e-5);
  } finally {
    await rm(folder, { recursive: true });
  }
  for (const { data } of stateOf(probe).values()) (data as Float32Array).fill(7);
  expect(modelHash(source)).toBe(before);
});

it('probes a model that it made itself', async () => {
  const short = { fraction: 0.5, fit: { ...options, epochs: 1 } };
  const once = await finish(head2toe(source, train, short));
  const twice = await finish(head2toe(once, train, short));
  const names = twice.graph.nodes.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

it('keeps the features that tell the classes apart', async () => {
  const count = 120;
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const values = stream(0, 'noise').normals(count * 6);
  // Of six numbers the second and the fifth depend on the class.
  labels.forEach((label, i) => {
    for (const at of [1, 4]) values[6 * i + at] = (values[6 * i + at] as number) * 0.2 + 2 * label - 1;
  });
  const data = dataset({ name: 'six', inputs: tensor('float32', [count, 6], Float32Array.from(values)), labels });
  const model = createModel({ input: [6], layers: [dense(6, { name: 'same' }), dense(2, { name: 'old' })] });
  const identity = stateOf(model).get('same.weight')?.data as Float32Array;
  identity.fill(0);
  for (let i = 0; i < 6; i++) identity[7 * i] = 1;
  const probe = await finish(head2toe(model, data, { fraction: 1 / 3, lasso: 0.01, fit: options }));
  expect(stateOf(probe).get('head.weight')?.dims).toEqual([2, 2]);
  const gather = probe.graph.nodes.find(({ op }) => op === 'Gather');
  expect(Array.from(gather?.inputs[1]?.data?.data as BigInt64Array, Number)).toEqual([1, 4]);
  expect((await evaluate(probe, data)).accuracy).toBe(1);
});

it('leaves out what no kept feature needs', async () => {
  const probe = await finish(head2toe(source, train, { layers: ['conv'], fit: { ...options, epochs: 1 } }));
  expect(probe.groups.map(({ name }) => name)).toEqual(['conv', 'head']);
  expect([...stateOf(probe).keys()]).toEqual(['conv.weight', 'conv.bias', 'head.weight', 'head.bias']);
});

it('finds what the blocks of other networks hand on', async () => {
  const layers = async (name: string) => probedLayers(await fixture(name)).map(({ name: block, value }) => `${block} [${value.shape.join()}]`);
  expect((await layers('resnet18')).slice(-3)).toMatchInlineSnapshot(`
    [
      "layer2.0 [N,4,4,4]",
      "layer3.0 [N,8,2,2]",
      "layer4.0 [N,16]",
    ]
  `);
  expect(await layers('bert')).toMatchInlineSnapshot(`
    [
      "bert.embeddings [2,12,8]",
      "bert.encoder.layer.0 [2,12,8]",
      "bert.encoder.layer.1 [2,8]",
      "bert.pooler [2,8]",
    ]
  `);
  expect(await layers('swin_tiny_patch4_window7_224')).toMatchInlineSnapshot(`
    [
      "patch_embed [N,8,8,8]",
      "layers.0 [N,4,4,32]",
      "layers.1 [N,4,4,16]",
      "norm [N,16]",
    ]
  `);
});

it('averages over places, not channels, where images have as many rows as channels', () => {
  const layers = [conv(8, 3, { padding: 'same' }), relu(), conv(5, 3), relu(), globalAveragePool(), dense(3)];
  const model = createModel({ input: [1, 8, 20], layers });
  expect(probeGraph(model, probedLayers(model)).probe.shape).toEqual(['N', 8 + 5]);
});

it('refuses layers, shares and options that there are not', async () => {
  const failure = (given: object) => finish(head2toe(source, train, given)).then(String, (error: Error) => error.message);
  const lines = await Promise.all(
    [{ layers: ['convv'] }, { layers: ['logits'] }, { fraction: 0 }, { lasso: -1 }, { fit: { freeze: ['conv'] } }].map(failure),
  );
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "\`layers\`: "convv" names no block before the head of model \`small\`: did you mean \`conv\`?
    \`layers\`: "logits" names no block before the head of model \`small\`: known are \`conv\`, \`norm\`.
    \`fraction\` (=0) must be above 0 and at most 1.
    \`lasso\` (=-1) must be at least 0.
    \`fit\`: there is no option \`freeze\`; known are \`epochs\`, \`batchSize\`, \`loss\`, \`optimiser\`, \`schedule\`, \`clipNorm\`, \`seed\`, \`signal\`, \`device\`, \`threads\`."
  `);
  const abort = AbortSignal.abort();
  await expect(failure({ fit: { ...options, signal: abort } })).resolves.toMatch(/was stopped before its head had learnt/);
});
