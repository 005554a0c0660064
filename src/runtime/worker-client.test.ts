import { describe, expect, test } from 'vitest';
import { onnxModel } from '../../tests/support/onnx-model.ts';
import type { RuntimeWorker } from '../../tests/support/runtime-worker.ts';
import type { GraftError } from '../core/errors.ts';
import { zeros } from '../core/tensor.ts';
import { connect, workerUrl } from './worker-client.ts';

const entry = new URL('../../tests/support/runtime-worker.ts', import.meta.url);
const start = (workerData?: unknown) => connect<RuntimeWorker>(entry, workerData);
const side = 512;
const matMul = onnxModel({
  inputs: { a: [side, side], b: [side, side] },
  nodes: [{ op: 'MatMul', inputs: ['a', 'b'], outputs: { y: [side, side] } }],
});
const feeds = { a: zeros('float32', [side, side]), b: zeros('float32', [side, side]) };
const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: GraftError) => error.code,
  );

describe('requests', () => {
  test('are answered in the order they were made, one at a time', async () => {
    const client = start();
    const order: number[] = [];
    const answers = [30, 10, 0].map((turns, value) => client.call('later', { value, turns }).then((v) => order.push(v)));
    await Promise.all(answers);
    expect(order).toEqual([0, 1, 2]);
    await client.close();
  });

  test('move the buffers of arguments and results instead of copying them', async () => {
    const client = start();
    const numbers = Float32Array.of(1, 2, 3);
    const answer = client.call('double', numbers, [numbers.buffer]);
    expect(numbers.length).toBe(0);
    expect(await answer).toEqual(Float32Array.of(2, 4, 6));
    await client.close();
  });

  test('of many workers add one listener to the process between them', async () => {
    const before = process.listenerCount('exit');
    const clients = Array.from({ length: 12 }, () => start());
    expect(process.listenerCount('exit')).toBe(before);
    await Promise.all(clients.map((client) => client.close()));
  });

  test('see the data the worker was started with', async () => {
    const client = start({ seed: 7 });
    expect(await client.call('data')).toEqual({ seed: 7 });
    await client.close();
  });
});

describe('errors', () => {
  test('keep their code and message, and the worker goes on', async () => {
    const client = start();
    await expect(client.call('failCoded')).rejects.toMatchObject({ name: 'GraftError', code: 'not-finite', message: '`loss` is NaN at step 3.' });
    await expect(client.call('failPlain')).rejects.toMatchObject({ code: 'internal', message: 'not a function' });
    await expect(client.call('failPlain')).rejects.toHaveProperty('stack', expect.stringContaining('runtime-worker.ts'));
    expect(await client.call('note', 'alive')).toEqual(['alive']);
    await client.close();
  });

  test('say so when a value cannot cross between threads', async () => {
    const client = start();
    await expect(client.call('unsendable')).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('could not be cloned') });
    await expect(client.call('note', (() => 1) as never)).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringContaining('`note`'),
    });
    await client.close();
  });

  test('name the handlers there are when one is missing', async () => {
    const client = start() as unknown as { call(name: string): Promise<unknown>; close(): Promise<void> };
    await expect(client.call('toString')).rejects.toMatchObject({ code: 'invalid-argument', message: expect.stringContaining('load, run, note') });
    await client.close();
  });

  test('reject everything pending when the worker dies outside a request, and all later calls', async () => {
    const client = start();
    const pending = [client.call('crash'), client.call('note', 'never')];
    for (const call of pending) {
      await expect(call).rejects.toMatchObject({ code: 'internal', message: 'The worker failed outside its requests: outside a request' });
    }
    expect(await code(client.call('note', 'after'))).toBe('internal');
    await client.close();
  });

  test('reject what is pending when the worker exits by itself', async () => {
    const client = start();
    await expect(client.call('exit', 3)).rejects.toThrow('The worker ended (exit code 3) before it answered `exit`. Start a new one.');
    await client.close();
  });

  test('reject the first call when the entry cannot be loaded', async () => {
    const client = connect<RuntimeWorker>(new URL('./missing.ts', import.meta.url));
    expect(await code(client.call('data'))).toBe('internal');
    await client.close();
  });
});

describe('close', () => {
  test('lets the request under way complete and refuses those behind it', async () => {
    const client = start();
    await client.call('load', { model: matMul, device: 'cpu', threads: 1 });
    const progress = new Int32Array(new SharedArrayBuffer(4));
    const running = client.call('run', { feeds, times: 20, progress });
    const queued = [client.call('note', 'a'), client.call('run', { feeds, times: 1000 })];
    Atomics.wait(progress, 0, 0);
    const closed = client.close();
    expect((await running).y?.dims).toEqual([side, side]);
    expect(await Promise.all(queued.map(code))).toEqual(['aborted', 'aborted']);
    await closed;
    expect(await code(client.call('note', 'b'))).toBe('aborted');
  });

  test('is the same promise each time, and safe on an idle worker', async () => {
    const client = start();
    expect(client.close()).toBe(client.close());
    await client.close();
  });

  test('ends a worker whose session computes in WebAssembly threads', async () => {
    const client = start();
    await client.call('load', { model: matMul, device: 'wasm', threads: 2 });
    await client.call('run', { feeds });
    await client.close();
  });
});

test('workerUrl keeps the extension of the importing module', () => {
  expect(workerUrl('engine', 'file:///a/src/train/fit.ts').href).toBe('file:///a/src/train/engine.worker.ts');
  expect(workerUrl('engine', 'file:///a/dist/train/fit.js').href).toBe('file:///a/dist/train/engine.worker.js');
});
