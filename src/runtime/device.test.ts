import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runModule, withoutPackage } from '../../tests/support/child.ts';
import { openDevice } from './device.ts';
import { checkThreads, coresOf, physicalCores } from './threads.ts';

const open = (preference: string): string => `
  import { openDevice } from ${JSON.stringify(new URL('./device.ts', import.meta.url).href)};
  const { device, notes } = await openDevice('${preference}').catch((error) => ({ device: { name: error.code }, notes: [error.message] }));
  process.stdout.write(JSON.stringify({ name: device.name, notes }));`;
const noNative = withoutPackage('onnxruntime-node', 'libonnxruntime.so.1: cannot open shared object file');
const noWasm = withoutPackage('onnxruntime-web', 'no such package');
const platform = `${process.platform} ${process.arch}`;

test('auto is cpu where the native library loads, with nothing to announce', async () => {
  const { device, notes } = await openDevice();
  expect(notes).toEqual([]);
  expect(device).toMatchObject({ name: 'cpu', runtime: 'onnxruntime-node', writesOutputs: true });
  expect(device.version).toMatch(/^1\.\d+\.\d+/);
});

test('auto falls back to wasm and says why where the native library does not load', async () => {
  const { stdout } = await runModule(open('auto'), [noNative]);
  expect(JSON.parse(stdout)).toEqual({
    name: 'wasm',
    notes: [
      `onnxruntime-node did not load on ${platform}: libonnxruntime.so.1: cannot open shared object file. Reinstall it for this platform (npm install). ` +
        'Computing with onnxruntime-web (WebAssembly) instead, which is several times slower.',
    ],
  });
});

test('cpu asked for by name does not fall back', async () => {
  const { stdout } = await runModule(open('cpu'), [noNative]);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'device', notes: [expect.stringContaining('onnxruntime-node did not load')] });
});

test('when nothing loads, the error names both reasons', async () => {
  const { stdout } = await runModule(open('auto'), [noNative, noWasm]);
  expect(JSON.parse(stdout)).toMatchObject({
    name: 'device',
    notes: [expect.stringMatching(/onnxruntime-node did not load.*onnxruntime-web did not load/)],
  });
});

test("training tells nobody of it: ONNX Runtime's library leaves nothing in the user's folders", async () => {
  const home = mkdtempSync(join(tmpdir(), 'graft-home-'));
  const { stdout, stderr } = await runModule(`
    Object.assign(process.env, { HOME: ${JSON.stringify(home)}, TMPDIR: ${JSON.stringify(home)} });
    delete process.env.XDG_CACHE_HOME;
    delete process.env.ORT_DISABLE_TELEMETRY;
    const { createModel, dataset, dense, finish, fit, tensor } = await import(${JSON.stringify(new URL('../index.ts', import.meta.url).href)});
    const data = dataset({ inputs: tensor('float32', [4, 2], new Float32Array(8)), labels: [0, 1, 0, 1] });
    await finish(fit(createModel({ input: [2], layers: [dense(2)] }), data, { epochs: 1 }));
    process.stdout.write('trained');`);
  // The loader of TypeScript keeps what it compiled.
  expect([stdout, stderr, readdirSync(home).filter((name) => !name.startsWith('tsx'))]).toEqual(['trained', '', []]);
  rmSync(home, { recursive: true });
});

test('an unknown device is refused with the list of known ones', async () => {
  await expect(openDevice('cuda' as 'cpu')).rejects.toThrow('`device` (="cuda") must be one of auto, cpu, wasm.');
});

test('threads default to the physical cores', async () => {
  const { device } = await openDevice('cpu');
  expect(device.defaultThreads).toBe(physicalCores());
  expect(physicalCores()).toBeGreaterThanOrEqual(1);
  expect(physicalCores()).toBeLessThanOrEqual(availableParallelism());
});

test('hardware threads of one core count once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-cpus-'));
  for (const [cpu, siblings] of ['0,2', '1,3', '0,2', '1,3'].entries()) {
    mkdirSync(join(folder, `cpu${cpu}`, 'topology'), { recursive: true });
    writeFileSync(join(folder, `cpu${cpu}`, 'topology', 'thread_siblings_list'), `${siblings}\n`);
  }
  mkdirSync(join(folder, 'cpufreq'));
  expect(coresOf(folder)).toBe(2);
  rmSync(folder, { recursive: true });
  expect(coresOf(folder)).toBeUndefined();
});

test('far more threads than processors are refused, a few more are not', () => {
  expect(() => checkThreads(8, 2)).not.toThrow();
  expect(() => checkThreads(9, 2)).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: \`threads\` (=9) is more than 4 for each of the 2 processors that this process may use; give at most 2, or leave it out.]`,
  );
  expect(() => checkThreads(1000, 1)).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: \`threads\` (=1000) is more than 4 for each of the 1 processors that this process may use; give at most 1, or leave it out.]`,
  );
});
