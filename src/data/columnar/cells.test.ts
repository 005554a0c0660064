import { describe, expect, it } from 'vitest';
import type { Cell, Photo } from '../reading/cell.ts';
import { type Field, planCells, rowOf, type Shape } from './cells.ts';
import { type Features, featuresIn } from './features.ts';

const photo = (bytes: Uint8Array | null, path: string | null, row: number): Photo => ({ name: path ?? `row ${row}`, source: bytes ?? 'beside' });
const field = (name: string, shape: Shape): Field => ({ name, shape });
const list = (of: Shape): Shape => ({ kind: 'list', of });
const [NUMBER, STRING, BYTES] = (['number', 'string', 'bytes'] as const).map((kind): Shape => ({ kind })) as [Shape, Shape, Shape];
const PICTURE: Shape = { kind: 'struct', fields: [field('bytes', BYTES), field('path', STRING)] };

/** The cell that a column of that shape gives, or what is said of it. */
function cell(shape: Shape, value: unknown, features?: Features): Cell | string {
  const { columns } = planCells('file', [field('x', shape)], features, photo);
  let said = '';
  const row = rowOf(columns, 5, [value], (column, what) => {
    said = `${column} ${what}`;
  });
  return row ? (row[0] ?? null) : said;
}

describe('lists', () => {
  it('of numbers, in lists or not, are arrays; a missing number is no number', () => {
    expect(cell(list(NUMBER), [1, 2n, null])).toEqual({ dims: [3], values: Float32Array.of(1, 2, Number.NaN) });
    expect(cell(list(list(NUMBER)), [Int16Array.of(1, 2), [3, 4]])).toEqual({ dims: [2, 2], values: Float32Array.of(1, 2, 3, 4) });
    expect(cell(list(NUMBER), [])).toEqual({ dims: [0], values: new Float32Array() });
    expect(cell(list(NUMBER), null)).toBe(null);
  });

  it('of different lengths side by side are refused', () => {
    expect(cell(list(list(NUMBER)), [[1, 2], [3]])).toBe('x holds a list of 1 values beside one of 2; make all of them as long');
    expect(cell(list(list(NUMBER)), [[1, 2], null])).toBe('x lacks a list inside a list; fill it in');
  });

  it('of texts lose their missing ones', () => {
    expect(cell(list(STRING), ['a', null, 'b'])).toEqual(['a', 'b']);
  });
});

describe('classes', () => {
  const features = featuresIn('{"info": {"features": {"x": {"names": ["no", "yes"], "_type": "ClassLabel"}}}}');
  it('are their names; -1 is none; more than there are names is refused', () => {
    expect([0n, 1, -1, null].map((value) => cell(NUMBER, value, features))).toEqual(['no', 'yes', null, null]);
    expect(cell(NUMBER, 2, features)).toBe('x holds class 2, but only 0 to 1 have names');
  });

  it('stay numbers where the note on them cannot be read', () => {
    for (const text of ['{', 'null', '[]', '{"info": {"features": {"x": {"names": [1], "_type": "ClassLabel"}}}}'])
      expect(cell(NUMBER, 1, featuresIn(text))).toBe(1);
  });
});

describe('bytes', () => {
  it('that begin as a picture are one, others UTF-8 text, or refused', () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1);
    expect(cell(BYTES, png)).toEqual({ name: 'row 5', source: png });
    expect(cell(BYTES, new TextEncoder().encode('né'))).toBe('né');
    expect(cell(BYTES, Uint8Array.of(0xff, 0xfe))).toContain('x holds bytes that are neither a picture nor UTF-8 text');
  });

  it('with a path are a picture, even where there is only the path', () => {
    expect(cell(PICTURE, { bytes: Uint8Array.of(1), path: 'a.png' })).toEqual({ name: 'a.png', source: Uint8Array.of(1) });
    expect(cell(PICTURE, { bytes: null, path: 'a.png' })).toEqual({ name: 'a.png', source: 'beside' });
    expect(cell(PICTURE, { bytes: null, path: null })).toBe(null);
    expect(cell(PICTURE, null)).toBe(null);
  });
});

it('a value that is not there, or of another kind, is damage', () => {
  expect(cell(NUMBER, undefined)).toBe('x has no value where there must be one; the file is damaged');
  expect(cell(STRING, 1)).toBe('x holds something else than a text; the file is damaged');
});

it('structs become columns with dots; what is no column is left out by name', () => {
  const fields = [
    field('a', { kind: 'struct', fields: [field('b', NUMBER), field('c', { kind: 'struct', fields: [field('d', STRING)] })] }),
    field('m', { kind: 'other', noun: 'maps' }),
    field('s', PICTURE),
    field('l', list(PICTURE)),
  ];
  const { columns, leftOut } = planCells('file', fields, { s: { _type: 'Audio' } }, photo);
  expect(columns.map(({ name }) => name)).toEqual(['a.b', 'a.c.d']);
  expect(leftOut).toEqual(['m (maps)', 's (sounds)', 'l (lists of structs)']);
  expect(rowOf(columns, 1, [{ b: 1, c: null }], () => undefined)).toEqual([1, null]);
});

it('refuses two columns of one name, and a file without a column that can be used', () => {
  const twice = [field('a.b', NUMBER), field('a', { kind: 'struct', fields: [field('b', NUMBER)] })];
  expect(() => planCells('file', twice, undefined, photo)).toThrow('"file" has two columns named "a.b"; rename one of them.');
  expect(() => planCells('file', [], undefined, photo)).toThrow('"file" has no columns;');
  expect(() => planCells('file', [field('m', { kind: 'other', noun: 'maps' })], undefined, photo)).toThrow(
    '"file" holds only columns that cannot be used: m (maps);',
  );
});
