import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSession, openDevice, readOnnx } from 'graft-ml';
import { expect, test } from 'vitest';
import { quickstart } from './run.ts';
import { ways } from './settings.ts';

const settings = { sourceImages: 4000, sourceEpochs: 2, labelsPerClass: 5, targetEpochs: 10, seeds: [1] };

test('a small quick start: transfer beats scratch, and report, model and numbers lie in the folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'graft-quickstart-'));
  try {
    // Stopped in the middle of the source's training, it leaves nothing but what it needs to go on.
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 1500);
    expect(await quickstart({ folder, settings, signal: abort.signal, print: () => {} })).toBe(false);
    expect(await readdir(folder)).toEqual(['source']);

    // Stopped among the target models, it keeps those that are finished.
    const again = new AbortController();
    const told: string[] = [];
    const print = (line: string) => {
      told.push(line);
      if (line.startsWith('seed 1, scratch')) again.abort();
    };
    expect(await quickstart({ folder, settings, signal: again.signal, print })).toBe(false);
    expect(told.at(-1)).toBe('\nStopped. The source model and 2 of 5 target models are finished; run the same again to go on from here.');
    expect((await readdir(folder)).sort()).toEqual(['source', 'target']);

    const lines: string[] = [];
    const started = performance.now();
    expect(await quickstart({ folder, settings, print: (line) => lines.push(line) })).toBe(true);
    const seconds = (performance.now() - started) / 1000;
    expect((await readdir(folder)).sort()).toEqual(['report.html', 'result.json', 'source', 'target.onnx']);
    expect(lines.filter((line) => line.endsWith('kept from before'))).toHaveLength(2);
    expect(lines).toContain(`The source model was trained before; it lies in ${join(folder, 'source')}.`);
    const result = JSON.parse(await readFile(join(folder, 'result.json'), 'utf8'));
    expect(Object.keys(result.target)).toEqual(ways.map(({ name }) => name));
    expect(result.source.testAccuracy).toBeGreaterThan(0.9);
    expect(result.target.full.mean).toBeGreaterThan(result.target.scratch.mean + 0.03);
    expect(result.imagesPerSecond).toBeGreaterThan(0);
    // The source's training in the first two processes counts.
    expect(result.seconds).toBeGreaterThan(seconds);
    expect(lines.filter((line) => line.includes('Try next'))).toHaveLength(2);

    const report = await readFile(join(folder, 'report.html'), 'utf8');
    for (const { name } of ways) expect(report).toContain(name);
    expect(report).not.toMatch(/(src|href)="https?:/);

    const bytes = await readFile(join(folder, 'target.onnx'));
    expect(JSON.parse(readOnnx(bytes).metadata.get('labels') as string)).toHaveLength(10);
    const session = await createSession(new Uint8Array(bytes), { device: (await openDevice('cpu')).device });
    const { logits } = await session.run({ input: { dtype: 'float32', dims: [2, 1, 28, 28], data: new Float32Array(2 * 784) } });
    expect(logits?.dims).toEqual([2, 10]);
    await session.release();

    // Other options of the target keep the source; those of the source do not.
    const next: string[] = [];
    expect(await quickstart({ folder, settings: { ...settings, targetEpochs: 2 }, print: (line) => next.push(line) })).toBe(true);
    expect(next).toContain(`The source model was trained before; it lies in ${join(folder, 'source')}.`);
    expect(next.filter((line) => line.endsWith('kept from before'))).toEqual([]);
    const anew: string[] = [];
    const signal = AbortSignal.abort();
    expect(await quickstart({ folder, settings: { ...settings, sourceEpochs: 1 }, signal, print: (line) => anew.push(line) })).toBe(false);
    expect(anew).toContain('The source model that was kept is of other settings, or damaged: it is trained anew.');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 240_000);
