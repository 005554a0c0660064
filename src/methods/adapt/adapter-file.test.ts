import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { draw } from '../../../tests/support/noise.ts';
import { modelHash, smallDigits, smallModel, smallOptions } from '../../../tests/support/small-problem.ts';
import { halfBits } from '../../core/half.ts';
import { type Tensor, tensor, toNumbers } from '../../core/tensor.ts';
import { dataset } from '../../data/dataset.ts';
import { normalisation } from '../../data/transforms/normalise.ts';
import { Builder } from '../../graph/builder.ts';
import { createModel } from '../../nn/create-model.ts';
import { modelOf } from '../../nn/import/model-of.ts';
import { replaceHead } from '../../nn/import/replace-head.ts';
import { dropout, gelu, relu } from '../../nn/layers/activation.ts';
import { conv } from '../../nn/layers/conv.ts';
import { dense, flatten } from '../../nn/layers/dense.ts';
import { globalAveragePool } from '../../nn/layers/pool.ts';
import { BATCH, stateOf } from '../../nn/model.ts';
import type { Layer } from '../../nn/scope.ts';
import { evaluate } from '../../train/evaluate.ts';
import { exportOnnx } from '../../train/export-onnx.ts';
import { finish, fit } from '../../train/fit.ts';
import { readSafetensors, writeSafetensors } from '../../train/safetensors.ts';
import { saveState } from '../../train/state-file.ts';
import { bitfit } from '../bitfit.ts';
import { dora } from '../dora.ts';
import { ia3 } from '../ia3.ts';
import { lora, loraBeside } from '../lora.ts';
import { transfer } from '../transfer/transfer.ts';
import { mergeAdapters } from './adapt.ts';
import { loadAdapter, saveAdapter } from './adapter-file.ts';
import { targetSites } from './targets.ts';

const { train, test } = await smallDigits();
const { ema: _, ...options } = { ...smallOptions, epochs: 1 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adapter-'));
});
afterEach(() => rm(folder, { recursive: true }));

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'taken',
    (error: Error) => error.message.replaceAll(folder, '<folder>'),
  );

/** Of an adapter's file, to be written otherwise: as by a program that knows no checksum. */
async function contentsOf(path: string) {
  const { tensors, metadata } = readSafetensors(await readFile(path), path);
  const { checksum: _, ...rest } = metadata;
  return { tensors, metadata: rest };
}

const methods = {
  lora: () => lora(smallModel(1), { rank: 2, dropout: 0.1 }),
  dora: () => dora(smallModel(1)),
  ia3: () => ia3(smallModel(1)),
  bitfit: () => bitfit(smallModel(1)),
};

describe.each(Object.keys(methods) as (keyof typeof methods)[])('%s', (method) => {
  it('trained, comes back bit for bit, and the base stays as it was', async () => {
    const model = methods[method]();
    const start = modelHash(smallModel(1));
    await finish(fit(model, train, options));
    const bytes = await saveAdapter(model, join(folder, 'mine'));
    expect(bytes).toBeLessThan(method === 'bitfit' ? 16_000 : 20_000);
    const base = smallModel(1);
    const again = await loadAdapter(base, join(folder, 'mine'));
    expect(modelHash(again)).toBe(modelHash(model));
    expect(modelHash(base)).toBe(start);
    expect(modelHash(mergeAdapters(again))).toBe(modelHash(mergeAdapters(model)));
    expect(again.adaptation?.settings).toEqual({ ...model.adaptation?.settings });
  });

  it('as a strategy leaves the same in the model as by itself, and the adapter beside it', async () => {
    const model = smallModel(1);
    await finish(transfer(model, train, { strategy: method, fit: options, adapter: join(folder, 'mine.safetensors') }));
    const again = await loadAdapter(smallModel(1), join(folder, 'mine.safetensors'));
    expect(modelHash(mergeAdapters(again))).toBe(modelHash(model));
    expect(await failure(loadAdapter(model, join(folder, 'mine.safetensors')))).toMatch(
      /^<folder>\/mine\.safetensors was made for a base with other weights/,
    );
  });

  it('keeps a new head when it is merged, exported, saved and loaded', async () => {
    const classes = ['a', 'b', 'c'];
    const model = replaceHead(methods[method](), { classes });
    expect(model.adaptation?.modules).toEqual(methods[method]().adaptation?.modules);
    const labels = Array.from(train.labels as Int32Array, (label) => label % 3);
    const three = dataset({ name: 'three', inputs: train.inputs, labels, normalisation: normalisation({ range: 16 }) });
    await finish(fit(model, three, options));
    const merged = mergeAdapters(model);
    expect([merged.classes, merged.logits.shape]).toEqual([classes, ['N', 3]]);
    const [wanted, given] = await Promise.all([model, merged].map(async (one) => (await evaluate(one, three)).logits.data));
    given?.forEach((score, i) => {
      expect(score).toBeCloseTo(wanted?.[i] ?? Number.NaN, 4);
    });
    expect((await exportOnnx(model, join(folder, 'model.onnx'))).difference).toBeLessThan(1e-5);
    await saveAdapter(model, folder);
    const again = await loadAdapter(replaceHead(smallModel(1), { classes }), folder);
    expect(modelHash(mergeAdapters(again))).toBe(modelHash(merged));
  });

  it('is exported merged', async () => {
    const model = methods[method]();
    await finish(fit(model, train, options));
    const { difference } = await exportOnnx(model, join(folder, 'model.onnx'));
    expect(difference).toBeLessThan(1e-5);
    const text = await readFile(join(folder, 'model.onnx'), 'latin1');
    expect(text).not.toMatch(/lora_|ia3_l/);
  });
});

