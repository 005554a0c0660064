// What the design takes for granted about ONNX Runtime. A failure here means that ORT changed: look at the design before the test.
import * as ort from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { runModule } from '../../tests/support/child.ts';
import { DEFAULT_OPSET, type ModelNode, type ModelSpec, onnxModel, type Type } from '../../tests/support/onnx-model.ts';
import { tensorOf } from '../core/tensor.ts';

const create = (spec: ModelSpec, threads = 1) =>
  ort.InferenceSession.create(onnxModel(spec), { executionProviders: ['cpu'], intraOpNumThreads: threads, logSeverityLevel: 4 });
const floats = (dims: readonly number[], values: Iterable<number>) => new ort.Tensor('float32', Float32Array.from(values), dims);
/** `dims` filled with numbers in [-0.5, 0.5) that look random and are always the same. */
const noise = (dims: readonly number[], step = 7919) =>
  floats(
    dims,
    Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => ((i * step) % 1000) / 1000 - 0.5),
  );
const list = (tensor: ort.Tensor | undefined): number[] => Array.from(tensor?.data as Float32Array, Number);

/** The exact contents, so that results that differ in one bit differ here. */
const bits = (tensor: ort.Tensor): string => Buffer.from((tensor.data as Float32Array).slice().buffer).toString('base64');

/** Runs one node on `feeds` and returns its outputs as numbers. */
async function runNode(
  node: ModelNode,
  feeds: Record<string, ort.Tensor>,
  constants: ModelSpec['constants'] = {},
): Promise<Record<string, number[]>> {
  const inputs = Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, { dtype: t.type as 'float32', shape: t.dims }]));
  const session = await create({ inputs, constants, nodes: [node] });
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, list(t)]));
}

const add: ModelSpec = { inputs: { a: [4], b: [4] }, nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: { y: [4] } }] };

describe('memory', () => {
  test('inputs are not copied', async () => {
    const megabytes = 128;
    const size = megabytes * 2 ** 18;
    const session = await create({
      inputs: { x: [size] },
      constants: { i: tensorOf('int64', [size - 1]) },
      nodes: [{ op: 'Gather', inputs: ['x', 'i'], outputs: { y: [1] } }],
    });
    const x = new ort.Tensor('float32', new Float32Array(size).fill(3), [size]);
    const before = process.resourceUsage().maxRSS;
    expect(list((await session.run({ x })).y)).toEqual([3]);
    expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(megabytes / 4);
  });

  test('a preallocated output has its own buffer written; what is returned is one more copy', async () => {
    const y = floats([4], [0, 0, 0, 0]);
    const results = await (await create(add)).run({ a: floats([4], [1, 2, 3, 4]), b: floats([4], [10, 20, 30, 40]) }, { y });
    expect(list(y)).toEqual([11, 22, 33, 44]);
    y.data[0] = 0;
    expect(list(results.y)).toEqual([11, 22, 33, 44]);
  });

  test('an input may be the output of an element-wise update', async () => {
    const session = await create(add);
    const a = floats([4], [1, 2, 3, 4]);
    for (let i = 0; i < 3; i++) await session.run({ a, b: floats([4], [10, 20, 30, 40]) }, { y: a });
    expect(list(a)).toEqual([31, 62, 93, 124]);
  });

  test('shared memory is refused, so workers own ordinary buffers', async () => {
    const shared = new ort.Tensor('float32', new Float32Array(new SharedArrayBuffer(16)), [4]);
    await expect((await create(add)).run({ a: shared, b: shared })).rejects.toThrow('Invalid argument');
  });

  test('in the WebAssembly build a preallocated output returns stale data', async () => {
    web.env.wasm.numThreads = 1;
    const session = await web.InferenceSession.create(onnxModel(add), { executionProviders: ['wasm'] });
    const tensor = (value: number) => new web.Tensor('float32', new Float32Array(4).fill(value), [4]);
    const results = await session.run({ a: tensor(1), b: tensor(2) }, { y: tensor(-1) });
    expect(list(results.y)).toEqual([-1, -1, -1, -1]);
  });
});

