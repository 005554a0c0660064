// `fit` as a process: two at once in one folder.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { graft } from '../support/cli.ts';

const cwd = mkdtempSync(join(tmpdir(), 'graft-cli-fit-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const kinds = ['oak', '=elm', 'ash'];
const rows = Array.from({ length: 90 }, (_, i) => `${i % 3},${((i * 7919) % 1000) / 1000},${kinds[i % 3]}`);
writeFileSync(join(cwd, 'trees.csv'), `height,width,kind\n${rows.join('\n')}\n`);
const words = ['trees.csv', '--label', 'kind', '--preset', 'fast', '--threads', '1'];
const resultOf = (run: string) => JSON.parse(readFileSync(join(cwd, 'runs', run, 'result.json'), 'utf8')) as { examples: object };

test('two at once in one folder get a run each, and the same model', async () => {
  const both = await Promise.all([graft(['fit', ...words], { cwd }), graft(['fit', ...words], { cwd })]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const folders = both.map(({ stderr }) => /run: (.*)/.exec(stderr)?.[1]);
  expect(folders.toSorted()).toEqual([join('runs', 'trees-1'), join('runs', 'trees-2')]);
  expect(resultOf('trees-2').examples).toEqual(resultOf('trees-1').examples);
}, 180_000);
