// `fit` as a process: two at once in one folder, a reader that goes away, and what each command prints for `| head -1`.
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { graft, program, variables } from '../support/cli.ts';

const cwd = mkdtempSync(join(tmpdir(), 'graft-cli-fit-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const kinds = ['oak', '=elm', 'ash'];
const rows = Array.from({ length: 90 }, (_, i) => `${i % 3},${((i * 7919) % 1000) / 1000},${(i * 31) % 89},${kinds[i % 3]}`);
writeFileSync(join(cwd, 'trees.csv'), `height,width,age,kind\n${rows.join('\n')}\n`);
const words = ['trees.csv', '--label', 'kind', '--preset', 'fast', '--threads', '1'];
const resultOf = (run: string) => JSON.parse(readFileSync(join(cwd, 'runs', run, 'result.json'), 'utf8')) as { examples: object };

test('two at once in one folder get a run each, and the same model', async () => {
  const both = await Promise.all([graft(['fit', ...words], { cwd }), graft(['fit', ...words], { cwd })]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const folders = both.map(({ stderr }) => /run: (.*)/.exec(stderr)?.[1]);
  expect(folders.toSorted()).toEqual([join('runs', 'trees-1'), join('runs', 'trees-2')]);
  expect(resultOf('trees-2').examples).toEqual(resultOf('trees-1').examples);
}, 180_000);

test('nobody who reads is no error: commands end quietly, a run goes on to its end', () => {
  const start = [process.execPath, ...program].map((word) => `'${word}'`).join(' ');
  const piped = (line: string, reader: string) =>
    spawnSync('bash', ['-c', `set -o pipefail; ${start} ${line} | ${reader}`], { cwd, env: variables(), encoding: 'utf8' });
  const unread = [
    'data trees.csv --label kind',
    'predict runs/trees-1 trees.csv',
    'compare runs/trees-1 runs/trees-2',
    'eval runs/trees-1 trees.csv',
  ];
  for (const line of unread) {
    const { status, stderr } = piped(line, 'true');
    expect([line, stderr, status]).toEqual([line, expect.not.stringMatching(/error|at .*:\d+:\d+/), 141]);
  }
  expect(piped('predict runs/trees-1 trees.csv', 'head -1').stdout).toMatch(/^row 1 {2}\S+ {2}[\d.]+ %\n$/);
  const { status, stderr } = piped(`fit ${words.join(' ')}`, 'true');
  expect([status, stderr]).toEqual([141, expect.not.stringContaining('error')]);
  expect(resultOf('trees-3').examples).toEqual(resultOf('trees-1').examples);
}, 180_000);

test('compare says which is the best, and how far behind it the others are', async () => {
  const { stdout } = await graft(['compare', 'runs/trees-1', 'runs/trees-2'], { cwd });
  expect(stdout).toMatch(/^runs\/trees-1 .* the best\nruns\/trees-2 .* 0\.0 % behind on 14 shared, p = 1\.0\n$/m);
}, 180_000);

test('eval tells of examples that the model has learnt from, export of small files in their unit', async () => {
  const known = await graft(['eval', 'runs/trees-1', 'trees.csv'], { cwd });
  expect(known.stderr).toContain('! The model has learnt from 76 of the 90 examples, or was chosen by them, so what is measured flatters.');
  writeFileSync(join(cwd, 'new.csv'), 'height,width,age,kind\n0,5,1,oak\n1,6,2,=elm\n2,7,3,ash\n');
  expect((await graft(['eval', 'runs/trees-1', 'new.csv'], { cwd })).stderr).not.toContain('has learnt from');
  // Of a class without examples nothing is known.
  writeFileSync(join(cwd, 'two.csv'), 'height,width,age,kind\n0,5,1,oak\n1,6,2,=elm\n0,0.5,2,oak\n');
  const two = await graft(['eval', 'runs/trees-1', 'two.csv'], { cwd });
  expect(two.stdout).toMatch(/^ash +0 +– +– +–$/m);
  expect(two.stdout).toMatch(/^Brier score: [\d.]+/m);
  const { stdout } = await graft(['export', 'runs/trees-1', '--int8'], { cwd });
  expect(stdout).toMatch(/model-int8: [\d.]+ k?B -> [\d.]+ k?B\n/i);
}, 180_000);

test('answers go through links and into pipes, several at once into one file, and nowhere else', async () => {
  const predicted = (out: string, input = 'trees.csv') => graft(['predict', 'runs/trees-1', input, '--out', out], { cwd });
  const at = (name: string) => join(cwd, name);
  mkdirSync(at('far'));
  symlinkSync(join('far', 'out.csv'), at('link.csv'));
  const ends = await Promise.all([predicted('link.csv'), predicted('link.csv'), predicted('new/out.csv')]);
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
  const whole = readFileSync(at('far/out.csv'), 'utf8');
  expect([lstatSync(at('link.csv')).isSymbolicLink(), whole.split('\n').length, readdirSync(at('far'))]).toEqual([true, 92, ['out.csv']]);
  const start = [process.execPath, ...program].map((word) => `'${word}'`).join(' ');
  const { stdout, stderr } = spawnSync('bash', ['-c', `${start} predict runs/trees-1 trees.csv --out /dev/fd/3 3>&1 | cat`], {
    cwd,
    env: variables(),
    encoding: 'utf8',
  });
  expect([stdout, stderr]).toEqual([whole, expect.stringContaining('90 answers in /dev/fd/3')]);
  symlinkSync('trees.csv', at('same.csv'));
  const refused = await Promise.all([
    predicted('answers.json'),
    predicted('same.csv'),
    predicted('runs/trees-1/model/model.onnx'),
    predicted('nowhere/'),
    predicted('trees.csv/x.csv'),
  ]);
  expect(refused.map(({ stderr }) => stderr.trim())).toEqual([
    'error: `--out` (="answers.json") is written as CSV; for JSON lines leave it out: `--json > answers.json`.',
    'error: `--out` (="same.csv") is what is predicted on; name another file.',
    'error: `--out` (="runs/trees-1/model/model.onnx") is a file of "runs/trees-1", which would be lost; name another one.',
    'error: Could not write nowhere/: its name ends as that of a folder does; name a file.',
    expect.stringMatching(/^error: Could not write trees\.csv\/x\.csv: (?!.*\.graft-).*A file stands where a folder is needed/),
  ]);
}, 180_000);

test('what is no run is told of by its name, with the remedy', async () => {
  const [none, empty] = await Promise.all([graft(['resume', 'runs/none'], { cwd }), graft(['resume', 'runs'], { cwd })]);
  expect([none.stderr, empty.stderr].map((text) => text.trim())).toEqual([
    'error: "runs/none" is no run: there is no such folder; give the folder of one, such as runs/photos-1.',
    'error: "runs" is no run: its options.json cannot be read (ENOENT: no such file or directory); give the folder of one, such as runs/photos-1.',
  ]);
}, 180_000);

test('answers that a spreadsheet program takes for formulas are told of, and stand as they are', async () => {
  const { code, stderr } = await graft(['predict', 'runs/trees-1', 'trees.csv', '--out', 'out.csv'], { cwd });
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining('"out.csv" holds texts such as "=elm", which a spreadsheet program takes for a formula'),
  ]);
  expect(readFileSync(join(cwd, 'out.csv'), 'utf8')).toMatch(/^row 2,=elm,/m);
}, 180_000);
