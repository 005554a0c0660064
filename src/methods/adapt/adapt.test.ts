// Adapters on networks of PyTorch's and TensorFlow's exporters: nothing changes at first, merging gives the same answers, the base keeps its bits.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { draw, noise } from '../../../tests/support/noise.ts';
import { modelHash } from '../../../tests/support/small-problem.ts';
import { type GivenOptions, type OptionRecords, resolveOptions } from '../../core/options.ts';
import { sizeOf, type Tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { specialise } from '../../graph/rewrite.ts';
import { runGraph } from '../../lower/run.ts';
import { createModel } from '../../nn/create-model.ts';
import { describeModel, inspect } from '../../nn/import/inspect.ts';
import { loadOnnx } from '../../nn/import/load-onnx.ts';
import { modelOf } from '../../nn/import/model-of.ts';
import { replaceHead } from '../../nn/import/replace-head.ts';
import { relu } from '../../nn/layers/activation.ts';
import { conv } from '../../nn/layers/conv.ts';
import { dense } from '../../nn/layers/dense.ts';
import { globalAveragePool } from '../../nn/layers/pool.ts';
import { BATCH, type Model, parametersOf, stateOf } from '../../nn/model.ts';
import { withSourceHead } from '../../nn/source-head.ts';
import { openDevice } from '../../runtime/device.ts';
import { bitfit } from '../bitfit.ts';
import { dora } from '../dora.ts';
import { ia3 } from '../ia3.ts';
import { strategies } from '../index.ts';
import { lora } from '../lora.ts';
import type { Strategy } from '../strategy/strategy.ts';
import { mergeAdapters } from './adapt.ts';

const { device } = await openDevice('cpu');

const zoo = (name: string) => loadOnnx(fileURLToPath(new URL(`../../../tests/fixtures/zoo/${name}.onnx`, import.meta.url)));
const windows = { stride: 2, dilation: 2, padding: 2 } as const;
const grouped = async () =>
  createModel({
    name: 'grouped',
    input: [4, 9, 9],
    layers: [
      conv(6, 3, { name: 'first', ...windows, groups: 2 }),
      relu(),
      conv(6, 3, { name: 'deep', groups: 6 }),
      globalAveragePool(),
      dense(8),
      relu(),
      dense(3),
    ],
  });
/** Two layers whose biases are rows, and a head. */
const rows = async (size = 6) => {
  const g = new Builder('rows');
  const parameter = (name: string, dims: number[]) => g.parameter(name, draw(name.length, dims, 1));
  const first = g.op('Gemm', [g.input('x', 'float32', [BATCH, 5]), parameter('first.weight', [6, 5]), parameter('first.bias', [1, size])], {
    transB: 1,
  });
  const second = g.add(g.matMul(g.relu(first), parameter('second.weight', [6, 4])), parameter('second.bias', [1, 4]));
  g.output('logits', g.op('Gemm', [g.relu(second), parameter('head.weight', [4, 3]), parameter('head.bias', [3])]));
  return modelOf(g);
};
const models: Readonly<Record<string, () => Promise<Model>>> = {
  grouped,
  rows,
  ...Object.fromEntries(
    ['resnet18', 'bert', 'gpt2', 'vit_tiny_patch16_224', 'swin_tiny_patch4_window7_224', 'convnext_atto', 'unet', 'keras'].map((name) => [
      name,
      () => zoo(name),
    ]),
  ),
};
const methods: Readonly<Record<string, (model: Model) => Model>> = {
  lora: (model) => lora(model, { rank: 3, alpha: 5 }),
  dora: (model) => dora(model, { rank: 2 }),
  ia3,
  'ia3 of inputs': (model) => ia3(model, { targets: ['**'], feedForward: ['**'] }),
  bitfit,
};

/** Scores for two examples drawn from noise. */
async function scores(model: Model): Promise<number[]> {
  const inputs = [model.input, ...(model.extras ?? [])];
  const sizes = Object.fromEntries(
    inputs.flatMap(({ shape }) => shape.filter((dim) => typeof dim === 'string').map((dim) => [dim, dim === BATCH ? 2 : 8])),
  );
  const { graph } = specialise(model.graph, sizes);
  const feeds = graph.ofKind('input').map(({ name, dtype, shape }, i): [string, Tensor] => {
    const dims = shape as number[];
    if (dtype === 'float32') return [name, draw(i, dims, 2)];
    return [
      name,
      tensorOf(
        dtype,
        Array.from(noise(i, sizeOf(dims)), (u) => (name.includes('mask') ? 1 : Math.floor((u + 0.5) * 2))),
        dims,
      ),
    ];
  });
  return toNumbers((await runGraph(graph, Object.fromEntries(feeds), { device, threads: 1 })).logits as Tensor);
}

/** Puts other values into what learns. */
function disturb(model: Model): void {
  let salt = 50;
  for (const [id, { data, dims }] of stateOf(model)) {
    const info = model.parameters.get(id);
    if (!info || info.frozen) continue;
    const values = data as Float32Array;
    draw(salt++, dims, 0.4).data.forEach((change, i) => {
      values[i] = (values[i] ?? 0) + change;
    });
  }
}

const largest = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? Number.NaN)))) / Math.max(1, ...a.map(Math.abs));

