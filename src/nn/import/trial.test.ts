import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { tensorOf } from '../../core/tensor.ts';
import { Builder } from '../../graph/builder.ts';
import { writeOnnx } from '../../graph/onnx/write.ts';
import { tryOnnx } from './trial.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-trial-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'small.onnx');
const g = new Builder('small');
g.output('y', g.matMul(g.input('x', 'float32', ['batch', 2]), g.parameter('w', tensorOf('float32', [1, 2, 3, 4], [2, 2]))));
writeFileSync(path, writeOnnx(g));

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => 'loaded',
    (error: Error) => error.message.replaceAll(folder, '<folder>'),
  );

test('a file is loaded and run elsewhere, and told about', async () => {
  expect(await tryOnnx(path)).toMatchObject({ name: 'small', count: 4, output: 'float32 [N, 2]' });
});

test('what goes wrong there is an error here', async () => {
  const broken = join(folder, 'broken.onnx');
  writeFileSync(broken, 'no model at all');
  const failures = [
    tryOnnx(broken),
    tryOnnx(path, { timeoutMs: 1 }),
    tryOnnx(path, { memoryMiB: 4 }),
    tryOnnx(join(folder, 'none.onnx')),
    tryOnnx(path, { timeoutMs: 0 }),
  ];
  expect((await Promise.all(failures.map(failure))).join('\n')).toMatchInlineSnapshot(`
    "<folder>/broken.onnx: The bytes are not an ONNX model, or are cut off: illegal tag: field no 13 wire type 6.
    <folder>/small.onnx was not loaded: the process that tried it took longer than 0.001 s.
    <folder>/small.onnx was not loaded: the process that tried it was ended by SIGABRT, which is what running out of memory or a fault in a native library looks like.
    Could not read <folder>/none.onnx: there is no such file.
    \`timeoutMs\` (=0) must be a whole number above 0."
  `);
});
