import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npyFile } from '../../../tests/support/npy-file.ts';
import { zipFile } from '../../../tests/support/zip-file.ts';
import { stream } from '../../core/rng.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { Pixels } from '../images/decode.ts';
import { exampleName, picturesOf } from '../images/picture.ts';
import type { Data } from './data.ts';
import { openData, openLabelled, openUnlabelled } from './open-data.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'graft-open-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const file = (name: string, lines: readonly string[]): string => {
  const path = join(root, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
};
const said = ({ findings }: Pick<Data, 'findings'>, level = 'warning') => findings.filter((one) => one.level === level).map(({ text }) => text);
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: Error) => error.message,
  );
const sizes = ({ parts }: Data) => [parts.train.length, parts.validation.length, parts.test.length];
const rows = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i));
const word = (i: number) => ['good', 'bad', 'fair', 'poor'][i % 4] as string;
const sentence = (i: number) => `The ${word(i)} number ${i} was seen on a ${word(i >> 2)} day by ${i * 7919} people`;

describe('a row is called by its place in its file', () => {
  const names = ({ inputs, table }: Pick<Data, 'inputs' | 'table'>, places: Iterable<number> = Array(table.length).keys()) =>
    Array.from(places, (row) => exampleName({ inputs, table }, row));
  const flower = (i: number) => `${i % 13},${(i * 31) % 89}`;

  it.each([
    ['csv', ['a,b', '1,2', '3', '4,5', '', '6,7']],
    ['jsonl', ['{"a":1,"b":2}', '{"a":3', '{"a":4,"b":5}', '', '{"a":6,"b":7}']],
    ['json', ['[{"a":1,"b":2}, 3, {"a":4,"b":5}, {"a":6,"b":7}]']],
    ['svmlight', ['1 1:1 # first', '1 0', '# nothing', '0 2:1', '1 3:1']],
  ] as const)('where one before it is damaged: %s', async (kind, lines) => {
    const passed = await openUnlabelled([file(`damaged.${kind}`, lines)], { onDamaged: 'skip', maxDamaged: 0.5 });
    expect(names(passed)).toEqual(['row 1', 'row 3', 'row 4']);
  });

  it('where one before it has no label', async () => {
    const lines = rows(60, (i) => `${flower(i)},${i === 1 ? '' : ['oak', 'elm'][i % 2]}`);
    const path = file('unlabelled-one.csv', ['x,y,kind', ...lines]);
    for (const opened of [await openData(path, { label: 'kind' }), await openLabelled(path, { label: 'kind' })])
      expect(names(opened).slice(0, 3)).toEqual(['row 1', 'row 3', 'row 4']);
  });

  it('where there are several files: by the name of its own, or the path where two have the same', async () => {
    const lines = (count: number) => ['x,y,kind', ...rows(count, (i) => `${flower(i)},${['oak', 'elm'][i % 2]}`)];
    const test = file('te.csv', lines(8));
    for (const train of [file('tr.csv', lines(40)), file('tr2.csv', lines(50))]) {
      const data = await openData(train, { label: 'kind', test, duplicates: 'off' });
      expect(names(data, data.parts.test)).toEqual(rows(8, (i) => `te.csv row ${i + 1}`));
      expect(names(data, [0])).toEqual([`${basename(train)} row 1`]);
    }
    mkdirSync(join(root, 'other'), { recursive: true });
    const other = file('other/te.csv', lines(8));
    const both = await openUnlabelled([test, other]);
    expect(names(both, [7, 8])).toEqual([`${test} row 8`, `${other} row 1`]);
  });

  it('and what is told of a value names it so', async () => {
    const path = file('stray.csv', ['x,y,kind', '1', ...rows(60, (i) => `${i === 4 ? 'n/k' : i},${i % 7},${['oak', 'elm'][i % 2]}`)]);
    const data = await openData(path, { label: 'kind', onDamaged: 'skip', maxDamaged: 0.5 });
    expect(said(data).join()).toContain('"n/k" in row 6');
  });
});

