import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAll, testFormat } from '../../../tests/support/test-format.ts';
import { formats } from './index.ts';
import { json } from './json.ts';

testFormat({
  format: json,
  kind: 'text',
  rows: [
    { text: 'One\nline, "quoted", Łódź', stars: 5, 'user.age': 31, tags: ['good', 'cheap'] },
    { text: '', stars: 1.5, 'user.age': null, tags: [] },
    { text: '}]', stars: -2e-3, 'user.age': 4, tags: ['x'] },
  ],
  write(folder, rows, damaged) {
    const records = rows.map(({ text, stars, tags, ...user }, i) =>
      i === damaged ? [text] : { text, stars, user: { age: user['user.age'] }, tags },
    );
    const path = join(folder, 'rows.json');
    writeFileSync(path, JSON.stringify(records, null, 2));
    return path;
  },
  place: (at) => new RegExp(`record ${at + 1}\\b`),
});

describe('json', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'graft-json-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function read(content: unknown, skip = false) {
    const path = join(folder, 'rows.json');
    writeFileSync(path, typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content));
    return readAll(json, path, { skip });
  }

  const ROWS = [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ];

  it.each([
    ['a list of records', ROWS],
    ['the list "rows"', { version: 1, rows: ROWS, notes: ['made by hand', 'twice', 'over'] }],
    ['the list "data"', { data: ROWS, meta: [{ by: 'me' }] }],
    ['the list "reviews"', { about: { by: 'me' }, reviews: ROWS }],
    ['a list for each column', { a: [1, 2], b: ['x', 'y'] }],
    [
      'columns and data',
      {
        columns: ['a', 'b'],
        index: [0, 1],
        data: [
          [1, 'x'],
          [2, 'y'],
        ],
      },
    ],
    ['numbered values for each column', { a: { 0: 1, 1: 2 }, b: { 0: 'x', 1: 'y' } }],
    ['a record for each number', { 0: ROWS[0], 1: ROWS[1] }],
  ])('finds the records: %s', async (shape, content) => {
    for (const text of [JSON.stringify(content), JSON.stringify(content, null, 2)]) {
      const { rows, facts } = await read(text);
      expect(rows).toEqual(ROWS);
      expect(facts).toEqual({ shape, encoding: 'utf-8' });
    }
  });

  it('keeps apart what is given as parts', async () => {
    const { batches, facts } = await read({ train: ROWS, dev: [{ a: 3 }], test: [{ a: 4 }] });
    expect(batches.map(({ part, rows }) => [part, rows])).toEqual([
      [
        'train',
        [
          [1, 'x'],
          [2, 'y'],
        ],
      ],
      ['validation', [[3]]],
      ['test', [[4]]],
    ]);
    expect(facts.shape).toBe('a list for each part: train, dev, test');
    await expect(read({ train: ROWS, test: [{ a: 3 }, 4] })).rejects.toThrow(/record 2 of "test" is 4, not an object/);
  });

  it('reads a file with a record a line, whatever it is called', async () => {
    const { rows, facts } = await read(ROWS.map((row) => JSON.stringify(row)).join('\n'));
    expect(rows).toEqual(ROWS);
    expect(facts.shape).toBe('a record a line');
    await expect(read('{"a": 1}\n{"a": 2}\n{"a": }\n')).rejects.toThrow(/line 3, character 7 is no JSON/);
  });

  it('is told from JSON Lines by its first bytes', () => {
    const of = (text: string) =>
      [json, formats.find(({ name }) => name === 'jsonl')].map((format) => format?.sniff?.(new TextEncoder().encode(text), 'file'));
    expect(of(JSON.stringify(ROWS))).toEqual([true, false]);
    expect(of(JSON.stringify({ data: ROWS }))).toEqual([true, false]);
    expect(of(JSON.stringify({ data: ROWS }, null, 2).slice(0, 20))).toEqual([true, false]);
    expect(of('{"a": 1}\n{"a": 2}\n')).toEqual([false, true]);
    expect(of('{"a": 1}\n{"a": 2')).toEqual([false, true]);
    expect(of('{"a": 1}')).toEqual([false, true]);
    expect(of('a,b\n1,2\n')).toEqual([false, false]);
    expect(of('{not json}')).toEqual([false, false]);
  });

  it('names the line and character where it stops being JSON', async () => {
    await expect(read('[\n  {"a": 1},\n  {"a": 2,}\n]')).rejects.toThrow(/rows\.json", line 3, character 11 is no JSON from "\}" on/);
    await expect(read('[\r\n{"a": 1},\r\n{"a": tru}\r\n]')).rejects.toThrow(/line 3, character 7 is no JSON from "tru\}" on/);
    await expect(read('[\n  {"a": "x')).rejects.toThrow(/line 2, character 11 is cut off/);
    await expect(read(' \n')).rejects.toThrow(/rows\.json", .* is empty/);
    expect((await read('[{"a": NaN, "b": "NaN, Infinity"}]')).rows).toEqual([{ a: null, b: 'NaN, Infinity' }]);
  });

  it.each([
    [{ a: 1, b: { c: 2 } }, /holds an object without a list of records/],
    [{ left: ROWS, right: ROWS.slice(1) }, /holds several lists: "left" \(2\), "right" \(1\)/],
    [{ a: [1, 2], b: [1] }, /holds several lists: "a" \(2\), "b" \(1\); columns must be equally long/],
    [{}, /holds an object without a list of records/],
    ['12', /holds a single value/],
    [{ columns: ['a', 'b'], data: [[1, 2], [3]] }, /record 2 is a list, not an object/],
  ])('refuses an object in which there are no records to find: %j', async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it('reads empty lists, other encodings, and many records in batches', async () => {
    for (const content of [[], { data: [] }]) expect((await read(content)).rows).toEqual([]);
    const { rows, facts } = await read(Buffer.from(`\ufeff${JSON.stringify([{ ort: 'Köln' }])}`, 'utf16le'));
    expect([rows, facts.encoding]).toEqual([[{ ort: 'Köln' }], 'utf-16le']);
    const { batches } = await read(Array.from({ length: 2500 }, (_, n) => ({ n })));
    expect(batches.map((batch) => batch.rows.length)).toEqual([1000, 1000, 500]);
  });
});
