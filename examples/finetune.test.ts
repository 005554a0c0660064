import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { runModule } from '../tests/support/child.ts';

const folder = await mkdtemp(join(tmpdir(), 'graft-finetune-'));
afterAll(() => rm(folder, { recursive: true }));

/** Runs an example in a process of its own, on the data beside it, and returns what it printed. */
async function printed(example: string, call: string): Promise<string> {
  const url = new URL(`./${example}.ts`, import.meta.url).href;
  const body = `delete process.env.GRAFT_DATA; process.chdir(${JSON.stringify(folder)}); const { run } = await import(${JSON.stringify(url)}); await run(${call});`;
  const { code, stdout, stderr } = await runModule(body);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
}

test('photos: a backbone learns two classes from pieces of two photos', async () => {
  const out = await printed('finetune-photos', '{ perClass: 6, size: 48, epochs: 4 }');
  expect(Number(/accuracy on 12 photos: ([\d.]+) %/.exec(out)?.[1])).toBeGreaterThan(70);
  expect(existsSync(join(folder, 'runs/photos.onnx'))).toBe(true);
}, 120_000);

test('any file: the head is replaced, everything learns digits, and the file is written again', async () => {
  const file = fileURLToPath(new URL('../tests/fixtures/zoo/resnet18.onnx', import.meta.url));
  const out = await printed('new-head', `${JSON.stringify(file)}, { epochs: 30 }`);
  expect(out).toMatch(/layer1\.0 +shared/);
  expect(Number(/accuracy on 1697 digits: ([\d.]+) %/.exec(out)?.[1])).toBeGreaterThan(20);
  expect(existsSync(join(folder, 'runs/new-head.onnx'))).toBe(true);
}, 120_000);

test('sentences: a backbone learns from one source and is tested on another', async () => {
  const out = await printed('finetune-sentences', '{ epochs: 4 }');
  expect(out).toMatch(/encoder\.layer\.5 +shared/);
  expect(Number(/accuracy on 4 sentences of another source: ([\d.]+) %/.exec(out)?.[1])).toBeGreaterThan(50);
  expect(existsSync(join(folder, 'runs/sentences.onnx'))).toBe(true);
}, 180_000);

test('adapters: LoRA on a backbone whose weights stay as the file has them, saved alone and loaded again', async () => {
  const out = await printed('adapters', '{ epochs: 6 }');
  expect(Number(/adapter and head: (\d+) kB/.exec(out)?.[1])).toBeLessThan(400);
  expect(out).toMatch(/loaded again: accuracy \d+ %, the same scores bit for bit/);
  expect(Number(/accuracy (\d+) %/.exec(out)?.[1])).toBeGreaterThan(80);
  expect(existsSync(join(folder, 'runs/adapter/adapter_config.json'))).toBe(true);
}, 180_000);