describe('texts', () => {
  it('in a file with a header: the column of texts and the label are found', async () => {
    const path = file('reviews.csv', ['review,label', ...rows(60, (i) => `"${sentence(i)}",${i % 2 ? 'yes' : 'no'}`)]);
    const data = await openData(path);
    expect(data.inputs.kind === 'text' && data.inputs.texts.map(({ name }) => name)).toEqual(['review']);
    expect(data.task).toEqual({ kind: 'classification', classes: ['no', 'yes'] });
    expect(sizes(data).reduce((a, b) => a + b)).toBe(60);
    expect(data.format).toBe('csv');
    expect([...(data.labels as Int32Array)].slice(0, 4)).toEqual([0, 1, 0, 1]);
  });

  it('without a header and with the label behind: the other column is the label', async () => {
    const data = await openData(
      file(
        'plain.tsv',
        rows(40, (i) => `${sentence(i)}\t${i % 2}`),
      ),
    );
    expect([data.task, said(data, 'info')[0]]).toEqual([{ kind: 'classification', classes: ['0', '1'] }, 'Column "column2" is taken for the label.']);
  });

  it('in pairs, and copies that never straddle', async () => {
    const path = file('pairs.csv', ['a,b,label', ...rows(60, (i) => `${sentence(i % 30)},${sentence((i % 30) + 40)},${i % 7 < 3 ? 'x' : 'y'}`)]);
    const data = await openData(path, { text: 'a,b' });
    expect(data.inputs.kind === 'text' && data.inputs.texts.length).toBe(2);
    const part = new Map<number, string>();
    for (const [name, list] of Object.entries(data.parts)) for (const row of list as Int32Array) part.set(row, name);
    for (let i = 0; i < 30; i++) expect(part.get(i)).toBe(part.get(i + 30));
    expect(said(data).some((text) => text.includes('are copies of others'))).toBe(true);
    expect(said(data).some((text) => text.includes('groups of copies have different labels'))).toBe(true);
  });
});