it('keeps running statistics where training changed them, and only there', async () => {
  const [frozen, trained] = [methods.lora(), methods.lora()];
  await finish(fit(frozen, train, options));
  await finish(fit(trained, train, { ...options, batchNorm: 'train' }));
  expect(stateOf(frozen).get('norm.mean')?.data).toEqual(stateOf(smallModel(1)).get('norm.mean')?.data);
  const names = async (model: typeof frozen) => {
    await saveAdapter(model, folder);
    return [...readSafetensors(await readFile(join(folder, 'adapter_model.safetensors')), '').tensors.keys()];
  };
  const learnt = ['head.weight', 'head.bias', 'conv.lora_A.weight', 'conv.lora_B.weight'].map((id) => `base_model.model.${id}`);
  expect(await names(frozen)).toEqual(learnt);
  const all = await names(trained);
  expect(all).toContain('base_model.model.norm.mean');
  const again = await loadAdapter(smallModel(1), folder);
  expect((await evaluate(again, test)).logits).toEqual((await evaluate(trained, test)).logits);
});

describe('without the head', () => {
  it.each(['lora', 'bitfit'] as const)('%s brings all that it learnt before it, statistics too', async (method) => {
    const model = methods[method]();
    await finish(fit(model, train, { ...options, batchNorm: 'train' }));
    await saveAdapter(model, folder);
    const [wanted, given, before] = [model, await loadAdapter(smallModel(1), folder, { head: false }), smallModel(1)].map(stateOf);
    for (const [id, { data }] of given ?? []) expect({ id, data }).toEqual({ id, data: (id.startsWith('head.') ? before : wanted)?.get(id)?.data });
    const other = replaceHead(smallModel(1), { classes: 3 });
    expect(stateOf(await loadAdapter(other, folder, { head: false })).get('norm.mean')).toEqual(wanted?.get('norm.mean'));
  });

  it('a file that lacks something of it, or has more, is refused', async () => {
    await saveAdapter(methods.bitfit(), folder);
    const path = join(folder, 'adapter_model.safetensors');
    const { tensors, metadata } = await contentsOf(path);
    await writeFile(path, writeSafetensors(new Map([...tensors, ['base_model.model.conv.weight', draw(0, [8, 1, 3, 3], 1)]]), metadata));
    expect(await failure(loadAdapter(smallModel(1), folder, { head: false }))).toMatch(/holds `conv\.weight`, which lies before the head/);
    tensors.delete('base_model.model.norm.bias');
    await writeFile(path, writeSafetensors(tensors, metadata));
    expect(await failure(loadAdapter(smallModel(1), folder, { head: false }))).toMatchInlineSnapshot(
      `"<folder>/adapter_model.safetensors lacks \`norm.bias\`, which this kind of adapter has; the file is not whole."`,
    );
  });
});

