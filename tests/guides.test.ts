// The guides' programs run as they are printed.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

it.each(['train.md'])('%s', async (name) => {
  const text = await readFile(join(root, 'docs/guides', name), 'utf8');
  const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block);
  expect(blocks.length).toBeGreaterThan(1);
  // Within the project, so that its own name leads to it.
  const folder = await mkdtemp(join(root, 'tests', '.guide-'));
  try {
    await writeFile(join(folder, 'guide.ts'), blocks.join('\n'));
    const loader = new URL('../scripts/typescript.mjs', import.meta.url).href;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', loader, 'guide.ts'], { cwd: folder });
    expect(stdout).toContain('lora');
  } finally {
    await rm(folder, { recursive: true });
  }
});
