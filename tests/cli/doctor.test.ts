// `graft doctor`: what it says of this machine, and of one where ONNX Runtime does not load.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withoutPackage } from '../support/child.ts';
import { graft } from '../support/cli.ts';

interface Found {
  readonly ok: boolean;
  readonly checks: readonly { name: string; state: string; text: string; facts: Record<string, unknown> }[];
}

const folder = mkdtempSync(join(tmpdir(), 'graft-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const examined = (stdout: string) => {
  const { ok, checks } = JSON.parse(stdout) as Found;
  return { ok, of: Object.fromEntries(checks.map((check) => [check.name, check])) };
};

test('this machine is well, and fast enough to be measured', async () => {
  const { code, stdout, stderr } = await graft(['doctor', '--json'], { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'Measuring for two seconds ...\n' });
  const { ok, of } = examined(stdout);
  expect(ok).toBe(true);
  expect(Object.keys(of)).toEqual([
    'node',
    'processors',
    'memory',
    'disk here',
    'disk temp',
    'device',
    'layout',
    'training',
    'matrices',
    'backbones',
  ]);
  expect(of.node?.facts.version).toBe(process.versions.node);
  expect(of.processors?.facts.threads).toBe(availableParallelism());
  expect(of['disk here']?.facts.path).toBe(folder);
  expect(of.device?.text).toMatch(/^cpu: onnxruntime-node \d+\.\d+\.\d+, threads: \d+$/);
  expect(['plain', 'blocked']).toContain(of.layout?.facts.layout);
  expect(of.training?.facts.examplesPerSecond).toBeGreaterThan(0);
  expect(of.matrices?.facts.gigaflops).toBeGreaterThan(0);
  expect(of.backbones?.text).toBe('all-minilm-l6-v2 (texts), efficientnet-lite0 (images)');
});

test('without measuring it still trains a step, in words too', async () => {
  const { code, stdout, stderr } = await graft(['doctor', '--no-speed'], { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^ok {6}training {4}a step works$/m);
  expect(stdout).toMatch(/\n\nGraft works here\.\n$/);
});

test('where the native library does not load, the device asked for is broken, and another one is a note', async () => {
  const imports = [withoutPackage('onnxruntime-node', 'wrong platform')];
  const [broken, other] = await Promise.all(
    ['--device=cpu', '--device=auto'].map((device) => graft(['doctor', '--json', '--no-speed', device], { cwd: folder, imports })),
  );
  expect(broken?.code).toBe(1);
  expect(examined(broken?.stdout ?? '').of.device).toMatchObject({ state: 'broken', text: expect.stringContaining('wrong platform') });
  expect(other?.code).toBe(0);
  expect(examined(other?.stdout ?? '').of.device).toMatchObject({ state: 'note', facts: { device: 'wasm' } });
});

test('a damaged backbone is broken and named', async () => {
  const cwd = join(folder, 'own');
  mkdirSync(join(cwd, 'node_modules/@graft-ml/mine'), { recursive: true });
  writeFileSync(join(cwd, 'node_modules/@graft-ml/mine/record.json'), '{ "name": "mine" }');
  const { code, stdout } = await graft(['doctor', '--no-speed'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^broken {2}backbones .*mine\/record\.json/m);
  expect(stdout).toMatch(/\n\nBroken: backbones\.\n$/);
});
