import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rows, readAll, testFormat } from '../../../tests/support/test-format.ts';
import { type GivenOptions, resolveOptions } from '../../core/options.ts';
import { fileInput } from '../reading/file-input.ts';
import { csv } from './csv.ts';

const quoted = (cell: unknown) => (/[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell ?? ''));

const REVIEWS = [
  { text: 'Great, "really" great', stars: '5', city: 'Köln' },
  { text: 'Two\nlines, both bad', stars: '1', city: null },
  { text: 'It was "ok"', stars: '3', city: 'Łódź' },
  { text: 'never again', stars: '2', city: 'Roma' },
];

testFormat({
  format: csv,
  kind: 'text',
  rows: REVIEWS,
  write(folder, rows, damaged) {
    const lines = rows.map((row, i) => (i === damaged ? 'half a row' : Object.values(row).map(quoted).join(',')));
    const path = join(folder, 'reviews.csv');
    writeFileSync(path, `text,stars,city\n${lines.join('\n')}\n`);
    return path;
  },
  place: (at) => new RegExp(`line ${2 + at + (at > 1 ? 1 : 0)}\\b`),
});

testFormat({
  format: csv,
  kind: 'text',
  rows: [
    { column1: '"You\'ll love it!  ', column2: '1' },
    { column1: 'The "1.2" mega pixel camera, being part of a phone, is good.', column2: '1' },
    { column1: '" In fact', column2: '0' },
  ],
  write(folder, rows, damaged) {
    const path = join(folder, 'sentences.tsv');
    writeFileSync(path, `${rows.map((row, i) => (i === damaged ? 'no label' : Object.values(row).join('\t'))).join('\n')}\n`);
    return path;
  },
  place: (at) => new RegExp(`line ${at + 1}\\b`),
});