describe('running', () => {
  test.each([1, 2])('reductions repeat bit for bit with %i threads, in one session and in the next', async (threads) => {
    const spec: ModelSpec = {
      inputs: { x: [8, 16, 32, 32], w: [16, 16, 3, 3], m: [1024, 512] },
      nodes: [
        { op: 'Conv', inputs: ['x', 'w'], outputs: { conv: [8, 16, 32, 32] }, attrs: { pads: [1, 1, 1, 1] } },
        { op: 'ReduceMean', inputs: ['conv'], outputs: { mean: [1, 16, 1, 1] }, attrs: { axes: [0, 2, 3] } },
        { op: 'Sub', inputs: ['conv', 'mean'], outputs: { centred: [8, 16, 32, 32] } },
        { op: 'ReduceSumSquare', inputs: ['centred'], outputs: { total: [1] }, attrs: { keepdims: 0 } },
        { op: 'Reshape', inputs: ['centred', 'rows'], outputs: { flat: [128, 1024] } },
        { op: 'MatMul', inputs: ['flat', 'm'], outputs: { product: [128, 512] } },
        { op: 'Softmax', inputs: ['product'], outputs: { soft: [128, 512] } },
      ],
      constants: { rows: tensorOf('int64', [128, 1024]) },
      outputs: ['total', 'mean', 'soft'],
    };
    const feeds = { x: noise([8, 16, 32, 32]), w: noise([16, 16, 3, 3], 104729), m: noise([1024, 512], 15485863) };
    const seen = new Set<string>();
    for (let sessions = 0; sessions < 2; sessions++) {
      const session = await create(spec, threads);
      for (let run = 0; run < 10; run++) {
        const results = await session.run(feeds);
        seen.add(Object.values(results).map(bits).join());
      }
      await session.release();
    }
    expect(seen.size).toBe(1);
  });

  test('ending a worker by force during a run aborts the whole process', async () => {
    const side = 2048;
    const model = onnxModel({ inputs: { a: [side, side] }, nodes: [{ op: 'MatMul', inputs: ['a', 'a'], outputs: { y: [side, side] } }] });
    const worker = `
      const { parentPort, workerData } = require('node:worker_threads');
      const ort = require(workerData.ort);
      (async () => {
        const session = await ort.InferenceSession.create(workerData.model, { intraOpNumThreads: 1 });
        const a = new ort.Tensor('float32', new Float32Array(${side * side}), [${side}, ${side}]);
        for (;;) { setImmediate(() => parentPort.postMessage('running')); await session.run({ a }); }
      })();`;
    const { code, signal } = await runModule(`
      import { Worker } from 'node:worker_threads';
      import { createRequire } from 'node:module';
      const ort = createRequire(${JSON.stringify(import.meta.url)}).resolve('onnxruntime-node');
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [], workerData: { ort, model: Buffer.from('${Buffer.from(model).toString('base64')}', 'base64') } });
      worker.once('message', () => setTimeout(() => worker.terminate(), 50));`);
    expect(code === 134 || signal === 'SIGABRT').toBe(true);
  });

  test('the opsets that it takes end at 26, and Graft writes one of them', async () => {
    const loads = async (opset: number): Promise<boolean> =>
      create({ inputs: { x: [1] }, nodes: [{ op: 'Neg', inputs: ['x'], outputs: { y: [1] } }], opset }).then(
        (session) => session.release().then(() => true),
        () => false,
      );
    expect(await Promise.all([7, 17, DEFAULT_OPSET, 26, 27].map(loads))).toEqual([true, true, true, true, false]);
  });
});

