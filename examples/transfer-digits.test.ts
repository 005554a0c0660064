import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runModule } from '../tests/support/child.ts';

const source = await readFile(new URL('./transfer-digits.ts', import.meta.url), 'utf8');

const ownData = await readFile(new URL('./own-data.ts', import.meta.url), 'utf8');

test.each([['digits', source] as const, ['own data', ownData] as const])('README shows the example of %s as it is', async (_, text) => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${text}\`\`\``);
});

test('the example with own data learns', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-example-'));
  try {
    const entry = join(folder, 'example.mts');
    await writeFile(entry, fromSource(ownData));
    const { code, stdout, stderr } = await runModule(`await import(${JSON.stringify(entry)});`);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(Number(/accuracy: ([\d.]+) %/.exec(stdout)?.[1])).toBeGreaterThan(85);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** An example, importing the source instead of the installed package. */
function fromSource(text: string): string {
  expect(text).toContain("'graft-ml'");
  return text.replace("'graft-ml'", JSON.stringify(new URL('../src/index.ts', import.meta.url).href));
}

/** The example with fewer images and epochs. */
function shortened(): string {
  const shorter = (text: string, from: string, to: string) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  };
  const few = shorter(source, 'mnist.train, { epochs: 10,', 'graft.subset(mnist.train, [...Array(2000).keys()]), { epochs: 1,');
  const brief = shorter(few, 'epochs: 50', 'epochs: 5');
  return fromSource(brief);
}

test('the example runs, shortened', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-example-'));
  try {
    const entry = join(folder, 'example.mts');
    await writeFile(entry, shortened());
    const { code, stdout, stderr } = await runModule(`process.chdir(${JSON.stringify(folder)}); await import(${JSON.stringify(entry)});`);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/8 of 8 tensors carried over/);
    expect(Number(/accuracy on 1697 images: ([\d.]+) %/.exec(stdout)?.[1])).toBeGreaterThan(50);
    expect(existsSync(join(folder, 'runs/target.onnx'))).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