describe('tables', () => {
  const header = 'id,size,colour,seen,species';
  const table = rows(
    80,
    (i) =>
      `${i},${i % 9 === 0 ? '' : (i % 13) / 2},${['red', 'green'][i % 2]},2024-01-${String((i % 28) + 1).padStart(2, '0')},${['setosa', 'virginica'][i % 2]}`,
  );

  it('leave out what only tells rows apart', async () => {
    const data = await openData(file('table.csv', [header, ...table]), { label: 'species' });
    expect(data.inputs.kind === 'table' && data.inputs.columns.map(({ column, use }) => [column.name, use])).toEqual([
      ['size', 'number'],
      ['colour', 'category'],
      ['seen', 'date'],
    ]);
    expect(said(data, 'info')[0]).toBe('Column "id" only tells rows apart and is left out.');
  });

  it('leave out what tells rows apart in the part to learn from, though it begins anew in another', async () => {
    const numbered = (count: number) => rows(count, (i) => `K-${i},${(i * 37) % 101},${i % 2 ? 'yes' : 'no'}`);
    const test = file('test.csv', ['Kundennr,x,label', ...numbered(60)]);
    const data = await openData(file('train.csv', ['Kundennr,x,label', ...numbered(90)]), { test });
    expect(data.inputs.kind === 'table' && data.inputs.columns.map(({ column }) => column.name)).toEqual(['x']);
    expect(said(data)).toContain(
      'Column "Kundennr" only tells rows apart and is left out; where it says more, say what it is: `types: \'Kundennr=category\'`.',
    );
  });

  it('tell of columns that are nearly dates or amounts, and read them so where people say it', async () => {
    const day = (i: number) => `2024-${String((i % 12) + 1).padStart(2, '0')}-${String((i % 28) + 1).padStart(2, '0')}`;
    const short = (i: number) => `${String((i % 28) + 1).padStart(2, '0')}.${String((i % 12) + 1).padStart(2, '0')}.${20 + (i % 5)}`;
    const lines = rows(100, (i) => `${i % 10 === 3 ? 'k.A.' : day(i)};${short(i)};${i},50 €;${i % 2 ? 'yes' : 'no'}`);
    const path = file('kunden.csv', ['seit;kurz;umsatz;label', ...lines]);
    const data = await openData(path);
    expect(said(data)).toEqual(
      expect.arrayContaining([
        'Column "seit" is no column of dates, though 90 % of its values are dates: "k.A." in row 4 is none, and so are more. Where such stand for missing, say so: `types: \'seit=date\'`.',
        'Values of column "kurz" such as "01.01.20" look like dates with years of two digits, and are taken for words: write them with four, 31.12.2009 or 2009-12-31.',
        'Values of column "umsatz" such as "0,50 €" look like amounts with a sign beside them, or with marks between thousands, and are taken for words: write bare numbers, 1234.5.',
      ]),
    );
    const read = await openData(path, { types: 'seit=date' });
    const [seit] = read.table.columns;
    expect([seit?.kind, seit?.kind === 'date' && seit.strays]).toEqual(['date', { count: 10, row: 3, value: 'k.A.' }]);
    await expect(openData(path, { types: 'umsatz=number' })).rejects.toThrow(
      'column "umsatz" holds numbers, but row 1 of it says "0,50 €", and more than half of its values are none.',
    );
  });

  it('tell of numbers far outside of all others, by row', async () => {
    const lines = rows(80, (i) => `${i === 5 || i === 70 ? -999 : (i * 7) % 31},${i === 8 ? 1e6 : (i * 5) % 17},${i % 2 ? 'yes' : 'no'}`);
    expect(said(await openData(file('slips.csv', ['a,b,label', ...lines])))).toEqual(
      expect.arrayContaining([
        'Column "a" has 2 values far outside of all others, such as -999 in row 6; the others are from 0 to 30. A model that learns from such reads them as half a range beyond these; where they stand for missing values, leave them empty.',
        'Column "b" has a value far outside of all others, 1000000 in row 9; the others are from 0 to 16. A model that learns from such reads them as half a range beyond these; where they stand for missing values, leave them empty.',
      ]),
    );
  });

  it('want the label named where it cannot be told', async () => {
    const path = file('which.csv', [header, ...table]);
    expect(await refusal(openData(path))).toBe(
      'Which column of "which.csv" is the label cannot be told; name it by `label`. Columns: id (identifier), size (number), colour (category), seen (date), species (category).',
    );
    expect(await refusal(openData(path, { label: 'specie' }))).toBe('`label` (="specie") names no column of "which.csv"; did you mean `species`?');
    expect(await refusal(openData(path, { lable: 'species' } as object))).toContain('there is no option `lable`; did you mean `label`?');
  });

  it('predict numbers, several of them, or labels that hold or not', async () => {
    const lines = ['x,y,z,a,b', ...rows(60, (i) => `${i % 7},${i * 1.5},${i * i},${i % 2},${i % 3 === 0 ? 1 : 0}`)];
    const path = file('numbers.csv', lines);
    const amounts = await openData(path, { label: 'y' });
    expect(amounts.task).toEqual({ kind: 'regression', targets: ['y'] });
    expect((amounts.labels as Tensor).dtype).toBe('float64');
    expect((await openData(path, { label: 'y,z' })).task).toEqual({ kind: 'regression', targets: ['y', 'z'] });
    expect((await openData(path, { label: 'a,b' })).task).toEqual({ kind: 'multi-label', classes: ['a', 'b'] });
    const words = file('flags.csv', ['x,a,b', ...rows(60, (i) => `${i % 7},${i % 2 ? 'True' : 'False'},${i % 3 ? 'yes' : 'no'}`)]);
    const flagged = await openData(words, { label: 'a,b' });
    expect(flagged.task).toEqual({ kind: 'multi-label', classes: ['a', 'b'] });
    expect([...((flagged.labels as Tensor).data as Float32Array)].slice(0, 6)).toEqual([0, 0, 1, 1, 0, 1]);
    expect((await openData(path, { label: 'x' })).task.kind).toBe('classification');
    expect((await openData(path, { label: 'x', task: 'regression' })).task.kind).toBe('regression');
    // Numbers that were given to many classes, and amounts that are as many.
    const ids = file('ids.csv', ['x,label', ...rows(800, (i) => `${(i * 37) % 11},${i % 40}`)]);
    expect((await openData(ids)).task.kind).toBe('classification');
    const ages = file('ages.csv', ['x,label', ...rows(800, (i) => `${(i * 37) % 11},${18 + (i % 40)}`)]);
    expect((await openData(ages)).task.kind).toBe('regression');
    const tags = file('tags.csv', ['x,tags', ...rows(40, (i) => `${i},${i % 2 ? 'a;b' : 'b; c'}`)]);
    expect((await openData(tags, { label: 'tags', labelSeparator: ';' })).task).toEqual({ kind: 'multi-label', classes: ['a', 'b', 'c'] });
  });

  it('are kept with their copies where a text is the same and what stands beside it is not', async () => {
    const lines = [
      'review,price,label',
      ...rows(120, (i) => `"${sentence(i >> 1)}, and we will come again in spring",${i * 1.5},${(i >> 1) % 2 ? 'good' : 'bad'}`),
    ];
    const { parts } = await openData(file('twice.csv', lines));
    for (const part of Object.values(parts)) {
      const texts = Array.from(part as Int32Array, (row) => row >> 1);
      expect(new Set(texts).size).toBe(texts.length / 2);
    }
  });

  it('are divided by groups and by time where that is asked for', async () => {
    const path = file('patients.csv', [
      'patient,day,x,label',
      ...rows(
        120,
        (i) => `p${Math.floor(i / 6)},2024-0${1 + Math.floor(i / 40)}-${String((i % 28) + 1).padStart(2, '0')},${(i * 37) % 101},${i % 2}`,
      ),
    ]);
    const grouped = await openData(path, { group: 'patient' });
    const patients = (list: Int32Array) => new Set(Array.from(list, (row) => Math.floor(row / 6)));
    const [train, test] = [patients(grouped.parts.train), patients(grouped.parts.test)];
    expect([...train].filter((one) => test.has(one))).toEqual([]);
    const one = file('one.csv', ['patient,x,label', ...rows(60, (i) => `p,${(i * 37) % 101},${i % 2}`)]);
    await expect(openData(one, { group: 'patient' })).rejects.toThrow(
      'All 60 examples of "one.csv" are of one group of `group` (="patient"), which stays in one part: nothing is left to choose by. Give rows of other groups, or leave `group` out.',
    );
    const timed = await openData(path, { timeColumn: 'day', ignore: 'patient' });
    expect(Math.min(...timed.parts.test)).toBeGreaterThan(Math.min(...timed.parts.train));
    expect(timed.inputs.kind === 'table' && timed.inputs.columns.map(({ column }) => column.name)).toEqual(['x']);
  });

  it('without a label in some rows do without those, and a file for each part is kept', async () => {
    const train = file('train.csv', ['x,label', ...rows(50, (i) => `${i},${i % 5 === 0 ? '' : i % 2}`)]);
    const test = file('test.csv', ['x,label', ...rows(20, (i) => `${i + 100},${i % 2}`)]);
    const data = await openData(train, { test });
    expect([data.table.length, data.parts.test.length]).toEqual([60, 20]);
    expect(said(data)).toContain('10 of 70 rows have no label and are left out.');
    const mixed = file('nan.csv', ['x,label', ...rows(60, (i) => `${i},${['yes', 'no', 'nan', 'N/A'][i % 4]}`)]);
    const some = await openData(mixed);
    expect(some.task).toEqual({ kind: 'classification', classes: ['no', 'yes'] });
    const absent = '30 labels are such as "nan", which count as missing; where it is a class, give it another name.';
    expect(said(some)).toEqual(expect.arrayContaining(['30 of 60 rows have no label and are left out.', absent]));
    const measured = await openLabelled(mixed);
    expect([measured.rows.length, said(measured)]).toEqual([30, [absent]]);
    // Of two names one may mean it; and "none", "-" and "?" are answers.
    const tested = file('null.csv', ['x,label', ...rows(60, (i) => `${i},${['null', 'alternative'][i % 2]}`)]);
    expect((await openData(tested)).task).toEqual({ kind: 'classification', classes: ['alternative', 'null'] });
    const answers = file('answers.csv', ['x,label', ...rows(60, (i) => `${i},${['yes', 'none', '-', '?'][i % 4]}`)]);
    expect((await openData(answers)).task).toEqual({ kind: 'classification', classes: ['-', '?', 'none', 'yes'] });
  });

  it('refuse what no model can learn from', async () => {
    expect(await refusal(openData(file('one.csv', ['x,label', '1,a', '2,a'])))).toBe(
      'All labels in column "label" are "a"; a classification needs at least two classes.',
    );
    expect(await refusal(openData(file('alone.csv', ['label', 'a', 'b'])))).toContain('has no column besides the label');
    expect(await refusal(openData(file('none.csv', ['x,label', '1,', '2,'])))).toContain('No row has a label in column "label"');
    expect(await refusal(openData(join(root, 'absent.csv')))).toContain('there is no such file or folder');
    expect(await refusal(openData(file('empty.csv', ['x,label'])))).toMatch(/no rows|holds no/);
  });

  it('count damaged rows, and refuse too many', async () => {
    const path = file('ragged.csv', ['x,label', ...rows(60, (i) => (i === 30 ? '1,2,3' : `${i},${i % 2}`))]);
    expect(await refusal(openData(path))).toContain("pass over such rows with `onDamaged: 'skip'`");
    const data = await openData(path, { onDamaged: 'skip' });
    expect([data.table.length, said(data).some((text) => text.includes('left out'))]).toEqual([59, true]);
    expect(await refusal(openData(path, { onDamaged: 'skip', maxDamaged: 0.001 }))).toContain('more than `maxDamaged` (=0.001) allows');
  });
});

