// `fit` on data from end to end, small: a table, texts and pictures become a folder with a model that answers, in Graft and in the program beside it.
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeLabels } from '../../src/data/labels.ts';
import {
  type Answer,
  compareRuns,
  evaluateModel,
  exportRun,
  fit,
  load,
  openLabelled,
  predict,
  type RunEvent,
  type RunResult,
  reportRuns,
  resume,
} from '../../src/index.ts';
import { unitRows } from '../../src/methods/domains/pieces/products.ts';
import type { Candidate, PartFeatures } from '../../src/plan/candidate.ts';
import { keptOf, saveModel } from '../../src/run/save-model.ts';
import { wilsonInterval } from '../../src/score/interval.ts';
import { classMeans, nearnessToMeans } from '../../src/score/unknown.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'graft-run-'));
  symlinkSync(resolve(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function finished(events: AsyncGenerator<RunEvent, RunResult, void>, seen: RunEvent[] = []): Promise<RunResult> {
  for (;;) {
    const { value, done } = await events.next();
    if (done) return value;
    seen.push(value);
  }
}

async function answers(...given: Parameters<typeof predict>): Promise<Answer[]> {
  const list: Answer[] = [];
  for await (const answer of predict(...given)) list.push(answer);
  return list;
}

/** What the exported program says of inputs, one line each. */
const scripted = (model: string, inputs: readonly string[]) =>
  execFileSync('node', [join(model, 'predict.mjs'), ...inputs], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { label: string; probabilities: Record<string, number>; values?: number[]; unknown?: boolean });

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a table', () => {
  const species = ['setosa', 'versicolor', 'virginica'];
  let path = '';
  let run: RunResult;
  const seen: RunEvent[] = [];
  beforeAll(async () => {
    path = join(root, 'flowers.csv');
    // A pseudo-random spread that is the same everywhere.
    const wobble = (i: number, k: number) => ((i * 7919 + k * 104729) % 1000) / 1000 - 0.5;
    const rows = Array.from({ length: 240 }, (_, i) => {
      const kind = i % 3;
      const colour = i % 17 === 0 ? '' : ['blue', 'violet', 'white'][(kind + (i % 5 === 0 ? 1 : 0)) % 3];
      return `${(kind + wobble(i, 1)).toFixed(3)},${(5 - kind * 2 + 2 * wobble(i, 2)).toFixed(3)},${colour},${species[kind]}`;
    });
    writeFileSync(path, `length,width,colour,species\n${rows.join('\n')}\n`);
    run = await finished(fit(path, { data: { label: 'species' }, fit: { epochs: 8 }, runs: join(root, 'runs') }), seen);
  });

  it('is learnt, candidates are compared, and the simple one stays where it is as good', () => {
    expect(run.verdict.part).toBe('test');
    expect(run.verdict.headline.estimate).toBeGreaterThan(0.85);
    expect(run.verdict.headline.low).toBeLessThanOrEqual(run.verdict.headline.estimate);
    expect(run.fitted.results.map(({ name }) => name)).toEqual(['linear model', 'network', 'network + linear model']);
    const best = Math.max(...run.fitted.judged.map(({ scores }) => scores.metric));
    expect(run.fitted.judged.find(({ candidate }) => candidate === run.fitted.chosen)?.scores.metric).toBe(best);
    expect(run.fitted.yardstick.metric).toBeLessThan(0.5);
    expect(seen[0]).toEqual({ type: 'run', folder: join(root, 'runs', 'flowers-1') });
    expect(new Set(seen.map(({ type }) => type))).toEqual(new Set(['run', 'data', 'work', 'candidate', 'training']));
  });

  it('leaves a model, a log and a report behind', () => {
    for (const name of [
      'options.json',
      'metrics.jsonl',
      'report.html',
      'model/model.onnx',
      'model/model.json',
      'model/README.md',
      'model/predict.mjs',
    ])
      expect(existsSync(join(run.folder, name)), name).toBe(true);
    const log = readFileSync(join(run.folder, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(log.filter(({ type }) => type === 'candidate')).toHaveLength(3);
    expect(log.at(-1)?.type).toBe('end');
    const report = readFileSync(run.report, 'utf8');
    for (const text of ['What came out', 'Candidates', 'What is taken for what', 'whose mean is left out', 'To do it again', 'flowers.csv'])
      expect(report).toContain(text);
  });

  it('answers for new rows as its program does', async () => {
    const given = [
      { length: 0.1, width: 4.8, colour: 'blue' },
      { length: 2.1, width: 1.1, colour: null },
      { length: 1, width: 3, colour: 'never seen' },
    ];
    const file = join(root, 'new.csv');
    writeFileSync(file, `colour,width,length\n${given.map(({ length, width, colour }) => `${colour ?? ''},${width},${length}`).join('\n')}\n`);
    const own = await answers(run.model, file);
    expect(own.map(({ label }) => label)).toEqual(['setosa', 'virginica', 'versicolor']);
    const others = scripted(
      run.model,
      given.map((row) => JSON.stringify(row)),
    );
    own.forEach(({ label, values }, i) => {
      expect(others[i]?.label).toBe(label);
      species.forEach((name, c) => {
        expect(others[i]?.probabilities[name]).toBeCloseTo(values[c] as number, 5);
      });
    });
  });

  it('flags rows unlike anything seen, as its program does, and says how often that is wrong', async () => {
    const { unknown } = run.info;
    expect([unknown?.output, unknown?.means]).toEqual(['familiarity', undefined]);
    expect(unknown?.wronglyFlagged).toBeLessThan(0.2);
    expect(unknown?.missed).toBeLessThan(1);
    const lines = readFileSync(path, 'utf8').trim().split('\n').slice(1, 61);
    const away = join(root, 'away.csv');
    const rows = lines.map((line) => line.split(',')).map(([length, width, colour]) => [Number(length) * 1e4, Number(width) * 1e4, colour] as const);
    writeFileSync(away, `length,width,colour\n${rows.map((row) => row.join(',')).join('\n')}\n`);
    const flagged = (list: readonly Answer[]) => list.filter((answer) => answer.unknown).length;
    expect(flagged(await answers(run.model, away))).toBe(60);
    expect(flagged(await answers(run.model, path))).toBeLessThan(30);
    const [length, width, colour] = rows[0] as (typeof rows)[0];
    const [strange, usual] = scripted(run.model, [
      JSON.stringify({ length, width, colour }),
      JSON.stringify({ length: 1, width: 3, colour: 'violet' }),
    ]);
    expect([strange, usual].map((one) => one?.unknown)).toEqual([true, undefined]);
  });

  it('is measured anew as the run measured it', async () => {
    const model = await load(run.folder);
    const rows = readFileSync(path, 'utf8').trim().split('\n');
    const held = join(root, 'held.csv');
    writeFileSync(held, `${[rows[0], ...Array.from(run.fitted.test?.rows ?? [], (row) => rows[row + 1])].join('\n')}\n`);
    // Which column is the label the model knows.
    const { headline, perClass } = await evaluateModel(model, await openLabelled(held, {}, { label: model.info.label }));
    await model.release();
    await expect(openLabelled(held, {}, { label: ['genus'] })).rejects.toThrow('name it by `label`');
    expect(headline.estimate).toBe(run.verdict.headline.estimate);
    expect(mean(perClass?.map(({ recall }) => recall) ?? [])).toBeCloseTo(run.verdict.metrics['balanced accuracy'] as number, 10);
  });

  it('that was stopped goes on, and a second run gets a folder of its own', async () => {
    const abort = new AbortController();
    const options = {
      data: { label: 'species' },
      fit: { epochs: 8 },
      runs: join(root, 'runs'),
      signal: abort.signal,
      again: 'graft fit flowers.csv',
      tensorboard: true,
    };
    let folder = '';
    const stopped = (async () => {
      for await (const event of fit(path, options)) {
        if (event.type === 'run') folder = event.folder;
        if (event.type !== 'training' || event.event.type !== 'step') continue;
        if (event.event.position.update === 20) {
          const before = readFileSync(join(folder, 'metrics.jsonl'), 'utf8');
          await expect(finished(resume(folder))).rejects.toThrow(`${folder} is in use by another run of this process`);
          expect(readFileSync(join(folder, 'metrics.jsonl'), 'utf8')).toBe(before);
        }
        if (event.event.position.update === 30) abort.abort();
      }
    })();
    await expect(stopped).rejects.toThrow(`The run was stopped; \`graft resume ${join(root, 'runs', 'flowers-2')}\`, or`);
    expect(folder).toBe(join(root, 'runs', 'flowers-2'));
    expect(existsSync(join(folder, 'model'))).toBe(false);
    const again = await finished(resume(folder));
    expect(again.verdict.metrics).toEqual(run.verdict.metrics);
    expect(readFileSync(again.report, 'utf8')).toContain('<code>graft fit flowers.csv</code>');
    // Each line once, in the order of the run that was left alone; only times differ.
    const log = (of: string) =>
      readFileSync(join(of, 'metrics.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => ({ ...JSON.parse(line), seconds: 0 }));
    expect(log(folder)).toEqual(log(run.folder));
    const [board = '', ...more] = readdirSync(folder).filter((name) => name.startsWith('events.out.tfevents.'));
    const losses = readFileSync(join(folder, board), 'latin1').match(/(?<!\/)network\/loss/g);
    expect([more, losses?.length]).toEqual([[], log(folder).filter(({ type }) => type === 'step').length]);
    await expect(finished(resume(folder))).rejects.toThrow('has ended, and there is nothing to go on with');
  });

  it('that nobody wants to hear more of goes on too', async () => {
    let folder = '';
    for await (const event of fit(path, { data: { label: 'species' }, fit: { epochs: 8 }, runs: join(root, 'left') })) {
      if (event.type === 'run') folder = event.folder;
      if (event.type === 'training' && event.event.type === 'step' && event.event.position.update === 3) break;
    }
    await expect(load(folder)).rejects.toThrow(
      `The run "${folder}" has not ended, and has no model yet: \`graft resume ${folder}\` goes on with it.`,
    );
    expect((await finished(resume(folder))).verdict.metrics).toEqual(run.verdict.metrics);
  });

  it('is compared with the run that went on: the same, on the same examples', async () => {
    const [best, other] = await compareRuns([run.folder, join(root, 'runs', 'flowers-2')]);
    expect(best?.behind).toBeUndefined();
    expect([other?.behind?.estimate, other?.behind?.p, other?.behind?.examples]).toEqual([0, 1, run.verdict.examples]);
    // Rows of the same numbers with other labels are other rows.
    const stranger = join(root, 'stranger');
    mkdirSync(stranger);
    const result = JSON.parse(readFileSync(join(run.folder, 'result.json'), 'utf8'));
    const { labels } = result.examples as { labels: string[] };
    expect(new Set(labels)).toEqual(new Set(species));
    const turned = { ...result, examples: { ...result.examples, labels: labels.toReversed() } };
    writeFileSync(join(stranger, 'result.json'), JSON.stringify(turned));
    const [, unpaired] = await compareRuns([run.folder, stranger]);
    expect(unpaired?.behind).toBeUndefined();
    await expect(compareRuns([run.folder])).rejects.toThrow('There must be two runs or more to compare, not 1.');
    await expect(compareRuns([run.folder, root])).rejects.toThrow('is no run that ended');
    await expect(reportRuns([run.folder], join(root, 'one.html'))).rejects.toThrow(
      `A report over several runs takes two or more; that of "${run.folder}" alone is "${join(run.folder, 'report.html')}".`,
    );
  });

  it('is gone on with from a run, also with a new class, and shown by TensorBoard', async () => {
    const more = join(root, 'more.csv');
    const rows = Array.from(
      { length: 120 },
      (_, i) =>
        `${(3 * (i % 2) + ((i * 37) % 20) / 40).toFixed(3)},${(5 - 6 * (i % 2) + ((i * 53) % 20) / 40).toFixed(3)},blue,${['setosa', 'iris'][i % 2]}`,
    );
    writeFileSync(more, `length,width,colour,species\n${rows.join('\n')}\n`);
    const told: RunEvent[] = [];
    const given = { fit: { epochs: 3 }, runs: join(root, 'runs'), from: run.folder, tensorboard: true };
    const { fitted, info, verdict, folder } = await finished(fit(more, given), told);
    expect(fitted.results.map(({ name }) => name)).toEqual(['linear model', 'earlier model']);
    expect(info.task).toEqual({ kind: 'classification', classes: ['iris', 'setosa'] });
    expect(info.input).toMatchObject({ kind: 'table', columns: run.info.input.kind === 'table' ? run.info.input.columns : [] });
    expect(verdict.headline.estimate).toBeGreaterThan(0.9);
    const unknown = join(root, 'amounts.csv');
    writeFileSync(unknown, `length,width,colour,species\n${rows.map((row, i) => row.replace(/[^,]+$/, String((i % 8) * 1.25))).join('\n')}\n`);
    await expect(finished(fit(unknown, given))).rejects.toThrow('are numbers, none of which it knows');
    expect(told.flatMap((event) => (event.type === 'note' ? [event.message] : []))).toEqual([
      'New to the earlier model: "iris".',
      'The earlier model knew "versicolor", "virginica", of which "more.csv" has no example: the new one will not. Give examples of all that it should know.',
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith('events.out.tfevents.'))).toHaveLength(1);
    const amounts = { data: { label: 'length', task: 'regression' }, runs: join(root, 'runs'), from: run.folder } as const;
    await expect(finished(fit(more, amounts))).rejects.toThrow('is of a classification, but the labels of "more.csv" are of a regression');
    const texts = join(root, 'lines.svmlight');
    writeFileSync(texts, `${Array.from({ length: 40 }, (_, i) => `${i % 2} ${1 + (i % 7)}:1`).join('\n')}\n`);
    await expect(finished(fit(texts, { runs: join(root, 'runs'), from: run.folder }))).rejects.toThrow(
      'reads the columns of a table, which "lines.svmlight" (sparse) does not hold',
    );
    expect(readdirSync(join(root, 'runs')).filter((name) => /^(?:lines|more)/.test(name))).toEqual(['more-1']);
  });

  it('is gone on with from a run that goes on: what either learnt from is in no part that measures', async () => {
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const fresh = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => `${(from + i) / 100},${4 + ((i * 53) % 97) / 50},blue,${species[i % 3]}`);
    const go = async (name: string, rows: readonly string[], from: string) => {
      writeFileSync(join(root, name), `${[lines[0], ...rows].join('\n')}\n`);
      const result = await finished(fit(join(root, name), { data: { label: 'species' }, fit: { epochs: 1 }, runs: join(root, 'runs'), from }));
      const { parts, findings } = result.fitted.data;
      const measured = new Set([...parts.validation, ...parts.test].map((row) => rows[row]));
      return { folder: result.folder, measured, says: findings.map(({ text }) => text).join('\n') };
    };
    const { train, validation } = run.fitted.data.parts;
    const known = [...train, ...validation].map((row) => lines[row + 1] as string);
    const first = fresh(300, 60);
    const one = await go('longer.csv', [...known, ...first], run.folder);
    expect(known.filter((row) => one.measured.has(row))).toEqual([]);
    expect(one.measured.size).toBe(18);
    expect(one.says).toContain(
      `has learnt from ${known.length} of ${known.length + 60} rows, or from copies of them: these are in train, and validation and test cut from the other 60, too few to measure well`,
    );
    const two = await go('longest.csv', [...known, ...fresh(700, 110)], join(one.folder, 'model'));
    expect(known.filter((row) => two.measured.has(row))).toEqual([]);
    expect(two.measured.size).toBe(34);
    await expect(go('same.csv', known, two.folder)).rejects.toThrow(
      `has learnt from all of the ${known.length} rows: nothing is left to choose by or to test on; give rows that are new to it, or train anew, without it.`,
    );
  });

  it('is exported after it went on, on the very examples that it was measured on, or not at all', async () => {
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const given = join(root, 'gone-on.csv');
    const fresh = Array.from({ length: 90 }, (_, i) => `${(i % 3) + 0.01 * (i % 11)},${5 - 2 * (i % 3) + 0.01 * (i % 7)},blue,${species[i % 3]}`);
    // Rows that were learnt from come first, some without a label between; the label is known by the model alone.
    const known = Array.from(run.fitted.data.parts.train, (row) => lines[row + 1] as string).slice(0, 60);
    writeFileSync(given, `${[lines[0], ...known, '1,2,blue,', ...fresh].join('\n')}\n`);
    const on = await finished(fit(given, { fit: { epochs: 1 }, runs: join(root, 'runs'), from: run.folder }));
    const { names } = JSON.parse(readFileSync(join(on.folder, 'result.json'), 'utf8')).examples as { names: string[] };
    expect(names.every((name) => Number(/^row (\d+)$/.exec(name)?.[1]) > 61)).toBe(true);
    const { before } = await exportRun(on.folder, 'int8');
    expect(before.answers.map(({ name }) => name)).toEqual(names);
    expect(before.headline.estimate).toBe(on.verdict.headline.estimate);
    const whole = readFileSync(given, 'utf8');
    const [first = ''] = names;
    const at = Number(first.slice(4));
    const changed = async (change: (row: string, i: number) => string) => {
      const [head = '', ...rows] = whole.trim().split('\n');
      writeFileSync(given, `${[head, ...rows.map((row, i) => change(row, i + 1))].join('\n')}\n`);
      const refused = await exportRun(on.folder, 'float16').then(
        () => 'no error',
        ({ message }: Error) => message,
      );
      writeFileSync(given, whole);
      return refused;
    };
    const other = (row: string) => row.replace(/\w+$/, (name) => (name === 'setosa' ? 'virginica' : 'setosa'));
    expect(await changed((row, i) => (i === at ? other(row) : row))).toMatch(
      new RegExp(`^The data of "${on.folder}" has changed since: the label of "${first}" was "\\w+" and is "\\w+"\\. Put it back`),
    );
    expect(await changed((row, i) => (i === at ? row.replace(/\w+$/, '') : row))).toContain(
      `"${first}", which it was measured on, is not there any more`,
    );
    expect(await changed((row) => row.replace(/^[\d.-]+,[\d.-]+/, '-90,90'))).toContain('on the same examples and comes to');
    expect(existsSync(join(on.folder, 'model-fp16'))).toBe(false);
  });

  it('of other rows than another run shares with it those of one test file', async () => {
    const [head = '', ...rows] = readFileSync(path, 'utf8').trim().split('\n');
    const part = (name: string, from: number, to: number) => {
      writeFileSync(join(root, name), `${[head, ...rows.slice(from, to)].join('\n')}\n`);
      return join(root, name);
    };
    const test = part('shared-test.csv', 200, 240);
    const folders: string[] = [];
    for (const [name, to] of [
      ['first-train.csv', 90],
      ['second-train.csv', 150],
    ] as const) {
      const data = { label: 'species', test, duplicates: 'off' } as const;
      folders.push((await finished(fit(part(name, 0, to), { data, fit: { preset: 'fast' }, runs: join(root, 'runs') }))).folder);
    }
    const [, behind] = await compareRuns(folders);
    expect(behind?.behind?.examples).toBe(40);
    const { before } = await exportRun(folders[0] as string, 'int8');
    expect(before.answers.map(({ name }) => name)).toEqual(Array.from({ length: 40 }, (_, i) => `shared-test.csv row ${i + 1}`));
  });

  it('becomes a smaller file, with what that costs', async () => {
    const thesis = join(root, 'thesis');
    mkdirSync(thesis);
    writeFileSync(join(thesis, 'thesis.txt'), 'years of work');
    await expect(exportRun(run.folder, 'int8', { out: thesis })).rejects.toThrow('is there and is no earlier export');
    await expect(exportRun(run.folder, 'int8', { out: run.model })).rejects.toThrow('lies in the model that is exported');
    expect([readdirSync(thesis), existsSync(join(run.model, 'model.json'))]).toEqual([['thesis.txt'], true]);
    await Promise.all([exportRun(run.folder, 'int8'), exportRun(run.folder, 'int8')]);
    // Once more, in the place of the first.
    const { folder, before, after } = await exportRun(run.folder, 'int8');
    expect(readdirSync(run.folder).filter((name) => name.startsWith('model'))).toEqual(['model', 'model-int8']);
    expect(before.headline.estimate).toBe(run.verdict.headline.estimate);
    expect(Math.abs(after.headline.estimate - before.headline.estimate)).toBeLessThan(0.1);
    expect(after.answers.filter((answer, i) => answer.unknown !== before.answers[i]?.unknown).length).toBeLessThan(3);
    expect(after.answers.some((answer) => answer.unknown === undefined)).toBe(false);
    const model = await load(folder);
    expect([model.info.task.kind, model.info.weights]).toEqual(['classification', 'int8']);
    // It has its own numbers, for programs and for people.
    expect(model.info.metrics).toEqual(after.metrics);
    const card = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(card).toContain(`| log loss | ${Number((after.metrics['log loss'] as number).toPrecision(4))} |`);
    expect(card).toMatch(/^- \*\*Model\*\*: /m);
    expect(card).toMatch(/^- \*\*Weights\*\*: in 8 bits, which takes accuracy on the \d+ examples of the test part from [\d.]+ % to [\d.]+ %\.$/m);
    // Not over what somebody has put beside it.
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    await expect(exportRun(run.folder, 'int8')).rejects.toThrow('holds "mine.txt" beside an earlier export, which would be replaced');
    expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine');
    // Through a link into the folder that it points at.
    const far = join(root, 'far');
    symlinkSync(far, join(root, 'near'));
    await exportRun(run.folder, 'int8', { out: join(root, 'near') });
    expect([lstatSync(join(root, 'near')).isSymbolicLink(), existsSync(join(far, 'model.onnx'))]).toEqual([true, true]);
    await model.release();
    await expect(finished(fit(path, { data: { label: 'species' }, runs: join(root, 'runs'), from: folder }))).rejects.toThrow(
      `has weights in 8 bits, too coarse to learn on: give "${run.folder}" as \`from\`.`,
    );
  });

  it('whose decimals have commas reads other files so, where they do not say otherwise', async () => {
    const prices = join(root, 'preise.csv');
    const rows = Array.from({ length: 90 }, (_, i) => `${i % 2 ? 900 + i : i},${i % 10};${(i * 37) % 89};${i % 2 ? 'teuer' : 'billig'}`);
    writeFileSync(prices, `preis;zahl;label\n${rows.join('\n')}\n`);
    const { folder, info } = await finished(fit(prices, { fit: { preset: 'fast' }, runs: join(root, 'runs') }));
    expect(info.decimal).toBe('comma');
    const [whole, broken] = ['tausende.csv', 'brueche.csv'].map((name) => join(root, name)) as [string, string];
    writeFileSync(whole, 'preis;zahl\n1.001;3\n');
    writeFileSync(broken, 'preis;zahl\n1.001;3\n1.5;3\n');
    expect((await answers(folder, whole)).map(({ label }) => label)).toEqual(['teuer']);
    expect((await answers(folder, broken)).map(({ label }) => label)).toEqual(['billig', 'billig']);
  });

  it('gets no network where there is no time for one, and fewer epochs where there is little', async () => {
    const given = (time: number, preset: 'fast' | 'good') => ({ data: { label: 'species' }, fit: { time, preset }, runs: join(root, 'runs') });
    const at = async (time: number, preset: 'fast' | 'good' = 'good') => {
      const { fitted } = await finished(fit(path, given(time, preset)));
      return fitted.results.find(({ name }) => name === 'network');
    };
    expect((await at(1e-6))?.skipped).toMatch(/^an epoch takes about 1 s, too long for `time`$/);
    expect((await at(10, 'fast'))?.skipped).toBe('preset fast');
  });

  it('with a column of texts beside others reads its words', async () => {
    const file = join(root, 'mixed.csv');
    const moods = ['The weather was lovely all of the week', 'It rained on every day of the week'];
    const rows = Array.from({ length: 120 }, (_, i) => `${(i * 37) % 50},"${moods[i % 2]}, said guest number ${i}",${i % 2 ? 'no' : 'yes'}`);
    writeFileSync(file, `age,said,back\n${rows.join('\n')}\n`);
    const told: RunEvent[] = [];
    const { verdict, model, fitted } = await finished(fit(file, { data: { label: 'back' }, fit: { epochs: 4 }, runs: join(root, 'runs') }), told);
    expect(fitted.data.inputs.kind).toBe('table');
    expect(told.flatMap((event) => (event.type === 'note' ? [event.message] : [])).join()).toContain(
      'Of "said" the words are counted; no pretrained',
    );
    expect(verdict.headline.estimate).toBe(1);
    const [first] = await answers(model, file);
    expect(first?.label).toBe('yes');
    const said = { age: 0, said: `${moods[0]}, said guest number 0` };
    expect(scripted(model, [JSON.stringify(said)])[0]?.probabilities.yes).toBeCloseTo(first?.values[1] as number, 4);
  });

  it('that is mostly zeros is read from svmlight, weighed in three ways', async () => {
    const file = join(root, 'counts.svmlight');
    const line = (i: number) =>
      `${i % 2 ? 1 : -1} ${(i % 2 ? [3, 40] : [7, 50]).map((at) => `${at + (i % 3)}:${1 + (i % 4)}`).join(' ')} ${90 + (i % 8)}:1`;
    writeFileSync(file, `${Array.from({ length: 160 }, (_, i) => line(i)).join('\n')}\n`);
    const { fitted, model, verdict } = await finished(fit(file, { data: { duplicates: 'off' }, runs: join(root, 'runs') }));
    expect(fitted.results.map(({ name }) => name)).toEqual([
      'linear model',
      'TF-IDF',
      'TF-IDF by log-count ratios',
      'TF-IDF by log-count ratios + linear model',
    ]);
    await expect(finished(fit(file, { runs: join(root, 'runs'), from: model }))).rejects.toThrow(
      'is a linear model on rows of numbers, which learns from all of them at once',
    );
    expect(verdict.headline.estimate).toBe(1);
    const [first, second] = await answers(model, file);
    expect([first?.label, second?.label]).toEqual(['-1', '1']);
    expect(scripted(model, ['7:1 50:1 90:1'])[0]?.probabilities['-1']).toBeCloseTo(first?.values[0] as number, 4);
  });

  it('of amounts is a regression, in the unit of the target', async () => {
    const file = join(root, 'amounts.csv');
    writeFileSync(file, `x,y\n${Array.from({ length: 150 }, (_, i) => `${i},${300 + 2.5 * i + (i % 7)}`).join('\n')}\n`);
    const { verdict, model, info, report } = await finished(fit(file, { data: { label: 'y' }, fit: { epochs: 5 }, runs: join(root, 'runs') }));
    expect([verdict.metric, info.task.kind]).toEqual(['R2', 'regression']);
    expect(verdict.headline.estimate).toBeGreaterThan(0.98);
    const [answer] = await answers(model, file);
    expect(Math.abs((answer?.values[0] ?? 0) - 300)).toBeLessThan(12);
    expect(scripted(model, ['{"x":0}'])[0]?.values?.[0]).toBeCloseTo(answer?.values[0] as number, 2);
    // The report tells it in the unit of the target, beside what the mean alone comes to.
    const [target] = verdict.regression?.each ?? [];
    expect(target?.errorOfMean).toBeGreaterThan(50);
    expect(target?.error.estimate).toBeLessThan(20);
    const page = readFileSync(report, 'utf8');
    for (const text of ['Mean absolute error', 'Predicted against true', 'How far off it is', 'Largest errors', 'too high'])
      expect(page).toContain(text);
  });

  it('of large amounts that differ little tells errors against the file, and so does measuring it anew', async () => {
    const file = join(root, 'large.csv');
    const truth = Array.from({ length: 150 }, (_, i) => 1e12 + 1e3 * ((i * 37) % 50));
    writeFileSync(file, `x,y\n${truth.map((y, i) => `${((i * 37) % 50) + ((i * 53) % 7) / 3},${y}`).join('\n')}\n`);
    const { verdict, model, fitted } = await finished(
      fit(file, { data: { label: 'y', duplicates: 'off' }, fit: { preset: 'fast' }, runs: join(root, 'runs') }),
    );
    const own = await answers(model, file);
    const errorOf = (rows: readonly number[]) => mean(rows.map((row) => Math.abs((own[row]?.values[0] as number) - (truth[row] as number))));
    const told = verdict.metrics['mean absolute error'] as number;
    expect(told).toBeGreaterThan(100);
    expect(told).toBeCloseTo(errorOf(Array.from(fitted.test?.rows ?? [])), 1);
    // Rows of other amounts are other rows, though six digits are the same.
    const other = join(root, 'stranger-amounts');
    mkdirSync(other);
    const folder = resolve(model, '..');
    const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
    const labels = (result.examples.labels as string[]).map((label) => String(Number(label) + 7));
    writeFileSync(join(other, 'result.json'), JSON.stringify({ ...result, examples: { ...result.examples, labels } }));
    expect((await compareRuns([folder, other]))[1]?.behind).toBeUndefined();
    const loaded = await load(model);
    const { metrics } = await evaluateModel(loaded, await openLabelled(file, { task: 'regression' }, { label: ['y'] }));
    await loaded.release();
    expect(metrics['mean absolute error']).toBeCloseTo(errorOf(Array.from(truth.keys())), 1);
    expect(scripted(model, [JSON.stringify({ x: 0 })])[0]?.values?.[0]).toBeCloseTo((await answers(model, await xs([0])))[0]?.values[0] as number, 0);
  });

  /** A file with a column x. */
  async function xs(values: readonly number[]): Promise<string> {
    const path = join(root, 'xs.csv');
    writeFileSync(path, `x,z\n${values.map((value) => `${value},1`).join('\n')}\n`);
    return path;
  }

  it('whose rows come in groups is trusted as far as its groups go', async () => {
    const file = join(root, 'patients.csv');
    // What tells patients apart says nothing of the others' labels.
    const row = (i: number) => {
      const patient = Math.floor(i / 10);
      return `p${patient},${(patient * 37) % 101},${(patient * 53) % 97},${i % 10},${['ill', 'well'][(patient * 29) % 7 < 3 ? 1 : 0]}`;
    };
    writeFileSync(file, `patient,a,b,c,label\n${Array.from({ length: 400 }, (_, i) => row(i)).join('\n')}\n`);
    const data = { label: 'label', group: 'patient', ignore: 'patient', duplicates: 'off' } as const;
    const { verdict, folder, report, model, fitted } = await finished(fit(file, { data, fit: { preset: 'fast' }, runs: join(root, 'runs') }));
    const patients = new Set(Array.from(fitted.test?.rows ?? [], (at) => Math.floor(at / 10)));
    expect(verdict.groups).toBe(patients.size);
    const rows = wilsonInterval(Math.round(verdict.headline.estimate * verdict.examples), verdict.examples);
    expect(verdict.headline.high - verdict.headline.low).toBeGreaterThan(1.5 * (rows.high - rows.low));
    expect(readFileSync(report, 'utf8')).toContain(`of ${patients.size} groups, and intervals are by resampling whole groups`);
    expect(readFileSync(join(model, 'README.md'), 'utf8')).toMatch(
      new RegExp(`\\*\\*Measured\\*\\*: .*95 % interval .*, by resampling ${patients.size} groups`),
    );
    const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as { examples: { groups: number[] } };
    expect(new Set(result.examples.groups).size).toBe(patients.size);
    // The other is wrong where this one is right, of one patient: one more or less says nothing.
    const other = join(root, 'other-patients');
    mkdirSync(other);
    const [group] = result.examples.groups;
    const { examples } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
    const values = (examples.values as number[]).map((value, i) => (examples.groups[i] === group ? 1 - value : value));
    writeFileSync(
      join(other, 'result.json'),
      JSON.stringify({ ...JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')), examples: { ...examples, values } }),
    );
    const [, second] = await compareRuns([folder, other]);
    expect(second?.behind?.p).toBe(1);
    const loaded = await load(model);
    const again = await evaluateModel(loaded, await openLabelled(file, { group: 'patient' }, { label: ['label'] }));
    await loaded.release();
    expect([again.groups, again.metrics['Brier score']]).toEqual([40, expect.any(Number)]);
  });

  it('whose rows may have several labels tells each label, and what goes wrong together', async () => {
    const file = join(root, 'weather.csv');
    const row = (i: number) => {
      const [damp, cold] = [(i * 37) % 100, (i * 61) % 100];
      const rain = damp > 50 && i % 11 !== 0;
      return [damp, cold, damp > 30, rain, cold > 60].map(Number).join();
    };
    writeFileSync(file, `damp,cold,cloud,rain,frost\n${Array.from({ length: 240 }, (_, i) => row(i)).join('\n')}\n`);
    const data = { label: 'cloud,rain,frost', duplicates: 'off' } as const;
    const { verdict, report } = await finished(fit(file, { data, fit: { epochs: 5 }, runs: join(root, 'runs') }));
    expect(verdict.metric).toBe('label accuracy');
    expect(verdict.headline.estimate).toBeGreaterThan(0.8);
    expect(verdict.labels?.whole.estimate).toBe(verdict.metrics['subset accuracy']);
    expect(verdict.metrics['mean average precision']).toBeGreaterThan(0.9);
    const page = readFileSync(report, 'utf8');
    for (const text of ['Examples with every label right', 'By label', 'average precision', 'What goes wrong together', 'Where it is wrong and sure'])
      expect(page).toContain(text);
  });
});

describe('texts', () => {
  it('become a model that answers as its program does', async () => {
    const path = join(root, 'meals.csv');
    const good = ['delicious', 'wonderful', 'excellent', 'superb', 'lovely'];
    const bad = ['terrible', 'awful', 'disgusting', 'horrible', 'dreadful'];
    const dishes = ['soup', 'cake', 'fish', 'salad', 'bread', 'curry', 'stew', 'pie'];
    const lines = dishes.flatMap((dish, d) => [
      ...good.map((word) => `"The ${dish} was ${word}, we came back ${d + 2} times",good`),
      ...bad.map((word) => `"The ${dish} was ${word}, we waited ${d + 2} hours",bad`),
    ]);
    writeFileSync(path, `text,label\n${lines.join('\n')}\n`);
    const { verdict, model, fitted } = await finished(fit(path, { fit: { preset: 'fast' }, runs: join(root, 'runs') }));
    expect(verdict.headline.estimate).toBeGreaterThan(0.9);
    // What it has learnt from is known by the column that it reads, whatever else a file has.
    const wider = join(root, 'wider-meals.csv');
    writeFileSync(
      wider,
      `from,text,stars,label\n${lines.map((line, i) => `${i % 2 ? 'web' : 'shop'},${line.replace(/,(\w+)$/, `,${i % 5},$1`)}`).join('\n')}\n`,
    );
    const loaded = await load(model);
    const known = await loaded.learnt(await openLabelled(wider));
    await loaded.release();
    const { parts } = fitted.data;
    expect(known?.reduce((sum, one) => sum + one)).toBe(parts.train.length + parts.validation.length);
    const texts = ['A superb pie', 'What an awful soup that was'];
    const file = join(root, 'new-meals.csv');
    writeFileSync(file, `text\n${texts.join('\n')}\n`);
    const own = await answers(model, file);
    expect(own.map(({ label }) => label)).toEqual(['good', 'bad']);
    scripted(model, texts).forEach(({ probabilities }, i) => {
      expect(probabilities.bad).toBeCloseTo(own[i]?.values[0] as number, 4);
    });
    // The mean with a model of words reads both from the text, whether or not it was chosen here.
    const mean = fitted.judged.map(({ candidate }) => candidate).find(({ name }) => name === 'linear probe + TF-IDF of words') as Candidate;
    const source = await mean.reader.sourceOf({ name: 'some', rows: fitted.data.parts.validation.subarray(0, 2) });
    const both = join(root, 'both');
    const kept = keptOf({ ...fitted, chosen: mean, reading: mean.reader.reading });
    const { train, validation } = mean.features as PartFeatures;
    const means = classMeans(unitRows(train).data, takeLabels(fitted.data.labels, fitted.data.parts.train) as Int32Array, 2) as number[][];
    const unknown = { threshold: Math.min(...nearnessToMeans(unitRows(validation).data, means)), wronglyFlagged: 0, means };
    const saved = await saveModel(both, kept, { temperature: 1, metrics: {}, unknown }, await source.gather(Int32Array.of(0, 1)));
    expect(saved.unknown).toEqual({ threshold: unknown.threshold, wronglyFlagged: 0, output: 'familiarity' });
    const odd = ['xq zzv kwrt bbn', 'const total = rows.map((row) => row.length);', 'The soup was delicious, we came back 2 times'];
    const oddFile = join(root, 'odd.csv');
    writeFileSync(oddFile, `text\n${odd.map((text) => JSON.stringify(text)).join('\n')}\n`);
    expect((await answers(both, oddFile)).map((answer) => answer.unknown)).toEqual([true, true, false]);
    expect(scripted(both, odd).map((one) => one.unknown === true)).toEqual([true, true, false]);
    const together = await answers(both, file);
    expect(together.map(({ label }) => label)).toEqual(['good', 'bad']);
    scripted(both, texts).forEach(({ probabilities }, i) => {
      expect(probabilities.bad).toBeCloseTo(together[i]?.values[0] as number, 4);
    });
    const on = await finished(fit(path, { fit: { preset: 'fast' }, runs: join(root, 'runs'), from: both }));
    expect(on.verdict.headline.estimate).toBeGreaterThan(0.9);
  });
});

describe('pictures', () => {
  it('become a model that answers as its program does', async () => {
    const folder = join(root, 'shapes');
    const draw = (name: string, i: number) => {
      const [x, y, side] = [20 + ((i * 37) % 90), 20 + ((i * 53) % 90), 60 + ((i * 29) % 50)];
      const shape =
        name === 'disc'
          ? `<circle cx="${x + side / 2}" cy="${y + side / 2}" r="${side / 2}"`
          : `<rect x="${x}" y="${y}" width="${side}" height="${side}"`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240"><rect width="240" height="240" fill="hsl(${(i * 47) % 360} 40% 85%)"/>${shape} fill="hsl(${(i * 83) % 360} 70% 35%)"/></svg>`;
      return sharp(Buffer.from(svg))
        .jpeg()
        .toFile(join(folder, name, `${i}.jpg`));
    };
    for (const name of ['disc', 'square']) {
      mkdirSync(join(folder, name), { recursive: true });
      for (let i = 0; i < 24; i++) await draw(name, i);
    }
    const { verdict, model } = await finished(fit(folder, { data: { duplicates: 'exact' }, fit: { preset: 'fast' }, runs: join(root, 'runs') }));
    expect(verdict.headline.estimate).toBeGreaterThan(0.6);
    const files = [join(folder, 'disc', '3.jpg'), join(folder, 'square', '5.jpg')];
    const texts = join(root, 'both');
    await expect(finished(fit(folder, { runs: join(root, 'runs'), from: texts }))).rejects.toThrow(
      'The model to go on from (`from`) reads texts, but the data is of images.',
    );
    const own = await answers(model, files);
    scripted(model, files).forEach(({ label, probabilities }, i) => {
      expect(label).toBe(own[i]?.label);
      expect(Math.abs((probabilities.disc ?? 0) - (own[i]?.values[0] as number))).toBeLessThan(0.02);
    });
  });
});

describe('few examples and many classes', () => {
  const options = { fit: { epochs: 2 }, runs: '' };
  beforeAll(() => {
    options.runs = join(root, 'runs');
  });
  const table = (name: string, rows: readonly string[]) => {
    const path = join(root, name);
    writeFileSync(path, `x,y,kind\n${rows.join('\n')}\n`);
    return path;
  };

  it('two of each of two classes become a model, and how little that says is told', async () => {
    const path = table('four.csv', ['1,5,a', '2,6,a', '8,1,b', '9,2,b']);
    const { verdict, model, fitted } = await finished(fit(path, { ...options, data: { label: 'kind' } }));
    expect([verdict.examples, fitted.data.parts.validation.length]).toEqual([1, 1]);
    expect(verdict.headline.high - verdict.headline.low).toBeGreaterThan(0.5);
    expect(fitted.data.findings.map(({ text }) => text).join()).toContain('are little more than luck');
    const answered = await answers(model, path);
    expect(answered.map(({ label }) => label)).toEqual(['a', 'a', 'b', 'b']);
  });

  it('rows of few kinds, as familiar as the threshold, are not flagged', async () => {
    const kind = (i: number) => 3 * (i % 7);
    const rows = Array.from(
      { length: 210 },
      (_, i) => `${Math.sin(kind(i)).toFixed(3)},${Math.cos(3 * kind(i)).toFixed(3)},${'abc'[(kind(i) / 3) % 3]}`,
    );
    const path = table('kinds.csv', rows);
    const { model, info } = await finished(fit(path, { ...options, data: { label: 'kind', duplicates: 'off' }, fit: { preset: 'fast' } }));
    expect(info.unknown?.wronglyFlagged).toBe(0);
    expect((await answers(model, path)).filter(({ unknown }) => unknown !== false)).toEqual([]);
  });

  it('one class is refused, with the remedy', async () => {
    const path = table('one.csv', ['1,5,a', '2,6,a', '8,1,a']);
    await expect(finished(fit(path, { ...options, data: { label: 'kind' } }))).rejects.toThrow('a classification needs at least two classes');
  });

  it('hundreds of classes are told apart', async () => {
    const rows = Array.from({ length: 600 }, (_, i) => `${(i % 200) % 20},${Math.floor((i % 200) / 20)},k${i % 200}`);
    const { verdict, fitted, report } = await finished(
      fit(table('hundreds.csv', rows), { ...options, data: { label: 'kind', duplicates: 'off' }, fit: { epochs: 1 } }),
    );
    expect(fitted.goal.outputs).toBe(200);
    expect(verdict.headline.estimate).toBeGreaterThan(0.01);
    expect(readFileSync(report, 'utf8').length).toBeLessThan(4e6);
  });

  it('a rare class gets the same say where that finds more of it', async () => {
    // The classes overlap, so that whoever wants to be right most often hardly ever answers "rare".
    const rows = Array.from({ length: 3600 }, (_, i) => {
      const rare = i % 8 === 0;
      const wobble = (k: number) => ((i * 7919 + k * 104729) % 1000) / 1000 + ((i * 6007 + k * 3001) % 1000) / 1000 - 1;
      return `${(2 * wobble(1) + (rare ? 1 : 0)).toFixed(3)},${(2 * wobble(2)).toFixed(3)},${rare ? 'rare' : 'often'}`;
    });
    const { fitted, verdict, model, report } = await finished(fit(table('rare.csv', rows), { ...options, data: { label: 'kind' } }));
    expect(fitted.chosen.name).toMatch(/, classes even$/);
    expect(fitted.results.at(-1)?.about).toMatch(/balanced accuracy \d+\.\d % instead of \d+\.\d %/);
    // What chose is what is told first, and accuracy beside it.
    expect([verdict.metric, verdict.headline.estimate]).toEqual([
      'balanced accuracy',
      expect.closeTo(verdict.metrics['balanced accuracy'] as number, 10),
    ]);
    expect(verdict.headline.estimate).toBeGreaterThan(0.6);
    expect(verdict.metrics.accuracy).toBe(verdict.classification?.accuracy.estimate);
    const page = readFileSync(report, 'utf8');
    expect(page).toContain('Balanced accuracy ');
    expect(page).toContain('which is taken where its balanced accuracy');
    const loaded = await load(model);
    const held = table(
      'rare-held.csv',
      Array.from(fitted.test?.rows ?? [], (row) => rows[row] as string),
    );
    const { metric, headline } = await evaluateModel(loaded, await openLabelled(held, {}, { label: loaded.info.label }));
    await loaded.release();
    expect([metric, headline.estimate]).toEqual([verdict.metric, verdict.headline.estimate]);
    // The file that was written answers as the model that was measured.
    const rest = await answers(model, table('rare-like.csv', ['2.5,0,often', '-2.5,0,often']));
    expect(rest.map(({ label }) => label)).toEqual(['rare', 'often']);
  });
});