describe.each(Object.keys(models))('%s', (name) => {
  it.each(Object.keys(methods))('%s starts as the base, merges exactly and leaves the base as it is', async (method) => {
    const base = await (models[name] as () => Promise<Model>)();
    const before = modelHash(base);
    const plain = await scores(base);
    const model = (methods[method] as (model: Model) => Model)(base);
    expect(largest(await scores(model), plain)).toBeLessThan(2e-6);
    disturb(model);
    const now = await scores(model);
    expect(largest(now, plain)).toBeGreaterThan(1e-3);
    const merged = mergeAdapters(model);
    expect(largest(now, await scores(merged))).toBeLessThan(1e-5);
    expect([...stateOf(merged).keys()]).toEqual([...stateOf(base).keys()]);
    expect(modelHash(base)).toBe(before);
    const learnt = modelHash(model);
    for (const { data } of stateOf(merged).values()) (data as Float32Array).fill(7);
    expect([modelHash(base), modelHash(model)]).toEqual([before, learnt]);
  });
});

it.each(['lora', 'dora', 'ia3'])('%s changes what the head of the source reads too', async (method) => {
  const layers = [dense(6, { name: 'a' }), relu(), dense(5, { name: 'features' }), dense(4, { name: 'head' })];
  const source = createModel({ name: 'source', input: [6], layers });
  const model = (methods[method] as (model: Model) => Model)(replaceHead(source, { classes: 3 }));
  disturb(model);
  const judged = async (given: Model) => {
    const { model: whole, sourceLogits } = withSourceHead(given);
    whole.graph.output('logits', sourceLogits);
    return scores(whole);
  };
  expect(largest(await judged(model), await judged(mergeAdapters(model)))).toBeLessThan(1e-5);
  expect(largest(await judged(model), await scores(source))).toBeGreaterThan(1e-3);
});

describe('as a strategy', () => {
  const settings = (name: 'lora' | 'dora', model: Model, options: Record<string, number | string>) => {
    const { prepare, options: records } = strategies[name] as unknown as Strategy;
    return prepare?.(model, resolveOptions(records, options as GivenOptions<OptionRecords>, name)).adaptation?.settings;
  };

  it.each(['lora', 'dora'] as const)('%s is what the function gives for the same options', async (name) => {
    const model = await grouped();
    const functions = { lora, dora };
    for (const options of [{}, { rank: 2 }, { rank: 2, alpha: 3 }, { dropout: 0.1, seed: 4 }]) {
      expect(settings(name, model, options)).toEqual(functions[name](model, options).adaptation?.settings);
    }
    expect(settings(name, model, { rank: 2 })).toMatchObject({ rank: 2, alpha: 4 });
    expect(() => settings(name, model, { rank: 8, targets: 'first' })).toThrow('is more than the change of any targeted layer can have');
  });
});

