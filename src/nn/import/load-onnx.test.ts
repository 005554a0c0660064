import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { messagesOf } from '../../../tests/support/messages.ts';
import { stream } from '../../core/rng.ts';
import { sizeOf, tensor, tensorOf } from '../../core/tensor.ts';
import { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { readOnnx } from '../../graph/onnx/read.ts';
import { writeOnnx } from '../../graph/onnx/write.ts';
import { type RunOptions, runGraph } from '../../lower/run.ts';
import { exportOnnx } from '../../train/export-onnx.ts';
import { stateOf } from '../model.ts';
import { describeModel, inspect } from './inspect.ts';
import { type LoadOnnxOptions, loadOnnx } from './load-onnx.ts';
import { replaceHead } from './replace-head.ts';

const run: RunOptions = { threads: 1 };

/** A graph as an exporter writes it: everything stored is an initialiser, nodes are named after modules. */
class File extends Builder {
  stored(name: string, shape: readonly number[], values?: number): Value {
    const data = new Float32Array(sizeOf(shape));
    if (values === undefined) stream(0, name).normals(data);
    else data.fill(values);
    return this.parameter(
      name,
      tensor(
        'float32',
        shape,
        data.map((x) => 0.3 * x),
      ),
    );
  }

  node(op: string, module: string, inputs: readonly (Value | undefined)[], attrs: Record<string, number | readonly number[]> = {}): Value {
    return this.append(op, inputs, attrs, {
      ...(module && { name: `/${module.replaceAll('.', '/')}/${op}` }),
      outputs: [this.fresh(`/${module}/${op}_output_0`)],
    }).outputs[0] as Value;
  }
}

/** Two residual blocks of convolutions with batch norm, a pool and a classifier. */
function network({ batch = 'batch' as string | number, softmax = false, named = true } = {}): Uint8Array {
  const g = new File('network');
  let x = g.input('image', 'float32', [batch, 3, 8, 8]);
  const id = (name: string) => (named ? name : `onnx::${name.split('').reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 9973, 7)}`);
  const conv = (module: string, from: Value, channels: number) =>
    g.node('Conv', named ? module : '', [from, g.stored(id(`${module}.weight`), [8, channels, 3, 3])], { pads: [1, 1, 1, 1] });
  const norm = (module: string, from: Value) => {
    const [one, zero, mean, variance] = [1, 0, 0, 1].map((value, i) => g.stored(id(`${module}.${i}`), [8], value === 0 ? undefined : 3));
    return g.node('BatchNormalization', named ? module : '', [from, one, zero, mean, variance]);
  };
  x = g.relu(norm('bn1', conv('conv1', x, 3)));
  for (const block of ['layer1.0', 'layer1.1']) x = g.relu(g.add(norm(`${block}.bn`, conv(`${block}.conv`, x, 8)), x));
  x = g.reshape(g.node('GlobalAveragePool', 'avgpool', [x]), [typeof batch === 'number' ? batch : 0, 8]);
  x = g.node('Gemm', named ? 'fc' : '', [x, g.stored(id('fc.weight'), [5, 8]), g.stored(id('fc.bias'), [5])], { transB: 1 });
  g.output('scores', softmax ? g.softmax(x) : x);
  return writeOnnx(g);
}

const images = (n: number) => tensor('float32', [n, 3, 8, 8], stream(0, 'images').normals(n * 192) as Float32Array<ArrayBuffer>);
const groupsOf = async (bytes: Uint8Array, options?: LoadOnnxOptions) =>
  (await loadOnnx(bytes, options)).groups.map(({ name, kind, members }) => `${name} (${kind}): ${members.length}`);

test('what a file holds is found and told', async () => {
  const model = await loadOnnx(network(), { name: 'net' });
  expect(describeModel(inspect(model))).toMatchInlineSnapshot(`
    "net: 1,461 trainable numbers in 11 parameters
      input     image: float32 [N, 3, 8, 8]
      output    float32 [N, 5]
      features  Reshape_1: float32 [N, 8]
      ops       Conv 3, BatchNormalization 3, Relu 3, Add 2, GlobalAveragePool 1, Reshape 1, Gemm 1

    group     kind    parameters      numbers
    conv1     shared           1          216
    bn1       shared           2           16
    layer1.0  shared           3          592
    layer1.1  shared           3          592
    fc        head             2           45"
  `);
});

test('the model computes what the file does, for any batch', async () => {
  const bytes = network({ batch: 2 });
  const model = await loadOnnx(bytes);
  expect(model.logits.shape).toEqual(['N', 5]);
  const all = await runGraph(model.graph, { image: images(3) }, run);
  const file = await runGraph(readOnnx(bytes), { image: images(2) }, run);
  expect(all.logits?.data.slice(0, 10)).toEqual(file.scores?.data);
});

test('a fixed batch is freed where reshapes compute its sizes, and else kept with a note', async () => {
  const file = (last: (g: File, x: Value) => Value) => {
    const g = new File('fixed');
    const x = g.input('x', 'float32', [2, 3, 4]);
    const flat = g.append('Reshape', [x, g.op('Concat', [g.ints([2]), g.ints([12])], { axis: 0 })], { allowzero: 1 }).outputs[0] as Value;
    g.output('y', last(g, g.matMul(flat, g.stored('fc.weight', [12, 5]))));
    return writeOnnx(g);
  };
  const freed = await loadOnnx(file((_, y) => y));
  expect(freed.logits.shape).toEqual(['N', 5]);
  expect(freed.imported?.notes).toEqual([]);
  const kept = await loadOnnx(file((g, y) => g.add(y, g.stored('offset', [2, 5]))));
  expect([kept.input.shape, kept.logits.shape]).toEqual([
    [2, 3, 4],
    [2, 5],
  ]);
  expect(kept.imported?.notes).toMatchInlineSnapshot(`
    [
      "No classifier was found before \`y\`, so that is taken for the features.",
      "The file is made for batches of exactly 2 and cannot be freed from that (its output would be [2, 5]): train it with that batch size, or export it with a dynamic batch (dynamic_axes or dynamic_shapes in PyTorch).",
    ]
  `);
});

test('images may have another size than the file says', async () => {
  const model = await loadOnnx(network(), { inputShapes: { image: [3, 5, 7] } });
  const { logits } = await runGraph(model.graph, { image: tensor('float32', [2, 3, 5, 7], new Float32Array(210)) }, run);
  expect(logits?.dims).toEqual([2, 5]);
  const wrong = loadOnnx(network(), { inputShapes: { images: [3, 5, 7] } });
  await expect(wrong).rejects.toThrow('`inputShapes`: `network` has no input `images`; did you mean `image`?');
});

test('blocks are found where names are gone', async () => {
  expect(await groupsOf(network({ named: false }))).toMatchInlineSnapshot(`
    [
      "block1 (shared): 1",
      "block2 (shared): 4",
      "block3 (shared): 5",
      "block4 (shared): 5",
      "head (head): 2",
    ]
  `);
});

test('a softmax at the end is left out', async () => {
  const model = await loadOnnx(network({ softmax: true }));
  expect(model.graph.nodes.at(-1)?.op).toBe('Gemm');
  expect(model.imported?.notes).toMatchInlineSnapshot(`
    [
      "The output \`scores\` is a Softmax; the scores before it are what trains.",
    ]
  `);
});

test('what is merged by equal value is given back, what is shared stays', async () => {
  const g = new File('tied');
  const x = g.input('ids', 'int64', ['batch', 4]);
  const table = g.stored('embed.weight', [10, 6]);
  const zeros = g.stored('block.0.fc.bias', [6], 0);
  let h = g.gather(table, x);
  for (const block of ['block.0', 'block.1', 'block.2']) {
    const weight = g.stored(`${block}.fc.weight`, [6, 6]);
    const bias = block === 'block.2' ? (g.append('Identity', [zeros], {}, { outputs: ['block.2.fc.bias'] }).outputs[0] as Value) : zeros;
    h = g.tanh(g.node('Add', `${block}.fc`, [g.matMul(h, weight), bias]));
  }
  g.output('logits', g.matMul(h, g.transpose(table, [1, 0])));
  const bytes = writeOnnx(g);
  const model = await loadOnnx(bytes);
  expect(model.imported).toMatchObject({
    ties: [{ name: 'embed.weight' }],
    merges: [{ name: 'block.0.fc.bias', names: ['block.0.fc.bias', 'block.1.fc.bias', 'block.2.fc.bias'] }],
  });
  expect([...stateOf(model).keys()]).toHaveLength(7);
  expect(model.graph.nodes.some(({ op }) => op === 'Identity')).toBe(false);
  const kept = await loadOnnx(bytes, { shared: 'all' });
  expect(kept.imported?.ties.map(({ name }) => name)).toEqual(['embed.weight', 'block.0.fc.bias']);
  expect([...stateOf(kept).keys()]).toHaveLength(5);
});

test('a learnt number that several places use is one parameter', async () => {
  const g = new File('scaled');
  const x = g.input('x', 'float32', ['batch', 4]);
  const [own, initial] = [g.stored('block.scale', [1], 2), g.stored('block.slope', [1], 0)];
  g.output('y', g.add(g.mul(g.op('Sin', [g.mul(x, own)]), own), g.mul(g.mul(x, initial), initial)));
  const { parameters, imported } = await loadOnnx(writeOnnx(g));
  expect([...parameters.keys()].filter((id) => id.startsWith('block.scale'))).toEqual(['block.scale']);
  expect(imported?.merges.map(({ name }) => name)).toEqual(['block.slope']);
});

test('the zero bias of a layer that is repeated stays one, as its weight does', async () => {
  const g = new File('unrolled');
  const [weight, zeros] = [g.stored('cell.weight', [4, 4]), g.stored('cell.bias', [4], 0)];
  let h = g.input('x', 'float32', ['batch', 4]);
  for (let step = 0; step < 3; step++) h = g.tanh(g.add(g.matMul(h, weight), zeros));
  g.output('logits', g.add(g.matMul(h, g.stored('head.weight', [4, 4])), zeros));
  const model = await loadOnnx(writeOnnx(g));
  expect([...stateOf(model).values()].map(({ dims }) => dims)).toEqual([[4, 4], [4], [4, 4], [4]]);
  expect(model.imported?.merges.map(({ names }) => names.length)).toEqual([2]);
});

test('constants stay constants, and options overrule what was found', async () => {
  const g = new File('odd');
  const x = g.input('x', 'float32', ['batch', 4]);
  const scaled = g.mul(g.op('Clip', [x, g.stored('low', [], 1)]), g.stored('temperature', [], 1));
  const masked = g.add(scaled, g.stored('attn_mask', [1, 4]));
  const cut = g.mul(g.cast(g.greater(masked, g.stored('threshold', [4])), 'float32'), masked);
  g.output('y', g.matMul(cut, g.stored('weight', [4, 2])));
  const bytes = writeOnnx(g);
  const { imported, parameters } = await loadOnnx(bytes);
  expect([...parameters.keys()]).toEqual(['weight']);
  expect(imported?.constants.map(({ name, why }) => `${name}: ${why}`).join('\n')).toMatchInlineSnapshot(`
    "low: it sets how an op works
    temperature: it is a single number
    attn_mask: by its name it is a table that networks keep as a buffer
    threshold: no path that passes gradients leads from it to the output"
  `);
  const chosen = await loadOnnx(bytes, { parameters: [/mask$/, 'temperature'], constants: ['weight'] });
  expect([...chosen.parameters.keys()]).toEqual(['temperature', 'attn_mask']);
  const errors = [{ constants: ['wieght'] }, { constants: [/./] }, { output: 'logits' }, { features: 'nothing' }, { classes: ['a'] }].map((options) =>
    loadOnnx(bytes, options).then(
      () => 'accepted',
      (error: Error) => error.message,
    ),
  );
  expect((await Promise.all(errors)).join('\n')).toMatchInlineSnapshot(`
    "\`constants\`: no stored tensor of \`odd\` is called wieght; did you mean \`weight\`?
    Nothing in \`odd\` can train: of 5 stored floating-point tensors none reaches the output on a path that passes gradients. Name tensors in \`parameters\` to train them all the same.
    \`output\` (="logits") must be one of the floating-point outputs of \`odd\`: \`y\`.
    Graph \`odd\` has no value named \`nothing\`.
    Model \`odd\` gives 2 scores, but 1 \`classes\` are named."
  `);
});

test('heads of each kind go on the features', async () => {
  const model = await loadOnnx(network());
  const shapes = (['linear', 'mlp', 'cosine'] as const).map((head) => {
    const { graph, logits, groups, classes } = replaceHead(model, { classes: ['a', 'b'], head, seed: 3 });
    return { logits: logits.shape, classes, head: groups.at(-1), ids: graph.ofKind('parameter').length };
  });
  expect(shapes).toMatchInlineSnapshot(`
    [
      {
        "classes": [
          "a",
          "b",
        ],
        "head": {
          "kind": "head",
          "members": [
            "head.weight",
            "head.bias",
          ],
          "name": "head",
        },
        "ids": 11,
        "logits": [
          "N",
          2,
        ],
      },
      {
        "classes": [
          "a",
          "b",
        ],
        "head": {
          "kind": "head",
          "members": [
            "head.dense1.weight",
            "head.dense1.bias",
            "head.dense2.weight",
            "head.dense2.bias",
          ],
          "name": "head",
        },
        "ids": 13,
        "logits": [
          "N",
          2,
        ],
      },
      {
        "classes": [
          "a",
          "b",
        ],
        "head": {
          "kind": "head",
          "members": [
            "head.weight",
            "head.scale",
          ],
          "name": "head",
        },
        "ids": 11,
        "logits": [
          "N",
          2,
        ],
      },
    ]
  `);
  const spatial = replaceHead(model, { classes: 3, features: model.graph.nodes.find(({ op }) => op === 'GlobalAveragePool')?.inputs[0]?.name ?? '' });
  expect(spatial.logits.shape).toEqual(['N', 3]);
  const again = replaceHead(spatial, { classes: 4, seed: 9 });
  expect(again.groups.map(({ name }) => name)).toEqual(spatial.groups.map(({ name }) => name));
  const { logits } = await runGraph(again.graph, { image: images(2) }, run);
  expect(logits?.dims).toEqual([2, 4]);
});

test('a head goes on one that came from a file, whatever its nodes are called', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-load-'));
  try {
    const [first, second] = ['first', 'second'].map((name) => join(folder, `${name}.onnx`)) as [string, string];
    await exportOnnx(replaceHead(await loadOnnx(network()), { classes: 2, head: 'mlp' }), first);
    const model = replaceHead(await loadOnnx(first), { classes: 3, head: 'mlp' });
    const names = model.graph.nodes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect((await exportOnnx(model, second)).difference).toBeLessThan(1e-5);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('bytes and paths of each kind are taken', async () => {
  const bytes = network();
  const folder = mkdtempSync(join(tmpdir(), 'graft-load-'));
  try {
    const path = join(folder, 'net.onnx');
    writeFileSync(path, bytes);
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const models = await Promise.all([loadOnnx(path), loadOnnx(pathToFileURL(path)), loadOnnx(buffer)]);
    expect(models.map(({ name }) => name)).toEqual(['net', 'net', 'network']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('class names and preprocessing come back from an exported file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-load-'));
  try {
    const path = join(folder, 'net.onnx');
    const classes = ['a', 'b', 'c', 'd', 'e'];
    await exportOnnx(await loadOnnx(network(), { classes, preprocessing: { steps: ['grey'] } }), path);
    expect(await loadOnnx(path)).toMatchObject({ classes, preprocessing: { steps: ['grey'] } });
    expect((await loadOnnx(path, { classes: classes.toReversed() })).classes?.[0]).toBe('e');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('slips are refused in sentences', async () => {
  const bytes = network();
  const model = await loadOnnx(bytes);
  const attempts: (() => unknown)[] = [
    () => loadOnnx(bytes, { feature: 'x' } as LoadOnnxOptions),
    () => loadOnnx(bytes, { parameters: 'weight' } as never),
    () => loadOnnx(bytes, { floats: 'float16' } as never),
    () => loadOnnx(undefined as never),
    () => loadOnnx('https://example.com/model.onnx'),
    () => loadOnnx(bytes, { inputShapes: { image: [1, 3, 8, 8] } }),
    () => replaceHead(model, { classes: 0 }),
    () => replaceHead(model, { classes: ['a', 'a'] }),
    () => replaceHead(model, { labels: 3 } as never),
    () => replaceHead(model, { classes: 3, head: 'liner' as never }),
    () => replaceHead(model, { classes: 3, features: 'Reshape_2' }),
  ];
  expect((await messagesOf(attempts)).join('\n')).toMatchInlineSnapshot(`
    "\`loadOnnx\`: there is no option \`feature\`; did you mean \`features\`?
    \`loadOnnx\`: \`parameters\` is the string 'weight', but must be a list, for instance \`['scale', /gamma$/]\`.
    \`loadOnnx\`: \`floats\` is the string 'float16', but must be one of 'float32', 'stored'.
    \`loadOnnx\` takes the path of a file or its bytes, not undefined.
    Graft downloads nothing: fetch https://example.com/model.onnx yourself and give its bytes.
    \`inputShapes\`: \`image\` is [1, 3, 8, 8], but one example has 3 axes, such as [3, 8, 8]; leave the batch out.
    \`classes\` of \`replaceHead\` must be names or a whole number above 0, for instance \`{ classes: ['cat', 'dog'] }\`, not the number 0.
    \`classes\` of \`replaceHead\` name "a" twice.
    \`replaceHead\`: there is no option \`labels\`; known are \`classes\`, \`head\`, \`features\`, \`seed\`.
    \`head\` (="liner") of \`replaceHead\`: did you mean \`linear\`?
    \`features\` (="Reshape_2") names no value of model \`network\`; did you mean \`Reshape_1\`?"
  `);
});

test('a text model is averaged over the tokens that count', async () => {
  const g = new Builder('text');
  const ids = g.input('input_ids', 'int64', ['batch', 'length']);
  const mask = g.input('attention_mask', 'int64', ['batch', 'length']);
  const table = g.parameter('table', tensorOf('float32', [0, 1, 2, 3, 4, 5, 6, 7], [4, 2]));
  const hidden = g.gather(table, ids);
  g.output('last_hidden_state', g.mul(hidden, g.unsqueeze(g.cast(mask, 'float32'), [2])));
  const model = replaceHead(await loadOnnx(writeOnnx(g)), { classes: 2 });
  const weight = stateOf(model).get('head.weight')?.data as Float32Array;
  weight.set([1, 0, 0, 1]);
  const feeds = { input_ids: tensorOf('int64', [1, 3, 0, 2, 2, 2], [2, 3]), attention_mask: tensorOf('int64', [1, 1, 0, 1, 0, 0], [2, 3]) };
  const { logits } = await runGraph(model.graph, feeds, run);
  expect(Array.from(logits?.data as Float32Array)).toEqual([4, 5, 4, 5]);
});
