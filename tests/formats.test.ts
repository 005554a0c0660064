// Every format of which there is labelled data, from end to end: what is read is learnt from, predicted on, measured on and exported, from the very file that was given.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { evaluateModel, exportRun, finish, fit, load, openLabelled, predict } from '../src/index.ts';
import { type Seed, seedsOfAll } from './support/hostile/seeds.ts';
import { writeItems } from './support/hostile/tree.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-formats-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Of the data sets that have labels one of each kind of name. */
const seeds = new Map<string, Seed>();
for (const seed of await seedsOfAll()) {
  const name = seed.open.replace(/^[^.]*/, '') || [...seed.tree.keys()][0]?.replace(/^[^.]*/, '');
  if (seed.options) seeds.set(`${seed.format} ${name}`, seed);
}

it.each([...seeds])('%s', async (name, { tree, open, options = {} }) => {
  const folder = join(root, name.replace(/\W+/g, '-'));
  writeItems(folder, tree);
  const path = join(folder, open);
  const run = await finish(fit(path, { data: options, fit: { preset: 'fast', threads: 1 }, runs: join(root, 'runs') }));
  const answers = [];
  for await (const answer of predict(run.model, path, options)) answers.push(answer);
  const model = await load(run.folder);
  const { examples } = await evaluateModel(model, await openLabelled(path, options, { label: model.info.label, known: true }));
  await model.release();
  expect(answers.length).toBe(examples);
  const { before, after } = await exportRun(run.folder, 'int8');
  expect(after.examples).toBe(before.examples);
});
