import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { newRun, readAsked, writeAsked } from './run-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-run-folder-'));
afterAll(() => rmSync(root, { recursive: true }));

it.each([
  ['photos', 'photos-1'],
  ['reviews.csv', 'reviews-1'],
  ['counts.svm.gz', 'counts-1'],
  ['pictures.tar.gz', 'pictures-1'],
  ['my rows (2).csv', 'my-rows-2-1'],
  ['..', 'run-1'],
])('a run of %s is called after its data', async (name, folder) => {
  expect(basename((await newRun(join(root, folder), name)).folder)).toBe(folder);
});

it('two runs of the same get a folder each', async () => {
  const runs = await Promise.all([1, 2, 3].map(() => newRun(root, 'same.csv')));
  expect(runs.map((run) => basename(run.folder)).sort()).toEqual(['same-1', 'same-2', 'same-3']);
});

it('folders above are made, and one that cannot be is told, not tried for ever', async () => {
  expect((await newRun(join(root, 'a', 'b', 'c'), 'x.csv')).folder).toBe(join(root, 'a', 'b', 'c', 'x-1'));
  // Only Linux has it.
  const nowhere = process.platform === 'linux' ? '/proc/x' : join(root, '\0');
  await expect(newRun(nowhere, 'x.csv')).rejects.toThrow(/make the folder|null bytes/);
  writeFileSync(join(root, 'file'), '');
  await expect(newRun(join(root, 'file'), 'x.csv')).rejects.toThrow('make the folder');
});

it('what was asked for means the same in any working folder', async () => {
  const paths = await newRun(root, 'asked');
  const asked = {
    graft: '0',
    path: 'photos/',
    data: { label: 'breed', test: '../held', validation: '' },
    formatOptions: {},
    fit: { backbone: './own', time: 1 },
    from: '/runs/a-1',
    adapt: { source: ['a.csv', '/b.csv'], target: 'c.csv', adapt: { backbone: 'all-minilm-l6-v2' } },
  };
  await writeAsked(paths, asked);
  expect(await readAsked(paths)).toEqual({ ...asked, cwd: process.cwd() });
  writeFileSync(paths.options, JSON.stringify({ ...asked, cwd: '/home/me' }));
  expect(await readAsked(paths)).toEqual({
    ...asked,
    cwd: '/home/me',
    path: resolve('/home/me/photos'),
    data: { label: 'breed', test: resolve('/home/held'), validation: '' },
    fit: { backbone: resolve('/home/me/own'), time: 1 },
    from: resolve('/runs/a-1'),
    adapt: { source: [resolve('/home/me/a.csv'), resolve('/b.csv')], target: resolve('/home/me/c.csv'), adapt: { backbone: 'all-minilm-l6-v2' } },
  });
});
