// A run that is killed at five random moments ends with the weights of one that was left alone.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stream } from '../src/index.ts';
import { killAndResume, runSmall } from './support/kill.ts';

test('five kills change nothing', async () => {
  const root = await mkdtemp(join(tmpdir(), 'graft-kill-'));
  try {
    const [whole, cut] = [join(root, 'whole'), join(root, 'cut')];
    const { result, ms } = await runSmall(whole);
    const killed = await killAndResume(cut, stream(11, 'kills'), 5, ms);
    expect(killed.saved.length, 'kills that hit before the end').toBe(5);
    expect(
      killed.saved.some((update) => update > 0),
      'a kill after the first checkpoint',
    ).toBe(true);
    expect(killed.result).toBe(result);
    expect(result).toMatch(/^completed [0-9a-f]{32}$/);
    const losses = async (folder: string) => {
      const lines = (await readFile(join(folder, 'log.jsonl'), 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      return lines.flatMap((event) => (event.type === 'step' ? [[event.position.update, event.loss]] : []));
    };
    expect(await losses(cut)).toEqual(await losses(whole));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
