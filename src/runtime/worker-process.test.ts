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
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const run = (times) => client.call('run', { feeds, times, progress });
  ${then}`;

test('an idle client that nobody closed does not hold the process', async () => {
  expect(await runModule(session(''))).toMatchObject({ code: 0, signal: null, stderr: '' });
});

test('a pending request holds the process until it is answered', async () => {
  const { code, stdout } = await runModule(session('run(10).then((results) => process.stdout.write(results.y.dims.join()));'));
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${side},${side}` });
});

/** Begins a long request, waits until it runs, and says on the way out how far it came: 2 when it was done. */
const leave = (how: string): string =>
  session(`
  process.on('exit', () => process.stdout.write(String(progress[0])));
  run(20);
  Atomics.wait(progress, 0, 0);
  ${how}`);

test('process.exit during a run lets the request finish and keeps its exit code', async () => {
  expect(await runModule(leave('process.exit(5);'))).toEqual({ code: 5, signal: null, stdout: '2', stderr: '' });
});

test('an uncaught error during a run lets the request finish and ends the process with that error', async () => {
  const { code, signal, stdout, stderr } = await runModule(leave("throw new Error('of the main thread');"));
  expect({ code, signal, stdout }).toEqual({ code: 1, signal: null, stdout: '2' });
  expect(stderr).toContain('of the main thread');
});

test('after close the process ends by itself', async () => {
  const { code, stdout } = await runModule(
    session("run(20).then(() => process.stdout.write('ran ')); Atomics.wait(progress, 0, 0); await client.close(); process.stdout.write('closed');"),
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