describe('what learns', () => {
  const learning = (model: Model) => [...model.parameters.values()].flatMap(({ id, frozen }) => (frozen ? [] : [id]));

  it('is the head and what was added, in the group of the weight that it stands beside', async () => {
    const model = lora(await grouped(), { targets: ['first'] });
    expect(learning(model)).toEqual(['dense2.weight', 'dense2.bias', 'first.lora_A.weight', 'first.lora_B.weight']);
    expect(parametersOf(model, ['first'])).toEqual(['first.weight', 'first.bias', 'first.lora_A.weight', 'first.lora_B.weight']);
    const shapes = Object.fromEntries([...stateOf(model)].map(([id, { dims }]) => [id, dims]));
    expect(shapes['first.lora_A.weight']).toEqual([6, 2, 3, 3]);
    expect(shapes['first.lora_B.weight']).toEqual([6, 6, 1, 1]);
  });

  it('is by default beside all layers but depthwise ones', async () => {
    expect(lora(await grouped()).adaptation?.modules).toEqual(['first', 'dense1']);
    expect(ia3(await grouped()).adaptation?.modules).toEqual(['first', 'dense1']);
  });

  it('are biases alone with BitFit', async () => {
    expect(learning(bitfit(await grouped()))).toEqual(['first.bias', 'deep.bias', 'dense1.bias', 'dense2.weight', 'dense2.bias']);
    const ids = learning(bitfit(await zoo('resnet18')));
    expect(ids.filter((id) => !/\.bias$/.test(id))).toEqual(['fc.weight']);
  });

  it('are keys, values and the ends of feed-forward parts with (IA)3, whose inputs are scaled', async () => {
    const model = ia3(await zoo('bert'));
    const layer = ['attention.self.key', 'attention.self.value', 'output.dense'];
    expect(model.adaptation?.modules).toEqual([0, 1].flatMap((i) => layer.map((module) => `bert.encoder.layer.${i}.${module}`)));
    const dims = (id: string) => stateOf(model).get(`bert.encoder.layer.0.${id}.ia3_l`)?.dims;
    expect([dims('attention.self.key'), dims('output.dense')]).toEqual([
      [8, 1],
      [1, 12],
    ]);
  });
});

it('is told of by inspect', async () => {
  const inspection = inspect(lora(await grouped(), { rank: 2, targets: ['first'] }));
  // A 2 x (2 x 9), B 6 x 2, the head 8 x 3 + 3.
  expect(inspection.learning).toBe(36 + 12 + 27);
  expect(describeModel(inspection).split('\n')[0]).toBe(`grouped: 75 of ${inspection.count} numbers learn, beside weights that stay as they are`);
  expect(inspect(await grouped()).learning).toBe(inspect(await grouped()).count);
});

