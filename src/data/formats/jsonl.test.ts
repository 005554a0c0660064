import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAll, testFormat } from '../../../tests/support/test-format.ts';
import { jsonl } from './jsonl.ts';

testFormat({
  format: jsonl,
  kind: 'text',
  rows: [
    { text: 'Two\nlines, "quoted", \u2028 and Łódź', stars: 5, 'user.age': 31, 'user.home.city': 'Köln', tags: ['good', 'cheap'] },
    { text: '', stars: 1.5, 'user.age': null, 'user.home.city': 'Roma', tags: [] },
    { text: 'null', stars: -2e-3, 'user.age': 4, 'user.home.city': '', tags: ['x'] },
  ],
  write(folder, rows, damaged) {
    const lines = rows.map(({ text, stars, tags, ...user }, i) =>
      i === damaged
        ? '{"text": "cut'
        : JSON.stringify({ text, stars, user: { age: user['user.age'], home: { city: user['user.home.city'] } }, tags }),
    );
    const path = join(folder, 'rows.jsonl');
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  },
  place: (at) => new RegExp(`line ${at + 1}\\b`),
});

describe('jsonl', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'graft-jsonl-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function read(content: string, skip = false) {
    const path = join(folder, 'rows.jsonl');
    writeFileSync(path, content);
    return readAll(jsonl, path, { skip });
  }

  it('takes numbers, truth values, lists and what is missing as they are', async () => {
    const { rows } = await read(
      '{"n": 1, "b": true, "none": null, "list": [1, 2.5, null], "grid": [[1, 2], [3, 4]], "bits": [true, false], "mixed": ["a", 1, null], "empty": {}}\n' +
        '{"n": NaN, "b": false, "none": -Infinity, "talk": [{"who": "me"}], "ragged": [[1], [2, 3]], "text": "NaN \\" NaN"}\n',
    );
    expect(rows).toEqual([
      {
        n: 1,
        b: true,
        none: null,
        list: { dims: [3], values: Float32Array.of(1, 2.5, Number.NaN) },
        grid: { dims: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
        bits: { dims: [2], values: Float32Array.of(1, 0) },
        mixed: ['a', '1'],
        empty: null,
        talk: null,
        ragged: null,
        text: null,
      },
      {
        n: null,
        b: false,
        none: Number.NEGATIVE_INFINITY,
        list: null,
        grid: null,
        bits: null,
        mixed: null,
        empty: null,
        talk: '[{"who":"me"}]',
        ragged: '[[1],[2,3]]',
        text: 'NaN " NaN',
      },
    ]);
  });

  it('takes up names that come later, and such that objects have of their own', async () => {
    const { rows, batches } = await read(`{"a": 1}\n\n{"b": 2, "a": 3}\n{"__proto__": 5, "constructor": 6}\n${'{"c": 1}\n'.repeat(1500)}`);
    expect(batches.map(({ columns, rows }) => [columns, rows.length])).toEqual([
      [['a', 'b', '__proto__', 'constructor', 'c'], 1000],
      [['c'], 503],
    ]);
    expect(batches[0]?.rows.slice(0, 4)).toEqual([
      [1, null, null, null, null],
      [3, 2, null, null, null],
      [null, null, 5, 6, null],
      [null, null, null, null, 1],
    ]);
    expect(rows).toHaveLength(1503);
  });

  it('names what is wrong with a line', async () => {
    const deep = (open: string, inside: string, close: string) => `${open.repeat(50_000)}${inside}${close.repeat(50_000)}`;
    const { damaged, rows } = await read(
      [
        '{"a": 1}',
        '[1, 2]',
        '"text"',
        '12',
        'null',
        '{"a": 1,}',
        "{'a': 1}",
        '{"a": "tab\there"}',
        '{"a": "\\x"}',
        '{"a": [1, 2}',
        '{"a": 1} {"a": 2}',
        '{"a": 01}',
        '{"a": [1, 2',
        '{"a.b": 1, "a": {"b": 2}}',
        deep('{"a":', '1', '}'),
        `{"a": ${deep('[', '1', ']')}}`,
        '{"a": 2}',
      ].join('\n'),
      true,
    );
    expect(damaged).toEqual([
      'line 2 is a list, not an object with names and values',
      'line 3 is the text "text", not an object with names and values',
      'line 4 is 12, not an object with names and values',
      'line 5 is null, not an object with names and values',
      'line 6, character 9 is no JSON from "}" on',
      'line 7, character 2 is no JSON from "\'a\': 1}" on',
      'line 8, character 11 is no JSON from "\\there\\"}" on',
      'line 9, character 8 is no JSON from "\\\\x\\"}" on',
      'line 10, character 12 is no JSON from "}" on',
      'line 11, character 10 is no JSON from "{\\"a\\": 2}" on',
      'line 12, character 8 is no JSON from "1}" on',
      'line 13, character 12 is cut off: its end is missing',
      'line 14 holds "a.b" twice, once nested and once with a dot in its name',
      'line 15 is nested more than 32 deep; flatten it first',
      'line 16 holds lists in "a" that are nested more than 32 deep; flatten them first',
    ]);
    expect(rows).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('refuses records whose names are values', async () => {
    const lines = Array.from({ length: 70 }, (_, i) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 1000 }, (_, k) => [`id${i * 1000 + k}`, 1]))),
    );
    await expect(read(lines.join('\n'))).rejects.toThrow(/line 66 brings more than 65536 different names/);
  });
});