describe('a base of the same weights', () => {
  const net = (activation: Layer, dilation = 1, more: readonly Layer[] = []) =>
    createModel({
      name: 'net',
      input: [1, 8, 8],
      layers: [
        conv(4, 3, { name: 'c', dilation, padding: dilation }),
        activation,
        ...more,
        conv(4, 3, { name: 'd' }),
        globalAveragePool(),
        dense(3, { name: 'head' }),
      ],
      seed: 1,
    });

  it('that does something else with them is refused, saying what', async () => {
    await saveAdapter(lora(net(relu())), folder);
    const lines = await Promise.all(
      [net(relu()), net(relu(), 1, [dropout(0.5)]), net(gelu()), net(relu(), 2), net(relu(), 1, [relu()])].map((model) =>
        failure(loadAdapter(model, folder)),
      ),
    );
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "taken
      taken
      <folder>/adapter_model.safetensors was made for a base with the weights of model \`net\` that uses them otherwise: operation 2, \`gelu/Gelu\`, is Gelu in the model, and Relu there. Load the model that the adapter was made for, or give \`{ sameOperations: false }\` where this is the same network written otherwise.
      <folder>/adapter_model.safetensors was made for a base with the weights of model \`net\` that uses them otherwise: operation 1, \`c/Conv\`, is Conv with dilations=2,2 pads=2,2,2,2 in the model, and with dilations=1,1 pads=1,1,1,1 there. Load the model that the adapter was made for, or give \`{ sameOperations: false }\` where this is the same network written otherwise.
      <folder>/adapter_model.safetensors was made for a base with the weights of model \`net\` that uses them otherwise: operation 3, \`relu2/Relu\`, is Relu in the model, and Conv there. Load the model that the adapter was made for, or give \`{ sameOperations: false }\` where this is the same network written otherwise."
    `);
    expect(await failure(loadAdapter(net(gelu()), folder, { sameOperations: false }))).toBe('taken');
    const other = net(gelu());
    stateOf(other)
      .get('c.weight')
      ?.data.fill(1 as never);
    expect(await failure(loadAdapter(other, folder, { sameOperations: false }))).toMatch('was made for a base with other weights');
  });

  it('is taken where an earlier file says nothing of operations', async () => {
    await saveAdapter(lora(net(relu())), folder);
    const path = join(folder, 'adapter_model.safetensors');
    const { tensors, metadata } = readSafetensors(await readFile(path), path);
    const { operations, joints, ...earlier } = metadata;
    expect([operations?.split('\n')[1], joints?.length]).toEqual(['Relu', 32]);
    await writeFile(path, writeSafetensors(tensors, earlier));
    expect(await failure(loadAdapter(net(relu()), folder))).toBe('taken');
  });
});

it("names of a file's modules that stand for two of the model's are refused, and the fuller name goes before the end of one", async () => {
  const g = new Builder('two');
  const towers = ['vision.layer.query', 'text.layer.query', 'query'].map((name, i) => {
    const x = g.input(`x${i}`, 'float32', [BATCH, 6]);
    return g.tanh(g.matMul(x, g.parameter(`${name}.weight`, draw(i, [6, 6], 1))));
  });
  g.output('logits', g.op('Gemm', [g.concat(towers, 1), g.parameter('head.weight', draw(8, [18, 3], 1)), g.parameter('head.bias', draw(9, [3], 1))]));
  const model = modelOf(g);
  const path = join(folder, 'adapter_model.safetensors');
  const loaded = async (from: string, to: string) => {
    await saveAdapter(lora(model, { targets: [new RegExp(`^${from}$`)], rank: 2 }), folder);
    const { tensors } = readSafetensors(await readFile(path), path);
    const renamed = [...tensors].map(([name, value]) => [name.replace(`model.${from}.`, `model.${to}.`), value] as const);
    await writeFile(path, writeSafetensors(new Map(renamed), {}));
    return loadAdapter(model, folder).then(
      ({ adaptation }) => adaptation?.modules.join(),
      ({ message }: Error) => message.replaceAll(folder, '<folder>'),
    );
  };
  expect(await loaded('query', 'query')).toBe('query');
  expect(await loaded('text.layer.query', 'net.text.layer.query')).toBe('text.layer.query');
  expect(await loaded('text.layer.query', 'layer.query')).toMatchInlineSnapshot(
    `"<folder>/adapter_model.safetensors adapts \`layer.query\`, which may be \`vision.layer.query\` or \`text.layer.query\` of model \`two\`; rename the file's tensors to the one that is meant."`,
  );
});

