// Adapters as PEFT makes and trains them (tests/golden/make_golden_adapters.py, in float64): its files are read, give the same scores, learn the same in a
// step of gradient descent, and are written again byte for byte but for what names Graft.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  dataset,
  evaluate,
  finish,
  fit,
  loadAdapter,
  loadOnnx,
  type Model,
  mergeAdapters,
  readState,
  saveAdapter,
  type Tensor,
  tensorOf,
  toNumbers,
} from '../src/index.ts';

interface Golden {
  readonly lr: number;
  readonly networks: readonly {
    readonly name: string;
    readonly input: { readonly dims: readonly number[]; readonly values: readonly number[] };
    readonly target: readonly number[];
    readonly onnx: Readonly<Record<string, string>>;
    readonly logits: readonly number[];
    readonly adapters: readonly {
      readonly kind: string;
      readonly files: Readonly<Record<string, string>>;
      readonly logits: readonly number[];
      readonly after: Readonly<Record<string, { readonly dims: readonly number[]; readonly values: readonly number[] }>>;
    }[];
  }[];
}

const golden = JSON.parse(readFileSync(new URL('golden/adapters.json', import.meta.url), 'utf8')) as Golden;
const folder = mkdtempSync(join(tmpdir(), 'graft-adapters-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Of float32 against float64, relative to the largest number. */
const TOLERANCE = 2e-6;
const distance = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length ? Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number)))) / Math.max(1, ...b.map(Math.abs)) : Number.NaN;

const cases = golden.networks.flatMap((network) =>
  network.adapters.flatMap((adapter) => {
    // The newer exporter leaves no name to a layer without a bias.
    const exporters = Object.keys(network.onnx).filter((exporter) => exporter === 'torchscript' || adapter.kind === 'rslora');
    return exporters.map((exporter) => ({ title: `${adapter.kind} on ${network.name} (${exporter})`, network, adapter, exporter }));
  }),
);

describe.each(cases)('$title', ({ network, adapter, exporter }) => {
  const path = join(folder, `${network.name}-${adapter.kind}`);
  const file = (name: string) => Buffer.from(adapter.files[name] as string, 'base64');
  const inputs = tensorOf(network.name === 'transformer' ? 'int64' : 'float32', network.input.values, network.input.dims);
  const data = dataset({ name: 'golden', inputs, labels: Int32Array.from(network.target) });
  const scores = async (model: Model) => toNumbers((await evaluate(model, data, { device: 'cpu', threads: 1 })).logits);
  const loaded = async () => {
    const base = await loadOnnx(Buffer.from(network.onnx[exporter] as string, 'base64'));
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'adapter_model.safetensors'), file('adapter_model.safetensors'));
    writeFileSync(join(path, 'adapter_config.json'), file('adapter_config.json'));
    return { base, model: await loadAdapter(base, path) };
  };

  test('gives the same scores, merged too', async () => {
    const { base, model } = await loaded();
    expect(distance(await scores(base), network.logits)).toBeLessThan(TOLERANCE);
    expect(distance(adapter.logits, network.logits)).toBeGreaterThan(1e-2);
    expect(distance(await scores(model), adapter.logits)).toBeLessThan(TOLERANCE);
    expect(distance(await scores(mergeAdapters(model)), adapter.logits)).toBeLessThan(TOLERANCE);
  });

  test('learns the same in one step', async () => {
    const { model } = await loaded();
    const options = {
      epochs: 1,
      batchSize: data.length,
      optimiser: { name: 'sgd', settings: { lr: golden.lr } },
      device: 'cpu',
      threads: 1,
    } as const;
    await finish(fit(model, data, options));
    await saveAdapter(model, join(folder, 'after'));
    const { tensors } = await readState(join(folder, 'after', 'adapter_model.safetensors'));
    const after = new Map([...tensors].map(([name, value]) => [name.replace('base_model.model.', ''), value]));
    expect([...after.keys()].sort()).toEqual(Object.keys(adapter.after).sort());
    for (const [name, { dims, values }] of Object.entries(adapter.after)) {
      const own = after.get(name) as Tensor;
      expect({ name, dims: own.dims }).toEqual({ name, dims });
      expect({ name, near: distance(toNumbers(own), values) < TOLERANCE }).toEqual({ name, near: true });
    }
  });

  test('is written as it was read', async () => {
    const { model } = await loaded();
    await saveAdapter(model, join(folder, 'again'));
    const [own, peft] = await Promise.all([join(folder, 'again'), path].map((one) => readState(join(one, 'adapter_model.safetensors'))));
    expect([...(own?.tensors.keys() ?? [])].sort()).toEqual([...(peft?.tensors.keys() ?? [])].sort());
    for (const [name, { dtype, dims, data: values }] of peft?.tensors ?? []) expect(own?.tensors.get(name)).toEqual({ dtype, dims, data: values });
  });
});
