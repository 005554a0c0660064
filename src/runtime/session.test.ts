import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onnxModel } from '../../tests/support/onnx-model.ts';
import { type Tensor, tensorOf, toNumbers, zeros } from '../core/tensor.ts';
import { type DeviceName, openDevice } from './device.ts';
import { createSession, type SessionOptions } from './session.ts';

const n = 4;
const sumAndProduct = onnxModel({
  inputs: { a: [n], b: [n] },
  nodes: [
    { op: 'Add', inputs: ['a', 'b'], outputs: { sum: [n] } },
    { op: 'Mul', inputs: ['a', 'b'], outputs: { product: [n] } },
  ],
  outputs: ['sum', 'product'],
});
const a = tensorOf('float32', [1, 2, 3, 4]);
const b = tensorOf('float32', [10, 20, 30, 40]);

const open = async (model: Uint8Array, name: DeviceName, options: Partial<SessionOptions> = {}) =>
  createSession(model, { device: (await openDevice(name)).device, threads: 1, ...options });

/** `size` numbers in [-0.5, 0.5) that look random and are always the same. */
const numbers = (dims: readonly number[], step: number): Tensor => {
  const size = dims.reduce((x, y) => x * y, 1);
  return tensorOf(
    'float32',
    Array.from({ length: size }, (_, i) => ((i * step) % 1000) / 1000 - 0.5),
    dims,
  );
};

describe.each(['cpu', 'wasm'] as const)('a session on %s', (name) => {
  test('tells its names, device and threads', async () => {
    const session = await open(sumAndProduct, name);
    expect(session).toMatchObject({ inputNames: ['a', 'b'], outputNames: ['sum', 'product'], device: name, threads: 1 });
    await session.release();
  });

  test('returns every output, or those asked for', async () => {
    const session = await open(sumAndProduct, name);
    const all = await session.run({ a, b, unused: a });
    expect(toNumbers(all.sum as Tensor)).toEqual([11, 22, 33, 44]);
    expect(toNumbers(all.product as Tensor)).toEqual([10, 40, 90, 160]);
    expect(Object.keys(await session.run({ a, b }, {}, ['product']))).toEqual(['product']);
    await session.release();
  });

  test('writes into the tensors it is given, which may be views of a larger buffer', async () => {
    const session = await open(sumAndProduct, name);
    const store = new Float32Array(3 * n).fill(-1);
    const sum: Tensor = { dtype: 'float32', dims: [n], data: store.subarray(n, 2 * n) };
    const results = await session.run({ a, b }, { sum }, ['product']);
    expect(results.sum).toBe(sum);
    expect(toNumbers(results.product as Tensor)).toEqual([10, 40, 90, 160]);
    expect([...store]).toEqual([-1, -1, -1, -1, 11, 22, 33, 44, -1, -1, -1, -1]);
    await session.release();
  });

  test('updates an input in place where only element-wise nodes read it', async () => {
    const session = await open(sumAndProduct, name);
    const own = tensorOf('float32', [1, 2, 3, 4]);
    for (let step = 0; step < 3; step++) await session.run({ a: own, b }, { sum: own }, []);
    expect(toNumbers(own)).toEqual([31, 62, 93, 124]);
    await session.release();
  });

  test('carries every element type that ORT takes, unchanged', async () => {
    const types = ['float32', 'float16', 'int8', 'uint8', 'int32', 'int64', 'bool'] as const;
    const model = onnxModel({
      inputs: Object.fromEntries(types.map((dtype) => [`${dtype}_in`, { dtype, shape: [2] }])),
      nodes: types.map((dtype) => ({ op: 'Identity', inputs: [`${dtype}_in`], outputs: { [dtype]: { dtype, shape: [2] } } })),
      outputs: types,
    });
    const session = await open(model, name);
    const feeds = Object.fromEntries(types.map((dtype) => [`${dtype}_in`, tensorOf(dtype, [1, 0])]));
    const results = await session.run(feeds);
    for (const dtype of types) expect(results[dtype]).toEqual(feeds[`${dtype}_in`]);
    await session.release();
  });

  test('names what is missing or unknown', async () => {
    const session = await open(sumAndProduct, name);
    await expect(session.run({ a })).rejects.toMatchObject({ code: 'invalid-argument', message: 'Input `b` is missing in `feeds`.' });
    await expect(session.run({ a, b }, {}, ['diff'])).rejects.toThrow('`diff` is not an output; outputs are sum, product.');
    await expect(session.run({ a, b }, { diff: a })).rejects.toThrow('`diff` is not an output; outputs are sum, product.');
    await expect(session.run({ a, b }, {}, [])).rejects.toThrow('No output is asked for; name one in `into` or `fetch`.');
    await session.release();
  });

  test('turns what ORT refuses into an error that says what to do', async () => {
    const session = await open(sumAndProduct, name);
    await expect(session.run({ a: zeros('float32', [3]), b })).rejects.toMatchObject({
      code: 'device',
      message:
        'ONNX Runtime could not run the session: Got invalid dimensions for input: a for the following indices index: 0 Got: 3 Expected: 4 ' +
        'Please fix either the inputs/outputs or the model. A session is made for concrete shapes; pass tensors of those shapes, or make a session for the new ones.',
    });
    await expect(session.run({ a: zeros('int32', [n]), b })).rejects.toThrow('Convert the tensor to the element type that the model declares.');
    await expect(session.run({ a, b }, { sum: zeros('float32', [3]) }, [])).rejects.toMatchObject({ code: 'device' });
    await session.release();
    await expect(session.run({ a, b })).rejects.toMatchObject({ code: 'device' });
  });

  test('refuses a model of an unknown op, of types without kernel, and bytes that are no model', async () => {
    const unknown = onnxModel({ inputs: { x: [1] }, nodes: [{ op: 'Conjure', inputs: ['x'], outputs: { y: [1] } }] });
    await expect(open(unknown, name)).rejects.toThrow(/could not load the model: .*No Op registered for Conjure.* lower it to other ops/);
    const type = { dtype: 'float64', shape: [1, 1, 1, 1] } as const;
    const double = onnxModel({ inputs: { x: type, w: type }, nodes: [{ op: 'Conv', name: 'conv1', inputs: ['x', 'w'], outputs: { y: type } }] });
    await expect(open(double, name)).rejects.toThrow(
      "could not load the model at Conv node `conv1`: Could not find an implementation for Conv(11) node with name 'conv1'. " +
        'This build has no kernel for the op with these element types; cast its inputs to float32.',
    );
    await expect(open(new Uint8Array(10), name)).rejects.toThrow('The bytes are not a complete ONNX model; write or download the file again.');
  });
});