it('what is no adapter is said to be what it is, with what to do', async () => {
  const at = (name: string) => join(folder, name);
  const [empty, bin, adapters] = ['empty', 'bin', 'adapters'].map(at) as [string, string, string];
  for (const path of [empty, bin]) await mkdir(path);
  await saveState(smallModel(1), at('weights.safetensors'));
  await saveAdapter(methods.lora(), at('adapters/a.safetensors'));
  const { tensors } = readSafetensors(await readFile(join(adapters, 'a.safetensors')), '');
  await mkdir(at('unsaid'));
  await Promise.all([
    writeFile(at('model.onnx'), 'onnx'),
    writeFile(at('adapter_config.json'), '{}'),
    writeFile(at('notes.txt'), ''),
    writeFile(at('none.safetensors'), ''),
    writeFile(join(bin, 'adapter_model.bin'), ''),
    writeFile(at('unsaid/adapter_model.safetensors'), writeSafetensors(tensors, {})),
  ]);
  const paths = [at('model.onnx'), at('adapter_config.json'), at('notes.txt'), at('none.safetensors'), empty, bin, adapters, at('unsaid')];
  const lines = [];
  for (const path of [...paths, at('weights.safetensors')]) lines.push(await failure(loadAdapter(smallModel(1), path)));
  await rm(at('adapter_config.json'));
  lines.push(await failure(loadAdapter(smallModel(1), at('weights.safetensors'))));
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    ""<folder>/model.onnx" is an ONNX model, no adapter; load it with \`loadOnnx\`.
    "<folder>/adapter_config.json" holds settings alone; give the folder that it lies in, beside adapter_model.safetensors.
    "<folder>/notes.txt" is neither a folder nor a .safetensors file, which is what adapters are saved in.
    <folder>/none.safetensors is empty; save the adapter again, or copy its file again.
    The folder "<folder>/empty" holds no adapter_model.safetensors. \`loadAdapter\` takes a folder that \`saveAdapter\` or PEFT's \`save_pretrained\` wrote.
    The folder "<folder>/bin" holds no adapter_model.safetensors. Its adapter_model.bin is a pickle of Python: load it in PEFT and save it again, which writes safetensors.
    The folder "<folder>/adapters" holds no adapter_model.safetensors. Where one of its files is an adapter, name it: a.safetensors.
    <folder>/unsaid/adapter_model.safetensors adapts \`conv\`, but no adapter_config.json lies beside it to say how; put the one that PEFT wrote there.
    <folder>/adapter_config.json: there is no \`peft_type\`, so it is not the configuration of an adapter.
    <folder>/weights.safetensors holds no adapter: none of its tensors is called as PEFT calls theirs. If they are a model's weights, read them with \`loadStateFile\`, or with \`readState\` for \`carryOver\` and \`pourWeights\`."
  `);
});