describe('csv', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'graft-csv-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function read(content: string | Uint8Array, options: GivenOptions<typeof csv.options> = {}, { name = 'file.csv', skip = false } = {}) {
    const path = join(folder, name);
    writeFileSync(path, content);
    const { rows, ...outcome } = await readAll(csv, path, { options, skip });
    return { ...outcome, rows: rows as Rows, cells: rows.map((row) => Object.values(row)) };
  }

  it.each([
    ['comma', 'name,size\nAnn,1\nBob,2\n'],
    ['semicolon', 'name;size\nAnn, of York;1\nBob;2\n'],
    ['tab', 'name\tsize\nAnn, of York\t1\nBob;\t2\n'],
    ['pipe', 'name|size\nAnn|1\n"Bob|Rob"|2\n'],
    ['none', 'word\nAnn\nBob\n'],
    ['semicolon', 'a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n'],
    ['comma', 'text,label\n"one; two",a\n"three; four",b\n"five; six",a\n'],
  ])('finds the delimiter: %s', async (delimiter, content) => {
    const { facts, rows } = await read(content, {}, { name: 'file.txt' });
    expect(facts).toMatchObject({ delimiter, header: 'yes' });
    expect(rows).not.toHaveLength(0);
  });

  it('takes the delimiter, the quote, the header and the decimals that are set', async () => {
    expect((await read('a b;c\nd e;f\n', { delimiter: 'space', header: 'no' })).cells).toEqual([
      ['a', 'b;c'],
      ['d', 'e;f'],
    ]);
    expect((await read('a,b\n1,2\n', { delimiter: 'none' })).rows).toEqual([{ 'a,b': '1,2' }]);
    expect((await read('a,b\n"1",2\n', { quote: 'none' })).rows).toEqual([{ a: '"1"', b: '2' }]);
    expect((await read('1,2\n3,4\n', { header: 'yes' })).rows).toEqual([{ 1: '3', 2: '4' }]);
    expect((await read('a;b\n1,5;x\n', { decimal: 'point' })).rows).toEqual([{ a: '1,5', b: 'x' }]);
    expect((await read('a\tb\n1.234,5\tx, y\n', { decimal: 'comma' })).rows).toEqual([{ a: '1234.5', b: 'x, y' }]);
  });

  it('reads quotes that are doubled, single or none, and bare ones inside of fields', async () => {
    expect((await read('a,b\n"x ""y""",1\n"",2\n')).cells).toEqual([
      ['x "y"', '1'],
      [null, '2'],
    ]);
    const single = await read("a,b\n'x, y',1\n'it''s',2\n");
    expect(single.facts).toMatchObject({ quote: 'single' });
    expect(single.cells).toEqual([
      ['x, y', '1'],
      ["it's", '2'],
    ]);
    const inches = await read('id,name,size\n1,"Desk, oak",60"\n2,Lamp,5"\n3,"Screen" flat,27"\n');
    expect(inches.facts).toMatchObject({ quote: 'double' });
    expect(inches.cells).toEqual([
      ['1', 'Desk, oak', '60"'],
      ['2', 'Lamp', '5"'],
      ['3', '"Screen" flat', '27"'],
    ]);
    expect((await read('" so\t1\nthe "clip" is\t0\n', {}, { name: 'a.tsv' })).facts).toMatchObject({ quote: 'none' });
  });

  it('takes no character for a line end that is none', async () => {
    expect((await read('one\u0085two\t1\nthree\u2028four\u000bfive\t0\n')).cells).toEqual([
      ['one\u0085two', '1'],
      ['three\u2028four\u000bfive', '0'],
    ]);
  });

  it.each([
    ['no', 'numbers only', '1,2\n3,4\n5,6\n'],
    ['yes', 'words over numbers', 'Number of rooms in all of the house,x\n3,4\n5,6\n'],
    ['yes', 'words over dates', 'Seen the first time at.,x\n2020-01-02,a\n2020-01-03,a\n'],
    ['no', 'a label that comes again', 'I like it,pos\nI hate it,neg\nSo so,pos\n'],
    ['no', 'sentences', 'I like it.\nI hate it!\n'],
    ['yes', 'names over texts', 'text,label\nI like it,pos\nI hate it,neg\n'],
    ['yes', 'names over missing numbers', 'a,b\nNA,x\n,y\n3,x\n'],
    ['yes', 'a name left out, as row numbers have', ',a\n0,x\n1,y\n'],
    ['yes', 'only names', 'text,label\n'],
    ['no', 'one row that is none', 'I like it,1\n'],
  ])('sees whether there is a header: %s, %s', async (header, _, content) => {
    expect((await read(content)).facts).toMatchObject({ header });
  });

  it('gives names to columns without one and numbers to names that come twice, and says so', async () => {
    const { rows, facts } = await read('age,,age,age_2,age\n1,2,3,4,5\n');
    expect(rows).toEqual([{ age: '1', column2: '2', age_3: '3', age_2: '4', age_4: '5' }]);
    expect(facts.names).toBe('"" in place 2 is called "column2", "age" in place 3 is called "age_3", "age" in place 5 is called "age_4"');
    expect((await read('1,2\n3,4\n')).rows).toEqual([
      { column1: '1', column2: '2' },
      { column1: '3', column2: '4' },
    ]);
  });

  it('gives no rows of a header alone, and of an empty file', async () => {
    expect((await read('text,label\n')).rows).toEqual([]);
    expect((await read('text,label')).rows).toEqual([]);
    expect((await read('\n\n')).rows).toEqual([]);
  });

  it('reads decimal commas between semicolons', async () => {
    const { rows, facts } = await read('x;y;n\n1,5;-2,25;1.000\n1.234,5;3;2\n');
    expect(facts).toMatchObject({ decimal: 'comma' });
    expect(rows).toEqual([
      { x: '1.5', y: '-2.25', n: '1000' },
      { x: '1234.5', y: '3', n: '2' },
    ]);
    expect((await read('x;y\n1.5;12,500\n2.5;13,500\n')).facts).not.toHaveProperty('decimal');
    expect((await read('x;y\n5;12,500\n6;13,500\n')).facts).not.toHaveProperty('decimal');
    // No thousand begins with a zero, has four digits before it, or points within.
    for (const sure of ['0,395;-0,663', '1;1234,567', '1;-1.234,567'])
      expect((await read(`x;y\n${sure}\n6;13,500\n`)).facts, sure).toMatchObject({ decimal: 'comma' });
  });

  it('passes over comments and blank lines', async () => {
    const { cells } = await read('# made by hand\n\na,b\n1,2\n#3,"4\n   \n5,6#7\n\n\n', { comment: '#' });
    expect(cells).toEqual([
      ['1', '2'],
      ['5', '6#7'],
    ]);
  });

  it('names the line of a row with too few or too many fields, also after line breaks in quotes', async () => {
    const content = 'a,b,c\n"x\ny\n\nz",2,3\n\n1,2\n1,"p\nq",3,4\n5,6,7\n';
    const lines = ['line 7 has 2 fields, not 3: nothing for column "c"', 'line 8 has 4 fields, not 3: after column "c" comes "4"'];
    for (const end of ['\n', '\r\n', '\r']) {
      const { damaged, cells } = await read(content.replaceAll('\n', end), {}, { skip: true });
      expect(cells).toEqual([
        ['x\ny\n\nz', '2', '3'],
        ['5', '6', '7'],
      ]);
      expect(damaged.map((text, i) => text.slice(0, lines[i]?.length))).toEqual(lines);
    }
    await expect(read('a,b\n1\n2,3\n4,5\n')).rejects.toThrow(/file\.csv", line 2 has 1 field, not 2/);
  });

  it('names the line where a quote opens that is not closed', async () => {
    await expect(read('a,b\n1,"x"\n\n2,"y\n3,z\n4,z\n')).rejects.toThrow(/file\.csv", line 4: a quote \("\) is opened/);
    await expect(read('a,b\n1,"x"\n\n"2\n2","y\n3,z\n4,z')).rejects.toThrow(/line 5: a quote/);
    await expect(read('# c\na,b\n1,"x"\n# c\n"y\n3,z\n', { comment: '#' })).rejects.toThrow(/line 5: a quote/);
  });

  it('refuses a row that is too long by the line where it begins', async () => {
    const rest = 'x,1\n'.repeat(2 ** 22 + 2 ** 19);
    await expect(read(`a,b\n1,2\n"${rest}`)).rejects.toThrow(/line 3: a row is longer than 16777216 bytes/);
    await expect(read(`${'x'.repeat(2 ** 22 + 2 ** 18)},1\n`)).rejects.toThrow(/file\.csv": the first row is so long/);
  });

  it('reads rows longer than what is looked at first', async () => {
    const names = Array.from({ length: 40_000 }, (_, c) => `gene${c}`);
    const wide = await read(`${names.join(',')}\n${names.map((_, c) => c % 7).join(',')}\n`);
    expect(wide.batches[0]?.columns).toEqual(names);
    expect(wide.batches[0]?.rows[0]?.[39_999]).toBe(String(39_999 % 7));
    const long = 'many words, '.repeat(50_000);
    expect((await read(`text,label\n"${long}",1\nshort,0\n`)).cells).toEqual([
      [long, '1'],
      ['short', '0'],
    ]);
  });

  it('finds the encoding or takes the one that is set', async () => {
    const content = 'name,city\nJosé Müller,Besançon\nFrançois Lefèvre,Orléans\n';
    const cells = [
      ['José Müller', 'Besançon'],
      ['François Lefèvre', 'Orléans'],
    ];
    for (const [bytes, encoding, options] of [
      [Buffer.from(`\ufeff${content}`), 'utf-8', {}],
      [Buffer.from(content, 'latin1'), 'windows-1252', {}],
      [Buffer.from(`\ufeff${content}`, 'utf16le'), 'utf-16le', {}],
      [Buffer.from(`\ufeff${content}`, 'utf16le').swap16(), 'utf-16be', {}],
      [Buffer.from(content, 'utf16le'), 'utf-16le', { encoding: 'utf-16le' }],
    ] as const) {
      const { facts, ...got } = await read(bytes, options);
      expect(facts.encoding).toBe(encoding);
      expect(got.cells).toEqual(cells);
      expect(got.batches[0]?.columns).toEqual(['name', 'city']);
    }
  });

  it('hands many rows on in batches, and stops when it is told to', async () => {
    const { batches, rows } = await read(`n,half\n${Array.from({ length: 60_500 }, (_, i) => `${i},${i / 2}`).join('\n')}`);
    expect(batches.map((batch) => batch.rows.length)).toEqual([...Array<number>(60).fill(1000), 500]);
    expect(rows.every(({ n, half }, i) => Number(n) === i && Number(half) === i / 2)).toBe(true);
    const context = { damaged: () => undefined, signal: AbortSignal.abort() };
    const reading = await csv.read(await fileInput(join(folder, 'file.csv')), resolveOptions(csv.options, {}, 'csv'), context);
    await expect(reading.batches[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'aborted' });
  });

  it('gives back any texts that were written in quotes', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 }).map((cell) => cell.replace(/\0|\r/g, '"'));
    const rows = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, async (list) => {
        const content = list.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');
        const { cells } = await read(`a,b\n${content}\n`, { delimiter: 'comma', quote: 'double', header: 'yes', encoding: 'utf-8' });
        expect(cells).toEqual(list.map((row) => row.map((cell) => (cell === '' ? null : cell))));
      }),
      { numRuns: 60, seed: 2 },
    );
  });
});