describe('kernels', () => {
  const double = { dtype: 'float64', shape: [1, 1, 1, 1] } as const;
  // Where ORT has no kernel it expands Gelu, and then misses Erf.
  test.each<[string, string[], NonNullable<ModelNode['attrs']>, number, string]>([
    ['Conv', ['x', 'x'], {}, 17, 'Conv'],
    ['ConvTranspose', ['x', 'x'], {}, 17, 'ConvTranspose'],
    ['AveragePool', ['x'], { kernel_shape: [1, 1] }, 17, 'AveragePool'],
    ['Erf', ['x'], {}, 17, 'Erf'],
    ['Gelu', ['x'], {}, 20, 'Erf'],
  ])('%s exists in float32 but not in float64', async (op, inputs, attrs, opset, missing) => {
    const spec = (type: Type): ModelSpec => ({ inputs: { x: type }, nodes: [{ op, inputs, outputs: { y: type }, attrs }], opset });
    await expect(create(spec(double))).rejects.toThrow(`Could not find an implementation for ${missing}(`);
    await (await create(spec(double.shape))).release();
  });

  test('BatchNormalization in training mode: biased variance, running = momentum * old + (1 - momentum) * batch', async () => {
    const channels = [1, 2, 3, 6];
    const { y, mean, variance } = await runNode(
      {
        op: 'BatchNormalization',
        inputs: ['x', 'scale', 'bias', 'old_mean', 'old_var'],
        outputs: { y: [4, 1], mean: [1], variance: [1] },
        attrs: { training_mode: 1, momentum: 0.75, epsilon: 0.5 },
      },
      { x: floats([4, 1], channels), scale: floats([1], [2]), bias: floats([1], [1]), old_mean: floats([1], [10]), old_var: floats([1], [20]) },
    );
    // Mean 3; squares of the differences 4, 1, 0, 9: biased variance 3.5, unbiased 4.67.
    expect(mean).toEqual([0.75 * 10 + 0.25 * 3]);
    expect(variance).toEqual([0.75 * 20 + 0.25 * 3.5]);
    expect(y).toEqual(channels.map((x) => expect.closeTo((2 * (x - 3)) / Math.sqrt(3.5 + 0.5) + 1, 5)));
  });

  test('LayerNormalization also returns the mean and the inverse deviation', async () => {
    const { y, mean, inverse } = await runNode(
      { op: 'LayerNormalization', inputs: ['x', 'scale'], outputs: { y: [1, 4], mean: [1, 1], inverse: [1, 1] }, attrs: { epsilon: 0.5 } },
      { x: floats([1, 4], [1, 2, 3, 6]), scale: floats([4], [1, 1, 1, 1]) },
    );
    expect(mean).toEqual([3]);
    expect(inverse).toEqual([0.5]);
    expect(y).toEqual([-1, -0.5, 0, 1.5]);
  });

  test('MaxPool gives the flat index of each maximum, and MaxUnpool puts values back there', async () => {
    const spec = (nodes: ModelNode[]): ModelSpec => ({
      inputs: { x: [1, 1, 2, 4], dy: [1, 1, 1, 2] },
      constants: { size: tensorOf('int64', [1, 1, 2, 4]) },
      nodes,
      outputs: ['i', 'dx'],
    });
    const window = { kernel_shape: [2, 2], strides: [2, 2] };
    const session = await create(
      spec([
        { op: 'MaxPool', inputs: ['x'], outputs: { y: [1, 1, 1, 2], i: { dtype: 'int64', shape: [1, 1, 1, 2] } }, attrs: window },
        { op: 'MaxUnpool', inputs: ['dy', 'i', 'size'], outputs: { dx: [1, 1, 2, 4] }, attrs: window },
      ]),
    );
    const results = await session.run({ x: floats([1, 1, 2, 4], [1, 5, 2, 3, 4, 0, 7, 6]), dy: floats([1, 1, 1, 2], [0.5, -2]) });
    expect(list(results.i)).toEqual([1, 6]);
    expect(list(results.dx)).toEqual([0, 0.5, 0, 0, 0, 0, -2, 0]);
  });

  test('ScatterElements adds up what goes to the same place', async () => {
    const { y } = await runNode(
      { op: 'ScatterElements', inputs: ['zeros', 'i', 'dy'], outputs: { y: [4] }, attrs: { axis: 0, reduction: 'add' } },
      { dy: floats([5], [1, 2, 3, 4, 5]) },
      { zeros: tensorOf('float32', [0, 0, 0, 0]), i: tensorOf('int64', [3, 0, 3, 1, 3]) },
    );
    expect(y).toEqual([2, 4, 0, 9]);
  });

  test('FusedMatMul transposes and scales its operands, for batches too', async () => {
    const node: ModelNode = {
      op: 'FusedMatMul',
      domain: 'com.microsoft',
      inputs: ['a', 'b'],
      outputs: { y: [2, 2, 1] },
      attrs: { transA: 1, transB: 1, alpha: 0.5 },
    };
    const { y } = await runNode(node, { a: floats([2, 3, 2], [1, 2, 3, 4, 5, 6, 1, 0, 0, 1, 1, 1]), b: floats([2, 1, 3], [1, 1, 2, 2, 4, 6]) });
    expect(y).toEqual([7, 9, 4, 5]);
  });

  test.runIf(process.arch === 'x64')('com.microsoft.nchwc can be named in a model; its block is 8 or 16 channels', async () => {
    const channels = 32;
    const { y } = await runNode(
      { op: 'ReorderInput', domain: 'com.microsoft.nchwc', inputs: ['x'], outputs: { y: [1, channels, 1, 2] } },
      {
        x: floats(
          [1, channels, 1, 2],
          Array.from({ length: channels * 2 }, (_, i) => i),
        ),
      },
    );
    // Channel c at pixel p holds 2c + p, so the first pixel's block is 0, 2, 4 ... until the second pixel's 1 begins.
    const block = y?.indexOf(1) ?? 0;
    expect([8, 16]).toContain(block);
    expect(y?.slice(0, 2 * block)).toEqual(Array.from({ length: 2 * block }, (_, i) => 2 * (i % block) + Math.floor(i / block)));
  });
});