test('names the node that fails during a run (cpu)', async () => {
  const model = onnxModel({
    inputs: { x: [n], shape: { dtype: 'int64', shape: [1] } },
    nodes: [{ op: 'Reshape', name: 'flatten', inputs: ['x', 'shape'], outputs: { y: ['M'] } }],
  });
  const session = await open(model, 'cpu');
  await expect(session.run({ x: a, shape: tensorOf('int64', [3]) })).rejects.toThrow(
    /^ONNX Runtime could not run the session at Reshape node `flatten`: input_shape_size == requested_shape_size was false\. .*requested shape:\{3\}\. /,
  );
  await session.release();
});

test('refuses bfloat16, which has no JavaScript form in ORT, and thread counts that are none', async () => {
  const session = await open(sumAndProduct, 'cpu');
  await expect(session.run({ a: zeros('bfloat16', [n]), b })).rejects.toMatchObject({ code: 'invalid-dtype' });
  await session.release();
  await expect(open(sumAndProduct, 'cpu', { threads: 0 })).rejects.toThrow('`threads` (=0) must be a whole number of at least 1.');
});

test('wasm keeps the thread count of its first session', async () => {
  await (await open(sumAndProduct, 'wasm')).release();
  await expect(open(sumAndProduct, 'wasm', { threads: 2 })).rejects.toThrow('`threads` (=2) must equal 1');
});

test('wasm computes what cpu computes', async () => {
  const model = onnxModel({
    inputs: { x: [2, 3, 8, 8], w: [4, 3, 3, 3], b: [4] },
    nodes: [
      { op: 'Conv', inputs: ['x', 'w', 'b'], outputs: { conv: [2, 4, 8, 8] }, attrs: { pads: [1, 1, 1, 1] } },
      { op: 'MaxPool', inputs: ['conv'], outputs: { pool: [2, 4, 4, 4] }, attrs: { kernel_shape: [2, 2], strides: [2, 2] } },
      { op: 'Softmax', inputs: ['pool'], outputs: { y: [2, 4, 4, 4] }, attrs: { axis: 1 } },
    ],
  });
  const feeds = { x: numbers([2, 3, 8, 8], 7919), w: numbers([4, 3, 3, 3], 104729), b: numbers([4], 17) };
  const [cpu, wasm] = await Promise.all(
    (['cpu', 'wasm'] as const).map(async (name) => toNumbers((await (await open(model, name)).run(feeds)).y as Tensor)),
  );
  expect(Math.max(...(cpu as number[]).map((value, i) => Math.abs(value - (wasm?.[i] ?? Number.NaN))))).toBeLessThan(1e-6);
});

test('writes a profile when asked to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-profile-'));
  const session = await open(sumAndProduct, 'cpu', { profile: join(folder, 'run') });
  await session.run({ a, b });
  await session.release();
  const [file] = readdirSync(folder);
  const events = JSON.parse(readFileSync(join(folder, file as string), 'utf8')) as { args?: { op_name?: string } }[];
  expect(events.map((event) => event.args?.op_name)).toContain('Mul');
  rmSync(folder, { recursive: true });
});
