// What newcomers write, people without types above all: each slip is refused in a sentence that says what to write instead.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as typed from 'graft-ml';
import { afterAll, describe, expect, test } from 'vitest';
import { smallDigits, smallModel } from './support/small-problem.ts';

/** As JavaScript sees it. */
// biome-ignore lint/suspicious/noExplicitAny: the point is what types would not let through.
const graft = typed as any;
const { conv, dense, flatten, relu, maxPool, batchNorm, dropout } = graft;
const { train, test: held } = await smallDigits();
const folder = mkdtempSync(join(tmpdir(), 'graft-misuse-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The messages of all, one a line; one that is not an error of Graft's is shown with its kind. */
async function messages(...calls: readonly (() => unknown)[]): Promise<string> {
  const lines: string[] = [];
  for (const call of calls) {
    try {
      await call();
      lines.push('no error');
    } catch (error) {
      lines.push(error instanceof graft.GraftError ? (error as Error).message : String(error));
    }
  }
  // Which strategies there are is no matter of this test.
  return lines.join('\n').replaceAll(folder, 'FOLDER').replaceAll(Object.keys(typed.strategies).join(', '), 'STRATEGIES');
}
const fit = (options?: unknown, data: unknown = train, model: unknown = smallModel()) =>
  messages(() => graft.finish(graft.fit(model, data, options)));
const all = async (...given: readonly Promise<string>[]) => (await Promise.all(given)).join('\n');
const model = (options: object, layers = () => [flatten(), dense(3)]) => {
  return () => graft.createModel({ name: 'net', input: [1, 28, 28], layers: layers(), ...options });
};
const inputs = typed.tensor('float32', [4, 2], new Float32Array(8));
const data = (parts: object) => () => graft.dataset({ name: 'pets', inputs, ...parts });

test('options that there are not', async () => {
  const some = await all(
    fit({ epoch: 3 }),
    fit({ batchsize: 8 }),
    fit({ optimizer: { name: 'sgd' } }),
    fit({ lr: 0.1 }),
    fit({ optimiser: { name: 'sgd', lr: 0.1 } }),
    fit({ optimiser: { name: 'sgd', settings: { learningRate: 0.1 } } }),
    fit({ checkpoints: { folder: 'a', evry: 3 } }),
    messages(
      () => conv(8, 3, { strides: 2 }),
      () => dense(8, { activation: 'relu' }),
      () => batchNorm({ eps: 1 }),
      model({ classNames: ['a', 'b', 'c'] }),
      () => graft.finish(graft.transfer(smallModel(), train, { strategy: 'full', epochs: 3 })),
      () => graft.finish(graft.transfer(smallModel(), train, { strategy: 'lp-ft', probe: 0.3 })),
      () => graft.exportOnnx(smallModel(), join(folder, 'a.onnx'), { prob: true }),
      () => graft.carryOver(smallModel(), smallModel(2), { selects: ['conv'] }),
      data({ normalization: {} }),
      () => graft.evaluate(smallModel(), held, { batchSize: 3 }),
      () => graft.schedules.cosine({ min: 0.1 }),
      () => graft.losses.crossEntropy({ smoothing: 0.1 }),
      () => graft.normalisation({ rang: 255 }),
      () => graft.progress(graft.fit(smallModel(), train), { units: 'images' }).next(),
    ),
  );
  expect(some).toMatchInlineSnapshot(`
    "\`fit\`: there is no option \`epoch\`; did you mean \`epochs\`?
    \`fit\`: there is no option \`batchsize\`; did you mean \`batchSize\`?
    \`fit\`: there is no option \`optimizer\`; did you mean \`optimiser\`?
    \`fit\`: there is no option \`lr\`; the learning rate is one of the optimiser's settings: \`optimiser: { name: 'adam', settings: { lr: 0.001 } }\`.
    \`optimiser\`: there is no option \`lr\`; it is one of the \`settings\`: \`settings: { lr: 0.01 }\`.
    optimiser \`sgd\`: there is no option \`learningRate\`; did you mean \`lr\`?
    \`checkpoints\`: there is no option \`evry\`; did you mean \`every\`?
    \`conv\`: there is no option \`strides\`; did you mean \`stride\`?
    \`dense\`: there is no option \`activation\`; an activation is a layer of its own: put \`relu()\` or another behind this one.
    \`batchNorm\`: there is no option \`eps\`; did you mean \`epsilon\`?
    \`createModel\`: there is no option \`classNames\`; did you mean \`classes\`?
    \`transfer\`: there is no option \`epochs\`; it goes into \`fit\`: \`fit: { epochs: ... }\`.
    \`transfer\`: there is no option \`probe\`; an option of a strategy goes into \`options\`: \`options: { probe: ... }\`.
    \`exportOnnx\`: there is no option \`prob\`; did you mean \`probabilities\`?
    \`carryOver\`: there is no option \`selects\`; did you mean \`select\`?
    \`dataset\`: there is no option \`normalization\`; did you mean \`normalisation\`?
    \`evaluate\`: there is no option \`batchSize\`; known are \`loss\`, \`device\`, \`threads\`.
    \`cosine\`: there is no option \`min\`; known are \`floor\`.
    \`crossEntropy\`: there is no option \`smoothing\`; known are \`labels\`, \`labelSmoothing\`, \`classWeights\`.
    \`normalisation\`: there is no option \`rang\`; did you mean \`range\`?
    \`progress\`: there is no option \`units\`; did you mean \`unit\`?"
  `);
});

test('values that options cannot have', async () => {
  const some = await all(
    fit({ optimiser: 'sgd' }),
    fit({ optimiser: { name: 'sgdd' } }),
    fit({ batchNorm: 'freeze' }),
    fit({ metric: 'f1' }),
    fit({ schedule: 'cosine' }),
    fit({ schedule: typed.schedules.cosine }),
    fit({ schedule: typed.schedules.step }),
    fit({ schedule: () => Number.NaN }),
    fit({ loss: 'mse' }),
    fit({ loss: typed.losses.crossEntropy }),
    fit({ loss: {} }),
    fit({ checkpoints: 'runs/a' }),
    fit({ checkpoints: { every: 3 } }),
    fit({ freeze: 'conv' }),
    fit({ validation: graft.loadOptdigits() }),
    fit('fast'),
  );
  expect(some).toMatchInlineSnapshot(`
    "\`fit\`: \`optimiser\` is the string 'sgd', but must be an object, for instance \`{ name: 'sgd', settings: { lr: 0.01 } }\`.
    There is no optimiser \`sgdd\`; did you mean \`sgd\`?
    \`fit\`: \`batchNorm\` is the string 'freeze', but must be one of 'train', 'frozen', 'statistics', or \`{ stochastic: p }\` with p from 0 to 1.
    \`fit\`: \`metric\` is the string 'f1', but must be one of 'accuracy', 'loss'.
    \`fit\`: \`schedule\` is the string 'cosine', but must be a function, for instance \`schedules.cosine()\`.
    \`schedule\` is \`schedules.cosine\`, which makes one when it is called: \`schedules.cosine()\`.
    \`schedule\` is \`schedules.step\`, which makes one when it is called: \`schedules.step()\`.
    \`schedule\` gives the number NaN for the first update; it must give a finite factor of the learning rate.
    \`loss\` is the string 'mse', but must be a loss, for instance \`losses.meanSquaredError()\`.
    \`loss\` is the function crossEntropy, but must be a loss, for instance \`losses.crossEntropy()\`.
    \`loss\` is an empty object, but must be a loss, for instance \`losses.crossEntropy()\`.
    \`fit\`: \`checkpoints\` is the string 'runs/a', but must be an object, for instance \`{ folder: 'runs/first' }\`.
    \`checkpoints\` needs a \`folder\` to save in: \`checkpoints: { folder: 'runs/first' }\`.
    \`fit\`: \`freeze\` is the string 'conv', but must be a list, for instance \`['conv1', 'conv2']\`.
    \`validation\` takes its examples as a dataset, not a promise (\`await\` it).
    \`fit\` takes its options as an object with \`epochs\`, \`batchSize\`, \`accumulate\`, \`loss\`, \`optimiser\`, \`schedule\` and more, not the string 'fast'."
  `);
});

test('what is no model, no data or no events', async () => {
  const some = await all(
    messages(() => graft.finish(graft.fit(smallModel()))),
    fit({}, { train, test: held }),
    fit({}, Promise.resolve(train)),
    fit({}, train, null),
    messages(
      () => graft.finish(graft.fit(train, train)),
      () => graft.finish(smallModel()),
      () => graft.finish(graft.fit),
      () => graft.progress([]).next(),
      () => graft.evaluate(smallModel(), [1, 2]),
      () => graft.finish(graft.transfer(smallModel(), train)),
      () => graft.finish(graft.transfer(smallModel(), train, { fit: { epochs: 3 } })),
      () => graft.finish(graft.transfer(smallModel(), train, { strategy: 'lpft' })),
      () => graft.finish(graft.transfer(smallModel(), train, { strategy: 'lp-ft', fit: { epochs: 1 } })),
      () => graft.carryOver(undefined, smallModel()),
      () => graft.exportOnnx(smallModel()),
      () => graft.exportOnnx(smallModel(), folder),
      () => graft.exportOnnx(smallModel(), 'no-such-folder/'),
    ),
  );
  expect(some).toMatchInlineSnapshot(`
    "\`fit\` takes its examples as a dataset, not undefined; make one with \`dataset({ inputs, labels })\`.
    \`fit\` takes its examples as a dataset, not an object with train, test; give one of its parts, for instance \`train\`.
    \`fit\` takes its examples as a dataset, not a promise (\`await\` it).
    \`fit\` takes a model as \`createModel\` and \`loadOnnx\` give it, not null.
    \`fit\` takes a model as \`createModel\` and \`loadOnnx\` give it, not an object with name, length, inputShape, inputDtype, classes, inputs and more.
    \`finish\` takes what \`fit\` or \`transfer\` gives, a generator of events, not an object with name, graph, input, logits, features, parameters and more.
    \`finish\` takes what \`fit\` or \`transfer\` gives, a generator of events, not the function fit.
    \`progress\` takes what \`fit\` or \`transfer\` gives, a generator of events, not a list.
    \`evaluate\` takes its examples as a dataset, not a list; make one with \`dataset({ inputs, labels })\`.
    \`transfer\` needs to be told how: \`{ strategy: 'full' }\`; strategies are STRATEGIES.
    \`transfer\`: \`strategy\` is undefined, but must be one of STRATEGIES, or made with \`defineStrategy\`.
    There is no strategy \`lpft\`; did you mean \`lp-ft\`?
    Strategy \`lp-ft\` has two phases, and \`epochs\` (=1) is for both together; give at least 2, or take \`full\`.
    \`carryOver\` takes a model as \`createModel\` and \`loadOnnx\` give it, not undefined.
    \`exportOnnx\` takes the path of the file, such as "model.onnx", not undefined.
    \`exportOnnx\` writes one file, but "FOLDER" is a folder; name a file in it, such as "model.onnx".
    \`exportOnnx\` writes one file, but "no-such-folder/" is a folder; name a file in it, such as "model.onnx"."
  `);
});

test('what adapters, heads, files and reports are made of', async () => {
  const some = await messages(
    () => graft.lora(),
    () => graft.lora('m.onnx'),
    () => graft.dora({ rank: 4 }),
    () => graft.ia3(null),
    () => graft.bitfit(smallModel(), { rank: 3 }),
    () => graft.lora(smallModel(), { r: 8 }),
    () => graft.lora(smallModel(), { lora_alpha: 8 }),
    () => graft.dora(smallModel(), { lora_dropout: 0.1 }),
    () => graft.ia3(smallModel(), { target_modules: ['conv'] }),
    () => graft.ia3(smallModel(), { feedforward_modules: ['conv'] }),
    () => graft.replaceHead(smallModel()),
    () => graft.replaceHead('m.onnx', { classes: 3 }),
    () => graft.saveState(smallModel()),
    () => graft.saveState(smallModel(), folder),
    () => graft.saveState(undefined, join(folder, 'a.safetensors')),
    () => graft.loadStateFile(smallModel()),
    () => graft.loadStateFile('a.safetensors', smallModel()),
    () => graft.readState(),
    () => graft.pourWeights(smallModel(), 'a.safetensors'),
    () => graft.pourWeights(smallModel(), Promise.resolve({})),
    () => graft.pourWeights(smallModel(), { name: 'a', tensors: new Map() }, { name: {} }),
    () => graft.htmlReport(),
    () => graft.htmlReport({ title: 'mine' }),
  );
  expect(some).toMatchInlineSnapshot(`
    "\`lora\` takes a model as \`createModel\` and \`loadOnnx\` give it, not undefined.
    \`lora\` takes a model as \`createModel\` and \`loadOnnx\` give it, not the string 'm.onnx'.
    \`dora\` takes a model as \`createModel\` and \`loadOnnx\` give it, not an object with rank.
    \`ia3\` takes a model as \`createModel\` and \`loadOnnx\` give it, not null.
    \`bitfit\`: there is no option \`rank\`; there are none to choose from.
    \`lora\`: there is no option \`r\`; did you mean \`rank\`?
    \`lora\`: there is no option \`lora_alpha\`; did you mean \`alpha\`?
    \`dora\`: there is no option \`lora_dropout\`; did you mean \`dropout\`?
    \`ia3\`: there is no option \`target_modules\`; did you mean \`targets\`?
    \`ia3\`: there is no option \`feedforward_modules\`; did you mean \`feedForward\`?
    \`classes\` of \`replaceHead\` must be names or a whole number above 0, for instance \`{ classes: ['cat', 'dog'] }\`, not undefined.
    \`replaceHead\` takes a model as \`createModel\` and \`loadOnnx\` give it, not the string 'm.onnx'.
    \`saveState\` takes the path of the file, such as "model.safetensors", not undefined.
    \`saveState\` writes one file, but "FOLDER" is a folder; name a file in it, such as "model.safetensors".
    \`saveState\` takes a model as \`createModel\` and \`loadOnnx\` give it, not undefined.
    \`loadStateFile\` takes the path of the file, such as "model.safetensors", not undefined.
    \`loadStateFile\` takes a model as \`createModel\` and \`loadOnnx\` give it, not the string 'a.safetensors'.
    \`readState\` takes the path of the file, such as "model.safetensors", not undefined.
    \`pourWeights\` takes a file's tensors as \`await readState('a.safetensors')\` gives them, not the string 'a.safetensors'.
    \`pourWeights\` takes a file's tensors as \`await readState('model.safetensors')\` gives them, not a promise (\`await\` it).
    \`pourWeights\`: there is no option \`name\`; did you mean \`names\`?
    \`htmlReport\` takes what it tells as \`{ title: '...', sections: [...] }\`, not undefined.
    \`htmlReport\` takes what it tells as \`{ title: '...', sections: [...] }\`, not an object with title."
  `);
});

test('models that cannot be built, with the layer and what to write', async () => {
  const some = await messages(
    model({}, () => [conv(8, 3), relu, dense(3)]),
    model({}, () => [flatten(), 'dense']),
    () => dense(3, { name: 3 }),
    model({}, () => [relu({ name: 'first' })]),
    model({}, () => [conv(8), flatten(), dense(3)]),
    model({}, () => [maxPool(), flatten(), dense(3)]),
    model({}, () => [conv(8, '3')]),
    model({ input: 784 }),
    model({ input: [null, 1, 28, 28] }),
    model({ input: [32, 1, 28, 28] }, () => [conv(8, 3), flatten(), dense(3)]),
    model({ input: [28, 28, 3] }, () => [conv(8, 5), flatten(), dense(3)]),
    model({ input: [1, 4, 4] }, () => [conv(8, 3), maxPool(2), conv(8, 3, { name: 'second' }), flatten(), dense(3)]),
    model({ layers: undefined }),
    model({ classes: ['a', 'b', 'a'] }),
    model({ classes: [0, 1, 2] }),
    model({ classes: ['a', 'b'] }, () => [conv(4, 3), dense(3)]),
    () => graft.createModel(),
    () => dropout({ rate: 0.5 }),
  );
  expect(some).toMatchInlineSnapshot(`
    "Layer 2 of \`layers\` is a function; call it, \`relu()\`, since \`relu\` makes layers and is none itself.
    Layer 2 of \`layers\` is the string 'dense', not a layer such as \`dense(10)\`.
    \`dense\`: \`name\` is the number 3, but must be a string.
    Layer 1 of \`layers\`, a \`relu\`, is named by an object with name; give its name as a string.
    \`conv\`: \`kernel\` is missing; give a whole number, or one for each of its 2 spatial axes.
    \`maxPool\`: \`kernel\` is missing; give a whole number, or one for each of its 2 spatial axes.
    \`conv\`: \`kernel\` is the string '3'; give a whole number, or one for each of its 2 spatial axes.
    \`createModel\`: \`input\` is the number 784, but must be a list, for instance \`[1, 28, 28]\`.
    \`input\` of model \`net\` holds null at 0; give the sizes of one example as whole numbers above 0, without the batch.
    \`conv\` with input [N, 32, 1, 28, 28]: Conv: a window of 3 does not fit axis 2 of 1 with pads 0 and 0. The model's \`input\` is [32, 1, 28, 28]. If its first size is the batch, leave it out: \`input: [1, 28, 28]\`.
    \`conv\` with input [N, 28, 28, 3]: Conv: a window of 5 does not fit axis 3 of 3 with pads 0 and 0. The model's \`input\` is [28, 28, 3]. Channels come first: \`input: [3, 28, 28]\`.
    \`second\` with input [N, 8, 1, 1]: Conv: a window of 3 does not fit axis 2 of 1 with pads 0 and 0.
    \`createModel\` needs \`layers\`: \`{ input: [1, 28, 28], layers: [...] }\`.
    \`classes\` of model \`net\` names "a" twice, at 0 and 2; give each class a name of its own.
    \`classes\` of model \`net\`: class 0 is the number 0; give names as strings.
    Model \`net\` gives scores [N, 4, 26, 3], but 2 \`classes\` are named. Put \`flatten()\` before the last \`dense\` for scores [N, classes].
    \`createModel\` needs to be told what to build: \`{ input: [1, 28, 28], layers: [...] }\`.
    \`rate\` (=[object Object]) of dropout must be at least 0 and below 1."
  `);
});

test('data that is not what it should be', async () => {
  const some = await messages(
    data({ labels: ['cat', 'dog', 'cat', 'dog'] }),
    data({ labels: [0, 0.5, 1, 1] }),
    data({ labels: 'cat' }),
    data({ labels: [0, 1] }),
    data({ classes: ['cat', 'cat'] }),
    data({ classes: 'cat' }),
    data({ inputs: [[1, 2]] }),
    data({ inputs: new Float32Array(8) }),
    data({ name: undefined, labels: [0, 1] }),
    data({ normalisation: { range: 255 } }),
    () => graft.tensor('float', [2], new Float32Array(2)),
    () => graft.tensor('float32', 2, new Float32Array(2)),
    () => graft.tensor('float32', [2], [1, 2]),
    () => graft.mapInputs(train, 'resize'),
    () => graft.mapInputs(train, graft.resize),
    () => graft.resize(28),
    () => graft.place(28),
    () => graft.resize([28, 28], 'cubic'),
    () => graft.fewLabels(train, 0, 1),
    () => graft.fewLabels(graft.dataset({ name: 'pets', inputs, labels: [0, 1, 0, 1] }), 2, 1),
    () => graft.fewLabels(graft.dataset({ name: 'pets', inputs, labels: [0, 1, 1, 1] }), 2, 1),
  );
  expect(some).toMatchInlineSnapshot(`
    "Label 0 of \`pets\` is the string 'cat'; give class indices 0, 1, ... as labels, and what they mean as \`classes\`.
    Label 1 of \`pets\` is the number 0.5; labels in a list are class indices; give real targets as a tensor: \`tensorOf('float32', values, [N, 1])\`.
    The labels of \`pets\` are the string 'cat'; give class indices as a list, or real targets as a tensor.
    \`pets\` has 4 inputs but 2 labels; give one for each input.
    \`classes\` of \`pets\` names "cat" twice, at 0 and 1; give each class a name of its own.
    \`classes\` of \`pets\` are the string 'cat'; give a list of names, in the order of the class indices.
    The inputs of \`pets\` are a list; give a tensor: \`tensor('float32', [N, ...sizes], values)\`.
    The inputs of \`pets\` are a Float32Array; give a tensor: \`tensor('float32', [N, ...sizes], values)\`.
    \`data\` has 4 inputs but 2 labels; give one for each input.
    \`normalisation\` of \`pets\` is an object with range; make it by \`normalisation({ range, mean, std })\`.
    There is no element type \`float\`; did you mean \`float32\`?
    A tensor's shape is a list of sizes, such as [2, 3], not the number 2.
    A float32 tensor is held in a Float32Array, not in a list; convert it, or use \`tensorOf\`, which takes lists.
    Transform 1 for \`train\` is the string 'resize', not a function such as \`resize([28, 28])\`.
    \`resize\` takes [height, width], for instance [28, 28], not an object with dtype, dims, data.
    \`resize\` takes [height, width], for instance [28, 28], not the number 28.
    \`place\` takes [height, width], for instance [28, 28], not the number 28.
    \`resize\`: there is no method \`cubic\`; did you mean \`bicubic\`?
    \`fewLabels\`: \`perClass\` (=0) must be a whole number of examples >= 1 for each class.
    \`pets\` has 2 examples of each class, so 2 a class would leave none for testing; ask for at most 1.
    Class 0 ("0") has 1 examples, fewer than the 2 asked for; ask for fewer or add examples."
  `);
});

describe('data and model that do not go together', () => {
  const classed = (classes?: readonly string[]) => graft.dataset({ name: 'pets', inputs, labels: [0, 1, 0, 1], classes });
  const net = (classes?: readonly string[]) => graft.createModel({ name: 'net', input: [2], layers: [dense(2)], classes });
  const animals = ['cat', 'dog'];

  test('class names in another order, or other ones, in training, validation and evaluation', async () => {
    const some = await all(
      fit({ batchSize: 2 }, classed(['dog', 'cat']), net(animals)),
      fit({ batchSize: 2 }, classed(['cat', 'wolf']), net(animals)),
      fit({ batchSize: 2, validation: classed(['dog', 'cat']) }, classed(animals), net(animals)),
      fit({ batchSize: 2 }, classed(['1', '0']), net(['0', '1'])),
      messages(() => graft.evaluate(net(animals), classed(['dog', 'cat']))),
    );
    expect(some).toMatchInlineSnapshot(`
      "\`pets\` and model \`net\` name the same classes in another order: class 0 is "dog" in the data and "cat" in the model. Give both the same order (and the labels with it), or make the model without \`classes\`: it then takes any.
      \`pets\` and model \`net\` name different classes: class 1 is "wolf" in the data and "dog" in the model. Give both the same names, or make the model without \`classes\`: it then takes any.
      \`pets\` and model \`net\` name the same classes in another order: class 0 is "dog" in the data and "cat" in the model. Give both the same order (and the labels with it), or make the model without \`classes\`: it then takes any.
      \`pets\` and model \`net\` name the same classes in another order: class 0 is "1" in the data and "0" in the model. Give both the same order (and the labels with it), or make the model without \`classes\`: it then takes any.
      \`pets\` and model \`net\` name the same classes in another order: class 0 is "dog" in the data and "cat" in the model. Give both the same order (and the labels with it), or make the model without \`classes\`: it then takes any."
    `);
  });

  test('a side without names takes any, and numbers are no names', async () => {
    const one = { epochs: 1, batchSize: 2, threads: 1 };
    const some = await all(
      fit(one, classed(animals), net(animals)),
      fit(one, classed(), net(animals)),
      fit(one, classed(['0', '1']), net(animals)),
      fit(one, classed(['dog', 'cat']), net()),
    );
    expect(some).toBe('no error\nno error\nno error\nno error');
  });

  test('scores that were not flattened, and bytes', async () => {
    const unflattened = graft.createModel({ name: 'net', input: [1, 8, 8], layers: [conv(4, 3), dense(10)] });
    const bytes = graft.dataset({ name: 'bytes', inputs: typed.zeros('uint8', [4, 2]), labels: [0, 1, 0, 1] });
    expect(await all(fit({}, train, unflattened), fit({}, bytes, net()))).toMatchInlineSnapshot(`
      "Model \`net\` gives scores [N, 4, 6, 10], but class labels, one for each example, go with [N, classes]: put \`flatten()\`, or a pooling over all of them such as \`globalAveragePool()\`, before the last \`dense\`.
      Examples of \`bytes\` are uint8 [2], but model \`net\` takes float32 [2]; give the dataset a \`normalisation\`, for instance \`normalisation({ range: 255 })\`."
    `);
  });
});

test('lists and bytes are taken as labels', () => {
  expect(data({ labels: [0, 1, 1, 0] })().labels).toEqual(Int32Array.of(0, 1, 1, 0));
  expect(data({ labels: Uint8Array.of(0, 1, 1, 0) })().labels).toEqual(Int32Array.of(0, 1, 1, 0));
  expect(data({ labels: BigInt64Array.of(0n, 1n, 1n, 0n) })().labels).toEqual(Int32Array.of(0, 1, 1, 0));
});

test('sources of texts and photos take labels as datasets do, and refuse what they do not know', async () => {
  const texts = { name: 'mail', texts: ['a', 'b'], tokenise: () => {} };
  expect(graft.textSource({ ...texts, labels: [1, 0] }).labels).toEqual(Int32Array.of(1, 0));
  const photos = { name: 'photos', photos: ['a.jpg'], read: () => {} };
  const some = await messages(
    () => graft.textSource({ ...texts, labels: ['spam', 'ham'] }),
    () => graft.textSource({ ...texts, tokenize: () => {} }),
    () => graft.photoSource({ ...photos, labels: ['cat'] }),
    () => graft.photoSource({ ...photos, classNames: ['cat'] }),
  );
  expect(some).toMatchInlineSnapshot(`
    "Label 0 of \`mail\` is the string 'spam'; give class indices 0, 1, ... as labels, and what they mean as \`classes\`.
    \`textSource\`: there is no option \`tokenize\`; did you mean \`tokenise\`?
    Label 0 of \`photos\` is the string 'cat'; give class indices 0, 1, ... as labels, and what they mean as \`classes\`.
    \`photoSource\`: there is no option \`classNames\`; did you mean \`classes\`?"
  `);
});

test('sources lack what they cannot do without', async () => {
  const some = await messages(
    () => graft.photoSource({ name: 'photos', photos: ['a.jpg'] }),
    () => graft.photoSource({ name: 'photos', read: () => {} }),
    () => graft.textSource({ name: 'mail', texts: ['a'] }),
    () => graft.textSource({ texts: ['a'], tokenise: () => {} }),
    () => graft.textSource(),
  );
  expect(some).toMatchInlineSnapshot(`
    "\`photoSource\` needs \`read\`, for instance \`read: backbone.preprocess\`.
    \`photoSource\` needs \`photos\`, for instance \`photos: ['1.jpg', '2.jpg']\`.
    \`textSource\` needs \`tokenise\`, for instance \`tokenise: backbone.tokenise\`.
    \`textSource\` needs \`name\`, for instance \`name: 'mail'\`.
    \`textSource\` needs \`name\`, for instance \`name: 'mail'\`."
  `);
});

test('texts for a network that reads pictures, and the reverse', async () => {
  const texts = graft.textSource({ name: 'mail', texts: ['a', 'b'], labels: [0, 1], tokenise: () => {} });
  const reader = await graft.loadOnnx(join(import.meta.dirname, 'fixtures/zoo/bert.onnx'));
  expect(await all(fit({}, texts), fit({}, train, reader))).toMatchInlineSnapshot(`
    "Examples of \`mail\` are int64 [L], but model \`small\` takes float32 [1, 8, 8]; it reads pictures, which \`photoSource\` gives; texts are for a network such as \`loadBackbone('all-minilm-l6-v2')\`.
    Examples of \`train\` are float32 [1, 8, 8], but model \`bert\` takes int64 [12]; it reads texts, which \`textSource\` gives; pictures are for a network such as \`loadBackbone('efficientnet-lite0')\`."
  `);
});

test('files and folders that are not there, or are not what they should be', async () => {
  writeFileSync(join(folder, 'file'), 'a file');
  const checkpoints = { folder: join(folder, 'file') };
  const some = await messages(
    () => graft.loadOnnx('nothere.onnx'),
    () => graft.loadOnnx(join(folder, 'nothere.onnx')),
    () => graft.loadOnnx('.'),
    () => graft.loadBackbone('sentence-transformers/all-MiniLM-L6-v2'),
    () => graft.loadBackbone(join(folder, 'nothere')),
    () => graft.loadBackbone(join(folder, 'file')),
    () => graft.finish(graft.fit(smallModel(), train, { checkpoints })),
    () => graft.finish(graft.transfer(smallModel(), train, { strategy: 'full', fit: { checkpoints } })),
  );
  expect(some.replaceAll(process.cwd(), 'WORKING')).toMatchInlineSnapshot(`
    "Could not read nothere.onnx: there is no such file. Check the path; a relative path begins in the working folder, WORKING.
    Could not read FOLDER/nothere.onnx: there is no such file. Check the path.
    Could not read .: it is a folder; name the ONNX file in it, or give the folder of a backbone to \`loadBackbone\`.
    There is no folder "sentence-transformers/all-MiniLM-L6-v2" in the working folder, WORKING to load a backbone from, and Graft downloads nothing. Those that are packages are named without a slash; did you mean \`all-minilm-l6-v2\`?
    There is no folder "FOLDER/nothere" to load a backbone from, and Graft downloads nothing. Those that are packages are named without a slash; known are \`efficientnet-lite0\`, \`all-minilm-l6-v2\`.
    "FOLDER/file" is a file; a backbone is loaded from the folder that it lies in, an ONNX file alone by \`loadOnnx\`.
    Could not read FOLDER/file: ENOTDIR: not a directory, scandir 'FOLDER/file'. A file stands where a folder is needed; remove it or choose another folder.
    Could not read FOLDER/file/transfer.json: ENOTDIR: not a directory, open 'FOLDER/file/transfer.json'. A file stands where a folder is needed; remove it or choose another folder."
  `);
});

test('targets of adapters: a list where there is a text, an empty one, and names of feed-forward parts', async () => {
  const some = await messages(
    () => graft.finish(graft.transfer(smallModel(), train, { strategy: 'lora', options: { targets: ['conv'] } })),
    () => graft.lora(smallModel(), { targets: [] }),
    () => graft.dora(smallModel(), { targets: [] }),
    () => graft.ia3(smallModel(), { targets: [] }),
    () => graft.ia3(smallModel(), { targets: ['conv'], feedForward: ['cnv'] }),
  );
  expect(some).toMatchInlineSnapshot(`
    "strategy \`lora\`: \`targets\` (=['conv']) must be a string, for instance 'query,value'; its default is ''.
    \`targets\` of \`lora\` is an empty list; name a layer in it, or leave it out for those that the method takes by itself.
    \`targets\` of \`dora\` is an empty list; name a layer in it, or leave it out for those that the method takes by itself.
    \`targets\` of \`ia3\` is an empty list; name a layer in it, or leave it out for those that the method takes by itself.
    \`feedForward\` of \`ia3\`: "cnv" matches no layer before the head of model \`small\`; did you mean \`conv\`?"
  `);
});

test('losses by a name', async () => {
  expect(await all(...['mse', 'bce', 'huber', 'hinge', ''].map((loss) => fit({ loss })))).toMatchInlineSnapshot(`
    "\`loss\` is the string 'mse', but must be a loss, for instance \`losses.meanSquaredError()\`.
    \`loss\` is the string 'bce', but must be a loss, for instance \`losses.binaryCrossEntropy()\`.
    \`loss\` is the string 'huber', but must be a loss, for instance \`losses.huber()\`.
    \`loss\` is the string 'hinge', but must be a loss, for instance \`losses.crossEntropy()\`.
    \`loss\` is the string '', but must be a loss, for instance \`losses.crossEntropy()\`."
  `);
});

test('one name may stand for a list of one', () => {
  const moved = (select: unknown) => graft.carryOver(smallModel(), smallModel(2), { select }).moved.map(({ id }: { id: string }) => id);
  expect(moved('conv')).toEqual(['conv.weight', 'conv.bias']);
  expect(moved(['conv'])).toEqual(['conv.weight', 'conv.bias']);
});

test('more threads than processors are told of', async () => {
  const notices: string[] = [];
  for await (const event of typed.fit(smallModel(), train, { epochs: 1, batchSize: 100, threads: availableParallelism() + 1 })) {
    if (event.type === 'notice') notices.push(event.message.replace(/(=|the )\d+/g, '$1P'));
  }
  expect(notices).toMatchInlineSnapshot(`
    [
      "\`threads\` (=P) is more than the P processors that this process may use: the further ones only make the others wait.",
    ]
  `);
});

test('a thousand threads are refused wherever they are asked for', async () => {
  const { device } = await graft.openDevice();
  const threads = 1000 * availableParallelism();
  const some = await all(
    fit({ threads }),
    messages(
      () => graft.evaluate(smallModel(), held, { threads }),
      () => graft.runGraph(smallModel().graph, {}, { device, threads }),
    ),
  );
  expect(some.replace(/(=|the |most )\d+/g, '$1P')).toMatchInlineSnapshot(`
    "\`threads\` (=P) is more than 4 for each of the P processors that this process may use; give at most P, or leave it out.
    \`threads\` (=P) is more than 4 for each of the P processors that this process may use; give at most P, or leave it out.
    \`threads\` (=P) is more than 4 for each of the P processors that this process may use; give at most P, or leave it out."
  `);
});