it('a place where the adapter could not be saved is refused before training', async () => {
  await writeFile(join(folder, 'file'), '');
  await mkdir(join(folder, 'folder.safetensors'));
  const events = async (adapter: string) => {
    const run = transfer(smallModel(1), train, { strategy: 'lora', adapter, fit: options });
    return failure(run.next());
  };
  const lines = [];
  for (const path of ['file', 'file/deep/a.safetensors', 'folder.safetensors']) lines.push(await events(join(folder, path)));
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "Could not write <folder>/file: <folder>/file is a file. A file stands where a folder is needed; remove it or choose another folder.
    Could not write <folder>/file/deep/a.safetensors: <folder>/file is a file. A file stands where a folder is needed; remove it or choose another folder.
    An adapter cannot be saved as "<folder>/folder.safetensors", which is a folder; choose another name."
  `);
  expect((await readdir(folder)).sort()).toEqual(['file', 'folder.safetensors']);
});

describe('a file', () => {
  const files = async () => (await readdir(folder)).sort();

  it('of a name of its own is alone, so that several lie in one folder', async () => {
    const [first, second] = [methods.lora(), methods.dora()];
    await saveAdapter(first, join(folder, 'a.safetensors'));
    await saveAdapter(second, join(folder, 'b.safetensors'));
    expect(await files()).toEqual(['a.safetensors', 'b.safetensors']);
    expect(modelHash(await loadAdapter(smallModel(1), join(folder, 'a.safetensors')))).toBe(modelHash(first));
    expect(modelHash(await loadAdapter(smallModel(1), join(folder, 'b.safetensors')))).toBe(modelHash(second));
    await saveAdapter(first, join(folder, 'peft', 'adapter_model.safetensors'));
    expect((await readdir(join(folder, 'peft'))).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  });

  it('with a higher rank than any change can have is taken, as PEFT does', async () => {
    const base = smallModel(1);
    const wide = loraBeside(base, targetSites(base, undefined, 'lora'), { rank: 12, alpha: 12, dropout: 0, seed: 0 });
    await saveAdapter(wide, folder);
    expect(modelHash(await loadAdapter(smallModel(1), folder))).toBe(modelHash(wide));
  });

  it('in the way of a folder is told of', async () => {
    const path = join(folder, 'mine');
    await writeFile(path, 'in the way');
    expect(await failure(saveAdapter(methods.lora(), path))).toBe(
      "Could not write <folder>/mine: EEXIST: file already exists, mkdir '<folder>/mine'. A file stands where a folder is needed; remove it or choose another folder.",
    );
  });

  it('is refused by a model that has adapters, other layers, or other classes', async () => {
    const classes = ['a', 'b', 'c'];
    await saveAdapter(lora(replaceHead(smallModel(1), { classes })), folder);
    const wider = createModel({ name: 'wider', input: [2, 8, 8], layers: [conv(8, 3, { name: 'conv' }), flatten(), dense(3)] });
    const reversed = replaceHead(smallModel(1), { classes: classes.toReversed() });
    const lines = [
      await failure(loadAdapter(methods.lora(), folder)),
      await failure(loadAdapter(wider, folder)),
      await failure(loadAdapter(reversed, folder)),
      await failure(loadAdapter(reversed, folder, { head: false })),
      await failure(loadAdapter(replaceHead(smallModel(1), { classes: 3 }), folder)),
    ];
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "\`loadAdapter\` puts adapters beside a base's weights, but model \`small\` has adapters already (\`lora\`); give it the base as it was before.
      <folder>/adapter_model.safetensors was made for a base of other layers or shapes than model \`wider\` has before its head. Load the model that the adapter was made for.
      <folder>/adapter_model.safetensors has a head for other classes than model \`small\`, or in another order: class 0 is "a" in the file and "c" in the model. Give \`replaceHead\` the file's 3 classes in their order, or leave the file's head out with \`{ head: false }\`.
      taken
      taken"
    `);
  });
});

it('tells how many numbers learn, and the memory that they take', async () => {
  const events = fit(lora(smallModel(1), { rank: 2 }), train, options);
  const { value: start } = await events.next();
  await events.return(undefined as never);
  // Head 72 x 10 + 10, A 2 x 9, B 8 x 2; in the base 8 x 9 + 8 and two norms of 8. Value, two gradients and Adam's two moments.
  const learning = 730 + 18 + 16;
  expect(start).toMatchObject({ trainable: learning, parameters: learning + 80 + 16, learningBytes: 20 * learning });
});

