import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runModule } from '../../tests/support/child.ts';
import { onnxModel } from '../../tests/support/onnx-model.ts';

const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
const side = 1024;
const model = Buffer.from(
  onnxModel({ inputs: { a: [side, side] }, nodes: [{ op: 'MatMul', inputs: ['a', 'a'], outputs: { y: [side, side] } }] }),
).toString('base64');

/** A process that starts the test worker, loads a MatMul of some milliseconds, and then does `then`. */
const session = (then: string): string => `
  import { connect } from ${at('./worker-client.ts')};
  const client = connect(new URL(${at('../../tests/support/runtime-worker.ts')}));
  await client.call('load', { model: Uint8Array.from(Buffer.from('${model}', 'base64')), device: 'cpu', threads: 1 });
  const feeds = { a: { dtype: 'float32', dims: [${side}, ${side}], data: new Float32Array(${side * side}) } };
  const started = new Int32Array(new SharedArrayBuffer(4));
  const run = (times) => client.call('run', { feeds, times, started });
  ${then}`;

test('an idle client that nobody closed does not hold the process', async () => {
  expect(await runModule(session(''))).toMatchObject({ code: 0, signal: null, stderr: '' });
});

test('a pending request holds the process until it is answered', async () => {
  const { code, stdout } = await runModule(session('run(10).then((results) => process.stdout.write(results.y.dims.join()));'));
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${side},${side}` });
});

test('process.exit during a run lets the request finish and keeps its exit code', async () => {
  expect(await runModule(session('run(20); Atomics.wait(started, 0, 0); process.exit(5);'))).toMatchObject({ code: 5, signal: null, stderr: '' });
});

test('an uncaught error during a run ends the process with that error and no abort', async () => {
  const { code, signal, stderr } = await runModule(session("run(20); Atomics.wait(started, 0, 0); throw new Error('of the main thread');"));
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect(stderr).toContain('of the main thread');
});

test('after close the process ends by itself', async () => {
  const { code, stdout } = await runModule(
    session("run(20).then(() => process.stdout.write('ran ')); Atomics.wait(started, 0, 0); await client.close(); process.stdout.write('closed');"),
  );
  expect(code).toBe(0);
  expect(stdout).toBe('ran closed');
});

test('no worker is ever terminated by force', () => {
  const root = fileURLToPath(new URL('../', import.meta.url));
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'));
  expect(sources.length).toBeGreaterThan(10);
  expect(sources.filter((path) => /\.terminate\s*\(/.test(readFileSync(`${root}${path}`, 'utf8')))).toEqual([]);
});
