// `graft inspect` on a real network, and on files that are none.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { describeModel, type Inspection, inspect, loadOnnx } from '../../src/index.ts';
import { graft } from '../support/cli.ts';

const backbone = fileURLToPath(new URL('../../packages/efficientnet-lite0', import.meta.url));
const model = join(backbone, 'model.onnx');
const folder = mkdtempSync(join(tmpdir(), 'graft-inspect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a file is described as the library does', async () => {
  const { code, stdout, stderr } = await graft(['inspect', model]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`${describeModel(inspect(await loadOnnx(model)))}\n`);
});

test('--layers lists every parameter, --json holds all', async () => {
  const [listed, data] = await Promise.all([graft(['inspect', model, '--layers']), graft(['inspect', model, '--json'])]);
  const { groups } = JSON.parse(data?.stdout ?? '') as Inspection;
  const parameters = groups.flatMap((group) => group.parameters);
  expect(parameters.length).toBeGreaterThan(100);
  const rows = listed?.stdout.split('\n').map((line) => line.split(/ {2,}/)) ?? [];
  const learning = rows.filter((row) => row[4] === 'yes').map(([group, id, shape]) => ({ group, id, shape }));
  expect(learning).toEqual(
    groups.flatMap(({ name, parameters: own }) => own.map(({ id, shape }) => ({ group: name, id, shape: `[${shape.join(', ')}]` }))),
  );
  expect(data?.stdout.trimEnd()).not.toContain('\n');
});

test('a backbone is found by its folder and by its name', async () => {
  const [byFolder, byName] = await Promise.all([graft(['inspect', backbone]), graft(['inspect', 'efficientnet-lite0'])]);
  expect(byName?.code).toBe(0);
  expect(byFolder?.stdout).toBe(byName?.stdout);
});

test('a run is told by the model in it', async () => {
  const run = join(folder, 'photos-1');
  mkdirSync(join(run, 'model'), { recursive: true });
  symlinkSync(model, join(run, 'model', 'model.onnx'));
  writeFileSync(join(run, 'model', 'model.json'), '{}');
  const [whole, inside, own] = await Promise.all([run, join(run, 'model'), model].map((place) => graft(['inspect', place])));
  expect([whole?.stdout, inside?.stdout]).toEqual([own?.stdout, own?.stdout]);
});

test('what is no model is refused by name', async () => {
  const bytes = readFileSync(model);
  const write = (name: string, content: Uint8Array | string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const places = [
    write('cut.onnx', bytes.subarray(0, 100_000)),
    write('text.onnx', 'no model'),
    write('empty.onnx', ''),
    join(folder, 'missing.onnx'),
  ];
  const refused = await Promise.all(places.map((place) => graft(['inspect', place])));
  for (const [i, { code, stdout, stderr }] of refused.entries()) {
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(places[i]);
  }
  const unknown = await graft(['inspect', 'efficientnet-lite']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('did you mean `efficientnet-lite0`?');
});