describe('what does not fit', () => {
  it('is refused with the remedy', async () => {
    const path = join(folder, 'adapter_model.safetensors');
    const model = methods.lora();
    await saveAdapter(model, folder);
    const whole = readSafetensors(await readFile(path), path);
    const write = (tensors: typeof whole.tensors, metadata: Record<string, string>, config?: object) =>
      Promise.all([
        writeFile(path, writeSafetensors(tensors, metadata)),
        ...(config ? [writeFile(join(folder, 'adapter_config.json'), JSON.stringify(config))] : []),
      ]);
    const load = async () => failure(loadAdapter(smallModel(1), folder));
    const lines: string[] = [await failure(loadAdapter(smallModel(2), folder)), await failure(loadAdapter(smallModel(1), join(folder, 'none')))];
    const LORA = { peft_type: 'LORA', r: 2, lora_alpha: 4 };
    const configs = [
      { ...LORA, peft_type: 'LOHA' },
      { ...LORA, bias: 'all' },
      { ...LORA, rank_pattern: { conv: 3 } },
      { ...LORA, init_lora_weights: 'pissa' },
      { ...LORA, use_qalora: true },
      { ...LORA, r: 3 },
      { ...LORA, use_dora: true },
    ];
    for (const config of configs) {
      await write(whole.tensors, {}, config);
      lines.push(await load());
    }
    const renamed = (from: string, to: string) => new Map([...whole.tensors].map(([name, value]) => [name.replace(from, to), value]));
    await write(renamed('.conv.', '.cnv.'), {}, LORA);
    lines.push(await load());
    await write(renamed('.head.', '.classifier.'), {}, LORA);
    lines.push(await load());
    expect(await failure(loadAdapter(smallModel(1), folder, { head: false }))).toBe('taken');
    await writeFile(join(folder, 'adapter_config.json'), 'no');
    lines.push(await load());
    await writeFile(path, (await readFile(path)).subarray(0, 200));
    lines.push(await load());
    lines.push(await failure(saveAdapter(smallModel(1), folder)));
    lines.push(await failure(finish(transfer(smallModel(1), train, { strategy: 'full', adapter: folder, fit: options }))));
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "<folder>/adapter_model.safetensors was made for a base with other weights than model \`small\` has before its head. Load the model as it was before that training: not merged, not trained further.
      There is nothing at "<folder>/none"; \`loadAdapter\` takes the folder or the .safetensors file that \`saveAdapter\` or PEFT wrote.
      <folder>/adapter_config.json: \`peft_type\` (="LOHA") is none of LORA, IA3 and BITFIT, which Graft reads.
      <folder>/adapter_config.json: \`bias\` (="all") must be "none": Graft's LoRA leaves biases as they are.
      <folder>/adapter_config.json: \`rank_pattern\` gives layers ranks of their own, which Graft does not read.
      <folder>/adapter_config.json: \`init_lora_weights\` (="pissa") changed the base's weights; convert the adapter to plain LoRA with PEFT first.
      <folder>/adapter_config.json: \`use_qalora\` (=true) makes a kind of LoRA that Graft does not read.
      <folder>/adapter_model.safetensors: \`conv.lora_A.weight\` is float32 [2, 1, 3, 3], but float32 [3, 1, 3, 3] in model \`small\`.
      <folder>/adapter_model.safetensors lacks \`conv.lora_magnitude_vector\`, which this kind of adapter has; the file is not whole.
      <folder>/adapter_model.safetensors adapts \`cnv\`, which model \`small\` does not have as a layer before its head; did you mean \`conv\`? Load the model that the adapter was made for.
      <folder>/adapter_model.safetensors holds \`classifier.weight\`, a layer that model \`small\` does not have in its head. Give the model the same head, or leave the file's out with \`{ head: false }\`.
      <folder>/adapter_config.json is not JSON; it should say what kind of adapter this is, as PEFT's adapter_config.json does.
      <folder>/adapter_model.safetensors is not a whole safetensors file: its header of 408 bytes is longer than the file. Save the adapter again, or copy its file again.
      \`saveAdapter\` takes a model with adapters, as \`lora\` and its like give it; model \`small\` has none.
      \`adapter\` (="<folder>"): strategy \`full\` makes no adapter; save the whole model with \`saveState\`."
    `);
  });

  it('a file that was damaged, or settings that were edited beside it, are told', async () => {
    const [path, beside] = [join(folder, 'adapter_model.safetensors'), join(folder, 'adapter_config.json')];
    await saveAdapter(methods.lora(), folder);
    const [bytes, config] = [await readFile(path), await readFile(beside, 'utf8')];
    const load = () => failure(loadAdapter(smallModel(1), folder));
    const lines: string[] = [];
    const flipped = Uint8Array.from(bytes);
    flipped[flipped.length - 2] = (flipped.at(-2) as number) ^ 1;
    await writeFile(path, flipped);
    lines.push(await load());
    await writeFile(path, bytes);
    const { tensors, metadata } = await contentsOf(path);
    await writeFile(path, Buffer.concat([bytes, Buffer.from('abc')]));
    lines.push(await load());
    (tensors.values().next().value as Tensor<'float32'>).data[1] = Number.NaN;
    await writeFile(path, writeSafetensors(tensors, metadata));
    lines.push(await load());
    await writeFile(path, bytes);
    await writeFile(beside, config.replace(/"lora_alpha": \d+/, '"lora_alpha": 20'));
    lines.push(await load());
    await writeFile(beside, '{ "r":');
    lines.push(await load());
    await rm(beside);
    expect(await load()).toBe('taken');
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "<folder>/adapter_model.safetensors is damaged: its tensors are not those that were saved. Copy the file again, or save the adapter again.
      <folder>/adapter_model.safetensors is not a whole safetensors file: 3 bytes lie behind its last tensor. Save the adapter again, or copy its file again.
      <folder>/adapter_model.safetensors: value 1 of \`head.weight\` is NaN; its training diverged, or the file is damaged. Save it again.
      \`lora_alpha\` is 20 in <folder>/adapter_config.json, but 4 in the metadata of <folder>/adapter_model.safetensors, which was written with it. Change it back, or remove adapter_config.json: the file's own settings are then taken.
      <folder>/adapter_config.json is not JSON; it should say what kind of adapter this is, as PEFT's adapter_config.json does."
    `);
  });

  it('convolutions in groups are not for PEFT, nor are those of PEFT for Graft', async () => {
    const grouped = () =>
      createModel({ input: [4, 8, 8], layers: [conv(8, 3, { groups: 2, name: 'conv' }), globalAveragePool(), dense(3)], seed: 1 });
    const model = lora(grouped(), { rank: 2 });
    await saveAdapter(model, folder);
    const path = join(folder, 'adapter_model.safetensors');
    expect(JSON.parse(await readFile(join(folder, 'adapter_config.json'), 'utf8'))).toMatchObject({ peft_type: 'GROUPED_LORA' });
    expect(modelHash(await loadAdapter(grouped(), folder))).toBe(modelHash(model));
    const { tensors } = readSafetensors(await readFile(path), path);
    const theirs = new Map(
      [...tensors].map(([name, value]) => [name, /lora_A/.test(name) ? tensor('float32', [2, 4, 3, 3], new Float32Array(72)) : value]),
    );
    await writeFile(path, writeSafetensors(theirs));
    await writeFile(join(folder, 'adapter_config.json'), JSON.stringify({ peft_type: 'LORA', r: 2, lora_alpha: 2 }));
    expect(await failure(loadAdapter(grouped(), folder))).toMatch(/convolution in groups PEFT's A reads all channels.*target_modules/);
  });

  it('takes tensors of 16 bits, of which float32 are made', async () => {
    const model = methods.lora();
    await saveAdapter(model, folder);
    const path = join(folder, 'adapter_model.safetensors');
    const { tensors, metadata } = await contentsOf(path);
    const half = (value: Tensor) => tensor('float16', value.dims, Uint16Array.from(value.data as Float32Array, halfBits));
    await writeFile(path, writeSafetensors(new Map([...tensors].map(([name, value]) => [name, half(value)])), metadata));
    const [read, wanted] = [stateOf(await loadAdapter(smallModel(1), folder)), stateOf(model)].map(
      (state) => state.get('conv.lora_A.weight') as Tensor,
    );
    expect(read?.dtype).toBe('float32');
    expect(toNumbers(read as Tensor).map((x) => halfBits(x))).toEqual(toNumbers(wanted as Tensor).map((x) => halfBits(x)));
  });

  it('takes names before the modules that one side lacks', async () => {
    const model = methods.lora();
    await saveAdapter(model, folder);
    const path = join(folder, 'adapter_model.safetensors');
    const { tensors, metadata } = await contentsOf(path);
    await writeFile(
      path,
      writeSafetensors(new Map([...tensors].map(([name, value]) => [name.replace('base_model.model.', 'base_model.model.net.'), value])), metadata),
    );
    expect(modelHash(await loadAdapter(smallModel(1), folder))).toBe(modelHash(model));
  });
});