describe('targets', () => {
  const modules = async (targets: readonly (string | RegExp)[]) =>
    lora(await zoo('bert'), { targets }).adaptation?.modules.map((name) => name.slice(13));

  it('take names, ends of names, what lies within, patterns, and take away', async () => {
    expect(await modules(['query'])).toEqual(['layer.0.attention.self.query', 'layer.1.attention.self.query']);
    const inner = (names: readonly string[]) => names.map((name) => `layer.0.attention.self.${name}`);
    expect(await modules(['layer.0', '!output'])).toEqual([...inner(['query', 'key', 'value']), 'layer.0.intermediate.dense']);
    expect(await modules([/1\.output\.dense$/])).toEqual(['layer.1.output.dense']);
    expect(await modules(['self.*e*', '!layer.1'])).toEqual(inner(['query', 'key', 'value']));
  });

  it('as patterns with flags take the same', async () => {
    for (const flags of ['', 'g', 'i', 'gi']) expect(await modules([new RegExp('self.(?:query|key)$', flags)])).toHaveLength(4);
  });

  it('tell products with several weights of one module apart by these', () => {
    const g = new Builder('attention');
    const x = g.input('x', 'float32', [BATCH, 5, 8]);
    const [q, k, v] = ['wq', 'wk', 'wv'].map((name, i) => {
      const weight = g.parameter(`attn.${name}`, draw(i, [8, 8], 1));
      return g.append('MatMul', [x, weight], {}, { name: `/attn/MatMul_${i}` }).outputs[0] as Value;
    }) as [Value, Value, Value];
    const mixed = g.matMul(g.softmax(g.matMul(q, g.transpose(k, [0, 2, 1]))), v);
    g.output('logits', g.op('Gemm', [g.mean(mixed, [1]), g.parameter('head.weight', draw(3, [8, 3], 1)), g.parameter('head.bias', draw(4, [3], 1))]));
    const model = modelOf(g);
    expect(lora(model).adaptation?.modules).toEqual(['attn.wq', 'attn.wk', 'attn.wv']);
    expect(lora(model, { targets: ['wk'] }).adaptation?.modules).toEqual(['attn.wk']);
  });

  it('that take nothing are refused', async () => {
    const refusal = async (targets: readonly string[]) => lora(await zoo('bert'), { targets: targets as string[] }).name && 'taken';
    await expect(refusal(['querry'])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`targets\` of \`lora\`: "querry" matches no layer before the head of model \`bert\`; did you mean \`query\`?]`,
    );
    await expect(refusal(['query', '!attention'])).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`targets\` of \`lora\` take away all that they name; leave some layer of model \`bert\`.]`,
    );
  });
});

describe('refusals', () => {
  it('of options and models name what is wrong', async () => {
    const [model, single] = [await grouped(), await rows(1)];
    const messages = [
      () => lora(model, { rank: 0 }),
      () => lora(model, { rank: 7 }),
      () => dora(model, { rank: 64, targets: ['first'] }),
      () => lora(model, { rank: 7, targets: ['dense1'] }),
      () => dora(model, { dropout: 1 }),
      () => lora(model, { alpha: -1 }),
      () => lora(lora(model)),
      () => replaceHead(lora(model), { classes: 3, features: model.input.name }),
      () => ia3(model, { targets: ['first'], feedForward: ['first', 'dense1'] }),
      () => mergeAdapters(model),
      () => bitfit(createModel({ input: [4], layers: [dense(3, { bias: false }), dense(2)] })),
      () => ia3(single),
    ].map((call) => {
      try {
        call();
        return 'taken';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(messages.join('\n')).toMatchInlineSnapshot(`
      "\`rank\` (=0) of \`lora\` must be a whole number of at least 1.
      \`rank\` (=7) of \`lora\` is more than the change of any targeted layer can have; the largest, \`first\` [6, 2, 3, 3], can have 6. Give at most that.
      \`rank\` (=64) of \`dora\` is more than the change of any targeted layer can have; the largest, \`first\` [6, 2, 3, 3], can have 6. Give at most that.
      \`rank\` (=7) of \`lora\` is more than the change of any targeted layer can have; the largest, \`dense1\` [8, 6], can have 6. Give at most that.
      \`dropout\` (=1) of \`dora\` must be at least 0 and below 1.
      \`alpha\` (=-1) of \`lora\` must be above 0.
      Model \`grouped\` has adapters already (\`lora\`); merge them first with \`mergeAdapters\`.
      The head of \`replaceHead\` would read what lies before \`first.lora_A.weight\` of model \`grouped\`; replace the head first, then add adapters with \`lora\`.
      \`feedForward\` of \`ia3\`: "dense1" takes none of the layers that \`targets\` take; name it there too, or leave it out.
      \`mergeAdapters\` takes a model with adapters, as \`lora\` and its like give it; model \`grouped\` has none.
      \`bitfit\` finds no bias before the head of model \`model\`; use another strategy.
      \`ia3\` cannot scale \`first\`, whose bias is [1, 1], not a stored number for each of its 6 outputs; leave it out of \`targets\`."
    `);
  });
});
