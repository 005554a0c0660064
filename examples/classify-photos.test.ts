import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runModule } from '../tests/support/child.ts';

test('the example names what is in the photos and finds the sentence that is alike', async () => {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const source = await readFile(new URL('classify-photos.ts', import.meta.url), 'utf8');
  const folder = await mkdtemp(join(tmpdir(), 'graft-example-'));
  try {
    const entry = join(folder, 'example.mts');
    await writeFile(entry, source.replace("'graft-ml'", url('../src/index.ts')).replace('import.meta.url', url('classify-photos.ts')));
    const { code, stdout, stderr } = await runModule(`await import(${JSON.stringify(entry)});`);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/cat\.jpg\n +\d+\.\d % {2}Egyptian cat\n/);
    expect(stdout).toMatch(/coffee\.jpg\n +\d+\.\d % {2}espresso\n/);
    const [near = 0, far = 0] = [...stdout.matchAll(/^ {2}(-?[\d.]+) {2}"/gm)].map(([, value]) => Number(value));
    expect(near).toBeGreaterThan(far + 0.3);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
