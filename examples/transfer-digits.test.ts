import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runModule } from '../tests/support/child.ts';

const source = await readFile(new URL('./transfer-digits.ts', import.meta.url), 'utf8');

test('README shows the example as it is', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${source}\`\`\``);
});

/** The example with fewer images and epochs, importing the source instead of the installed package. */
function shortened(): string {
  const shorter = (text: string, from: string, to: string) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  };
  const few = shorter(source, 'mnist.train, { epochs: 10,', 'graft.subset(mnist.train, [...Array(2000).keys()]), { epochs: 1,');
  const brief = shorter(few, 'epochs: 50', 'epochs: 5');
  return shorter(brief, "'graft-ml'", JSON.stringify(new URL('../src/index.ts', import.meta.url).href));
}

test('the example runs, shortened', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-example-'));
  try {
    const entry = join(folder, 'example.mts');
    await writeFile(entry, shortened());
    const { code, stdout, stderr } = await runModule(`process.chdir(${JSON.stringify(folder)}); await import(${JSON.stringify(entry)});`);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/8 of 8 tensors carried over/);
    expect(Number(/accuracy on 1697 images: ([\d.]+)/.exec(stdout)?.[1])).toBeGreaterThan(0.5);
    expect(existsSync(join(folder, 'runs/target.onnx'))).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