describe('pictures', () => {
  const colours = { red: '#c00', blue: '#00c' } as const;
  const picture = async (path: string, colour: string, i: number) => {
    const square = await sharp({ create: { width: 12, height: 12, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    await sharp({ create: { width: 40, height: 40, channels: 3, background: colour } })
      .composite([{ input: square, left: (i * 5) % 28, top: (i * 11) % 28 }])
      .png()
      .toFile(path);
  };
  let folder = '';
  beforeAll(async () => {
    folder = join(root, 'pictures');
    for (const [name, colour] of Object.entries(colours)) {
      mkdirSync(join(folder, name), { recursive: true });
      for (let i = 0; i < 14; i++) await picture(join(folder, name, `${i}.png`), colour, i);
    }
  });

  it('in class folders, and one that cannot be read', async () => {
    const data = await openData(folder, { duplicates: 'off' });
    expect([data.inputs.kind, data.task]).toEqual(['image', { kind: 'classification', classes: ['blue', 'red'] }]);
    writeFileSync(join(folder, 'red', 'broken.png'), 'no picture');
    expect(await refusal(openData(folder))).toContain('broken.png');
    const passed = await openData(folder, { onDamaged: 'skip' });
    expect(sizes(passed).reduce((a, b) => a + b)).toBe(28);
    expect(sizes(await openData(folder, { onDamaged: 'skip', duplicates: 'off' })).reduce((a, b) => a + b)).toBe(28);
    const [train, validation, test] = sizes(passed);
    expect([passed.table.length, (passed.labels as Int32Array).length, said(passed, 'info').find((text) => text.startsWith('Rows:'))]).toEqual([
      28,
      28,
      expect.stringContaining(`${train} train, ${validation} validation, ${test} test`),
    ]);
    expect(Array.from({ length: 28 }, (_, row) => exampleName(passed, row).includes('blue'))).toEqual(
      Array.from(passed.labels as Int32Array, (label) => label === 0),
    );
    rmSync(join(folder, 'red', 'broken.png'));
  });

  it('named by a column of a table, never outside its folder', async () => {
    const path = join(folder, 'list.csv');
    writeFileSync(path, ['file,label', ...rows(14, (i) => `red/${i}.png,r`), ...rows(14, (i) => `blue/${i}.png,b`)].join('\n'));
    const data = await openData(path, { duplicates: 'off' });
    expect(data.inputs.kind === 'image' && data.inputs.photos.values[0]?.name).toBe('red/0.png');
    writeFileSync(path, ['file,label', '../../etc/x.png,a', 'red/1.png,b'].join('\n'));
    expect(await refusal(openData(path, { image: 'file' }))).toContain('leads out of the folder');
    rmSync(path);
  });

  describe('labelled by a table', () => {
    const flat = async (name: string, tables: Readonly<Record<string, readonly string[]>>, count = 24) => {
      const place = join(root, name, 'photos');
      mkdirSync(place, { recursive: true });
      for (let i = 0; i < count; i++) await picture(join(place, `${i}.png`), i % 2 ? '#c00' : '#00c', i);
      for (const [path, lines] of Object.entries(tables)) writeFileSync(join(root, name, path), `${lines.join('\n')}\n`);
      return place;
    };
    const off = { duplicates: 'off' } as const;
    const lines = (nameOf: (i: number) => string, count = 24) => ['file,breed', ...rows(count, (i) => `${nameOf(i)},${i % 2 ? 'pug' : 'boxer'}`)];
    const photosOf = (data: Data) => (data.inputs.kind === 'image' ? data.inputs.photos.values.map((photo) => photo?.source) : []);

    it.each([
      ['in the folder', 'photos/labels.csv', (i: number) => `${i}.png`],
      ['beside it', 'labels.csv', (i: number) => `photos/${i}.png`],
      ['called as it is', 'photos.csv', (i: number) => `./${i}.png`],
      ['without the endings of names', 'photos/anything.csv', (i: number) => `${i}`],
    ])('%s', async (name, table, nameOf) => {
      const place = await flat(name, { [table]: lines(nameOf) });
      const data = await openData(place, { ...off, label: 'breed' });
      expect([data.format, data.name, data.task]).toEqual(['csv', 'photos', { kind: 'classification', classes: ['boxer', 'pug'] }]);
      expect(photosOf(data)[3]).toBe(join(place, '3.png'));
      expect(said(data).filter((text) => text.includes('no line'))).toEqual([]);
    });

    it('in the folder, where the pictures lie in one below', async () => {
      const [, ...named] = lines((i) => `photos/${i}.png`);
      const place = dirname(await flat('below', { 'labels.csv': ['file,label', ...named] }));
      const data = await openData(place, off);
      expect(data.task).toEqual({ kind: 'classification', classes: ['boxer', 'pug'] });
      expect(photosOf(data)[3]).toBe(join(place, 'photos', '3.png'));
    });

    it('as JSON Lines, of parts, and beside class folders where its column is asked for', async () => {
      const place = await flat('lines', { 'photos/labels.jsonl': rows(24, (i) => JSON.stringify({ image: `${i}.png`, label: i % 2 })) });
      expect((await openData(place, off)).task).toEqual({ kind: 'classification', classes: ['0', '1'] });
      const [train, test] = [lines((i) => `${i}.png`, 16), ['file,breed', ...rows(8, (i) => `${16 + i}.png,${i % 2 ? 'pug' : 'boxer'}`)]];
      const parts = await openData(await flat('parts', { 'photos/train.csv': train, 'photos/test.csv': test }), { ...off, label: 'breed' });
      expect([parts.parts.test.length, parts.table.length]).toEqual([8, 24]);
      const table = join(folder, 'colours.csv');
      writeFileSync(table, ['file,shade', ...rows(14, (i) => `red/${i}.png,${i % 2 ? 'light' : 'dark'}`)].join('\n'));
      expect((await openData(folder, off)).task.kind === 'classification' && (await openData(folder, off)).task).toHaveProperty('classes', [
        'blue',
        'red',
      ]);
      const shades = await openData(folder, { ...off, label: 'shade' });
      expect(shades.task).toHaveProperty('classes', ['dark', 'light']);
      expect(said(shades)).toContainEqual(
        expect.stringMatching(/^14 pictures of "pictures" have no line in the table and are left out: "blue\/0.png", .* and 11 more\.$/),
      );
      rmSync(table);
    });

    it('names what is missing, named twice, or no file, by line', async () => {
      const place = await flat('wrong', { 'photos/labels.csv': [...lines((i) => `${i}.png`), '"gone\nfar.png",pug'] });
      const path = join(place, 'labels.csv');
      expect(await refusal(openData(place, { ...off, label: 'breed' }))).toContain(
        `"${path}", line 26 names "gone\nfar.png", which is neither in "${place}" nor beside the table.`,
      );
      writeFileSync(path, [...lines((i) => `${i}.png`), './3.png,boxer'].join('\n'));
      expect(await refusal(openData(place, { ...off, label: 'breed' }))).toContain(
        `"${path}", line 26 names "./3.png" again, as line 5 does; keep one of them.`,
      );
      const passed = await openData(place, { ...off, label: 'breed', onDamaged: 'skip' });
      expect(passed.table.length).toBe(24);
      writeFileSync(path, lines((i) => `${i}.png`, 20).join('\n'));
      expect(said(await openData(place, { ...off, label: 'breed' }))).toContain(
        '4 pictures of "photos" have no line in the table and are left out: "20.png", "21.png", "22.png" and 1 more.',
      );
      writeFileSync(path, 'a,breed\none,pug\ntwo,boxer\n');
      expect(await refusal(openData(place, { ...off, label: 'breed' }))).toContain(
        `No column of "${path}" names the pictures in "${place}"; name it by`,
      );
    });

    it('of which there are several, or none', async () => {
      const place = await flat('several', { 'photos/a.csv': ['x'], 'photos/b.csv': ['x'] }, 2);
      expect(await refusal(openData(place, { ...off, label: 'breed' }))).toContain('names its pictures: "a.csv", "b.csv"; give that table itself');
      const bare = await flat('bare', {}, 2);
      expect(await refusal(openData(bare, off))).toContain(
        'have no labels: put those of each class into a folder of its own, or beside them a table labels.csv',
      );
    });

    it('whose pictures are elsewhere', async () => {
      const table = file(
        'lost.csv',
        lines((i) => `lost/${i}.jpg`),
      );
      expect(await refusal(openData(table, { ...off, label: 'breed' }))).toContain(
        'names pictures, such as "lost/0.jpg", but none of the first ones is there',
      );
      const noted = file('noted.csv', ['file,size,breed', ...rows(24, (i) => `lost/${i % 5}.jpg,${(i * 37) % 11},${i % 2 ? 'pug' : 'boxer'}`)]);
      expect(said(await openData(noted, { label: 'breed' }))).toContainEqual(expect.stringContaining('It is taken for text.'));
    });
  });

  it('as arrays: near copies never lie in two parts, where they are not as small as digits', async () => {
    const arrays = async (name: string, side: number) => {
      const noise = await Promise.all(
        Array.from({ length: 30 }, (_, i) => {
          const data = Uint8Array.from(stream(1, 'noise', i).uniforms(48), (level) => level * 200);
          return sharp(data, { raw: { width: 4, height: 4, channels: 3 } })
            .resize(side, side, { kernel: 'cubic' })
            .raw()
            .toBuffer();
        }),
      );
      noise[7] = Buffer.from(noise[4]?.map((level) => level + 20) ?? []);
      const path = join(root, name);
      const files: [string, Uint8Array][] = [
        ['X.npy', npyFile('|u1', [30, side, side, 3], Buffer.concat(noise))],
        [
          'y.npy',
          npyFile(
            '|u1',
            [30],
            Uint8Array.from({ length: 30 }, (_, i) => i % 2),
          ),
        ],
      ];
      writeFileSync(path, await zipFile(new Map(files)));
      return openData(path);
    };
    const [large, small] = [await arrays('large.npz', 32), await arrays('small.npz', 28)];
    expect([large.inputs.kind, said(large).filter((text) => text.includes('none of these lies in two parts'))]).toEqual([
      'image-array',
      [expect.stringMatching(/^1 example is a copy of another, and none of these lies in two parts. Looked for: the same pictures, /)],
    ]);
    expect(said(small).filter((text) => text.includes('none of these lies in two parts'))).toEqual([]);
  });

  it('to predict on: files, and folders', async () => {
    const files = [join(folder, 'red', '1.png'), join(folder, 'blue', '2.png')];
    expect((await openUnlabelled(files)).table.length).toBe(2);
    expect((await openUnlabelled([folder])).table.length).toBe(28);
    const named = join(folder, '..', `${basename(folder)}.png`);
    renameSync(folder, named);
    try {
      expect((await openUnlabelled([named])).table.length).toBe(28);
    } finally {
      renameSync(named, folder);
    }
  });

  it('to predict on: not together with what no model of pictures reads', async () => {
    const table = file('beside.csv', ['length,label', ...rows(4, (i) => `${i},${i % 2}`)]);
    const counts = file('beside.svmlight', ['0 3:1', '1 7:2']);
    const photo = join(folder, 'red', '1.png');
    const both = 'one model reads only one of these: give each by itself.';
    expect(await refusal(openUnlabelled([folder, table]))).toBe(`"${folder}" holds pictures, "${table}" rows without pictures; ${both}`);
    expect(await refusal(openUnlabelled([table, counts]))).toBe(`"${table}" holds rows without pictures, "${counts}" sparse rows; ${both}`);
    expect(await refusal(openData(folder, { test: table }))).toBe(`"${folder}" holds pictures, "${table}" rows without pictures; ${both}`);
    expect(await refusal(openUnlabelled([folder, photo]))).toBe(
      `"${photo}" is a picture by itself, "${folder}" is none; give pictures by themselves, and folders and tables one by one.`,
    );
  });

  it('to predict or measure on, and some that cannot be read', async () => {
    const broken = join(folder, 'blue', '3 broken.png');
    writeFileSync(broken, 'no picture');
    const files = [join(folder, 'red', '1.png'), broken, join(folder, 'blue', '2.png')];
    const passed = await openUnlabelled(files, { onDamaged: 'skip', maxDamaged: 0.5 });
    expect([0, 1].map((row) => exampleName(passed, row))).toEqual([files[0], files[2]]);
    expect(passed.findings.map(({ text }) => text)).toEqual([expect.stringMatching(/3 broken\.png" cannot be read and is left out: /)]);
    expect(await refusal(openUnlabelled(files, { onDamaged: 'skip' }))).toContain(
      '1 of 3 pictures of "3 files" cannot be read, more than `maxDamaged`',
    );
    const held = await openLabelled(folder, { onDamaged: 'skip' });
    const named = (row: number) => exampleName(held, row).includes('blue');
    expect([held.table.length, held.rows.length]).toEqual([28, 28]);
    expect(Array.from({ length: 28 }, (_, row) => named(row))).toEqual(Array.from(held.labels as Int32Array, (label) => label === 0));
    rmSync(broken);
  });

  it('to predict on: one row, or rows that are all alike', async () => {
    const text = 'column1\nThe food was great and so was the service\n';
    for (const [name, content] of [
      ['one.csv', text],
      ['alike.csv', `${text}The food was great and so was the service\n`],
      ['row.csv', 'a,b\n1.5,x\n'],
    ] as const) {
      const path = file(name, content.trim().split('\n'));
      expect((await openUnlabelled([path])).inputs.kind).toBe('table');
    }
    const held = file('held-row.csv', ['a,b,label', '1.5,x,yes']);
    expect((await openLabelled(held, {}, { known: true })).table.length).toBe(1);
    await expect(openLabelled(held)).rejects.toThrow('says anything');
  });
});

describe('to measure on', () => {
  it('all rows are taken, of one class too', async () => {
    const data = await openLabelled(file('held-out.csv', ['x,label', '1,a', '2,a', '3,']));
    expect([data.table.length, data.task]).toEqual([2, { kind: 'classification', classes: ['a'] }]);
  });
});

describe('labels', () => {
  it('of several, where an empty cell means none', async () => {
    const path = file('tags.csv', ['text,label', ...rows(40, (i) => `${sentence(i)},${['a|b', 'a', '', 'b'][i % 4]}`)]);
    const data = await openData(path, { labelSeparator: '|' });
    expect([data.table.length, data.task.kind]).toEqual([40, 'multi-label']);
    expect(said(data, 'info')).toContain(
      '10 of 40 rows have an empty label, which means none of the labels; leave such rows out where theirs are not known.',
    );
    expect(said(await openData(path)).some((text) => text.startsWith('Labels such as "a|b" look like several'))).toBe(true);
  });

  it('in a row of numbers each, one of which is 1, are classes', async () => {
    const arrays = async (name: string, hot: (i: number) => number[]) => {
      const path = join(root, name);
      const noise = Buffer.from(stream(3, name).integers(30 * 4, 256));
      const y = Uint8Array.from(Array.from({ length: 30 }, (_, i) => hot(i)).flat());
      writeFileSync(
        path,
        await zipFile(
          new Map([
            ['X.npy', npyFile('|u1', [30, 4], noise)],
            ['y.npy', npyFile('|u1', [30, 3], y)],
          ]),
        ),
      );
      return openData(path);
    };
    const single = await arrays('hot.npz', (i) => [0, 1, 2].map((c) => Number(c === i % 3)));
    expect([single.task, [...(single.labels as Int32Array)].slice(0, 4)]).toEqual([
      { kind: 'classification', classes: ['0', '1', '2'] },
      [0, 1, 2, 0],
    ]);
    const several = await arrays('several.npz', (i) => [1, i % 2, 0]);
    expect(several.task).toEqual({ kind: 'multi-label', classes: ['0', '1', '2'] });
  });

  it('that cannot be: each another one, none beside arrays, or in a workbook', async () => {
    const amounts = file('each.csv', ['text,label', ...rows(30, (i) => `${sentence(i)},${i}a`)]);
    expect(await refusal(openData(amounts))).toContain('Each of the 30 labels in column "label" is another one');
    const path = join(root, 'alone.npy');
    writeFileSync(path, npyFile('|u1', [30, 4], Buffer.alloc(120)));
    expect(await refusal(openData(path))).toContain('np.savez("data.npz", X=X, y=y)');
    expect(await refusal(openData(file('sheet.xlsx', ['PK'])))).toContain('save the sheet as CSV');
  });
});

describe('for a model', () => {
  it('columns and pictures are read as its own were', async () => {
    const readAs = { kinds: { code: 'string', day: 'date' }, white: 255 } as const;
    const { table } = await openUnlabelled([file('as.csv', ['code,day', '1.0,', '2.0,'])], {}, { readAs });
    expect(table.columns.map(({ kind }) => kind)).toEqual(['string', 'date']);
    const path = join(root, 'dark.npy');
    writeFileSync(path, npyFile('|u1', [1, 4, 4, 3], Buffer.alloc(48, 1)));
    const { inputs } = await openUnlabelled([path], {}, { readAs });
    expect((picturesOf(inputs, 'dark')(0) as Pixels).data[0]).toBe(1);
  });

  it('columns are what people say they are', async () => {
    const path = file('types.csv', ['zip,day,x,label', ...rows(60, (i) => `${10000 + (i % 30)},0${1 + (i % 9)}/02/2020,${i},${i % 2 ? 'a' : 'b'}`)]);
    const data = await openData(path, { types: 'zip=category, day=month-first' });
    expect(data.inputs.kind === 'table' && data.inputs.columns.map(({ column, use }) => [column.name, column.kind, use])).toEqual([
      ['zip', 'string', 'category'],
      ['day', 'date', 'date'],
      ['x', 'number', 'number'],
    ]);
    const day = data.table.columns[1];
    expect(day?.kind === 'date' && [day.order, day.values[1]]).toEqual(['month first', Date.UTC(2020, 1, 2)]);
    expect(await refusal(openData(path, { types: 'zap=category' }))).toContain('`types` (="zap") names no column');
    expect(await refusal(openData(path, { types: 'zip=categories' }))).toContain('names no type of columns; did you mean `category`?');
    expect(await refusal(openData(path, { types: 'zip' }))).toContain('must be column=type, such as zip=category');
    expect(await refusal(openData(path, { types: 'label=number' }))).toBe(
      '`types` says that column "label" holds numbers, but row 1 of it says "b", and more than half of its values are none.',
    );
  });

  it('a few values that are no numbers are told of by row, in what is predicted too', async () => {
    const path = file('astray.csv', ['x,label', ...rows(60, (i) => `${i === 5 ? 'big' : i / 2},${i % 2 ? 'a' : 'b'}`)]);
    const told = 'Column "x" holds numbers, but "big" in row 6 is none and counts as missing.';
    expect(said(await openData(path))).toContainEqual(expect.stringContaining(told));
    const { findings } = await openUnlabelled([path], {}, { readAs: { kinds: { x: 'number' } } });
    expect(findings).toContainEqual({ level: 'warning', text: expect.stringContaining(told) });
  });

  it('a sole column of texts that all differ is one of texts, however short', async () => {
    const data = await openData(file('two.csv', ['text,label', 'I love it,good', 'great,good', 'awful,bad', 'I hate it,bad', 'fine,good', 'no,bad']));
    expect(data.inputs.kind).toBe('text');
  });

  it('says why a table is one column where its fields were not told apart', async () => {
    const path = file('bare.csv', ['text,label', ...rows(30, (i) => `one, two${i % 3 ? ', three' : ''} ${i},good`)]);
    expect(await refusal(openData(path, { label: 'label' }))).toContain("the format's option delimiter=comma divides them");
  });

  it('tells of dates that may have day or month first, and of infinite values', async () => {
    const data = await openData(file('told.csv', ['day,x,label', ...rows(30, (i) => `0${(i % 9) + 1}/02/2020,${i ? i / 2 : 'inf'},${i % 2}`)]));
    expect(said(data)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('the day was taken to come first'),
        'Column "x" holds 1 infinite value, which counts as missing.',
      ]),
    );
  });
});
