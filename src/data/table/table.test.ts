import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../reading/cell.ts';
import type { Reading, RowBatch } from '../reading/format.ts';
import { type Column, columnBuilder, type PlainKind, sparseRow, takeColumn } from './column.ts';
import { stringsBuilder } from './strings.ts';
import { collectTable, takeTable } from './table.ts';

const built = (cells: readonly Cell[]): Column => {
  const builder = columnBuilder('c', 0);
  for (const cell of cells) builder.append(cell, () => 'row 9');
  return builder.finish();
};
const numbers = (cells: readonly Cell[]) => {
  const column = built(cells);
  return column.kind === 'number' || column.kind === 'date' ? [column.kind, ...column.values] : [column.kind];
};

describe('strings', () => {
  it('come back as they were, in any number and order', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.constantFrom('a', 'b')))), (list) => {
        const builder = stringsBuilder();
        for (const value of list) builder.append(value);
        const strings = builder.finish();
        expect(Array.from({ length: strings.length }, (_, i) => strings.at(i))).toEqual(list);
      }),
    );
  });

  it('that are often the same take little memory', () => {
    const builder = stringsBuilder();
    for (let i = 0; i < 300_000; i++) builder.append(`value ${i % 7}`);
    const strings = builder.finish();
    expect([strings.length, strings.at(0), strings.at(299_999)]).toEqual([300_000, 'value 0', 'value 0']);
  });
});

describe('columns', () => {
  it('of strings that all are numbers or dates become such', () => {
    expect(numbers(['1', ' 2.5', '-3e2', 'NA', null, ''])).toEqual(['number', 1, 2.5, -300, Number.NaN, Number.NaN, Number.NaN]);
    expect(numbers(['2024-02-29', '2024-02-29T12:00', 'n/a'])).toEqual(['date', Date.UTC(2024, 1, 29), Date.UTC(2024, 1, 29, 12), Number.NaN]);
    expect(numbers(['2024-02-29T12:00+02:00'])).toEqual(['date', Date.UTC(2024, 1, 29, 10)]);
    expect(numbers(['2023-02-30', '2024-02-29'])).toEqual(['string']);
  });

  it('read dates with the day or the month first, by what goes with all values, and tell where both do', () => {
    const [first, second] = [Date.UTC(2020, 1, 3), Date.UTC(2020, 11, 31)];
    expect(built(['03.02.2020', '', '31.12.2020'])).toMatchObject({
      kind: 'date',
      order: 'day first',
      values: Float64Array.of(first, Number.NaN, second),
    });
    expect(built(['2/3/2020', '12/31/2020'])).toMatchObject({ order: 'month first', values: Float64Array.of(first, second) });
    expect(built(['3/2/2020 14:30'])).toMatchObject({ guessedFrom: '3/2/2020 14:30', values: Float64Array.of(first + 14.5 * 3_600_000) });
    expect(built(['31/12/2020', '12/31/2020']).kind).toBe('string');
    expect(built(['12/31/2020', '31.12.2020']).kind).toBe('string');
  });

  it('are of numbers or dates where one in fifty is none, which is told by its row', () => {
    const cells = Array.from({ length: 100 }, (_, i) => String(i));
    const astray = built(cells.with(7, 'big').with(50, 'huge').with(3, ''));
    expect(astray).toMatchObject({ kind: 'number', strays: { count: 2, row: 7, value: 'big' } });
    expect(astray.kind === 'number' && Array.from(astray.values.subarray(2, 9))).toEqual([2, Number.NaN, 4, 5, 6, Number.NaN, 8]);
    const days = cells.map((_, i) => `2024-01-${String(1 + (i % 28)).padStart(2, '0')}`);
    expect(built(days.with(99, 'tomorrow'))).toMatchObject({ kind: 'date', strays: { count: 1, row: 99, value: 'tomorrow' } });
    // One more, or names of categories that look like numbers.
    expect(built(cells.with(7, 'a').with(8, 'b').with(9, 'c')).kind).toBe('string');
    expect(built(cells.map((_, i) => (i === 9 ? 'other' : String(i % 19)))).kind).toBe('string');
  });

  it('count infinite values as missing', () => {
    expect(built(['1', 'inf', '-Infinity', ''])).toMatchObject({ infinite: 2, values: Float64Array.of(1, Number.NaN, Number.NaN, Number.NaN) });
    expect(built([1, Number.NEGATIVE_INFINITY])).toMatchObject({ infinite: 1, values: Float64Array.of(1, Number.NaN) });
  });

  it('are of the kind that is known, where they can be', () => {
    const known = (kind: PlainKind, cells: readonly Cell[]) => {
      const builder = columnBuilder('c', 0);
      for (const cell of cells) builder.append(cell, () => 'row 9');
      return builder.finish(kind);
    };
    const text = known('string', ['1.0', '2']);
    expect(text.kind === 'string' && text.values.at(0)).toBe('1.0');
    expect(known('date', [null, null])).toMatchObject({ kind: 'date', values: Float64Array.of(Number.NaN, Number.NaN) });
    expect(known('date', ['NA'])).toMatchObject({ kind: 'date', values: Float64Array.of(Number.NaN) });
    expect(known('month first', ['2/3/2020'])).toEqual({
      name: 'c',
      length: 1,
      kind: 'date',
      order: 'month first',
      values: Float64Array.of(Date.UTC(2020, 1, 3)),
    });
    expect(known('number', ['a']).kind).toBe('string');
  });

  it('of strings that look like numbers but are names stay strings', () => {
    for (const cells of [['007', '010'], ['1', 'x'], ['1,5'], ['0x10'], ['1', '2024-01-01'], ['Infinity']]) expect(built(cells).kind).toBe('string');
  });

  it('take numbers of all kinds, and become strings where strings come later', () => {
    expect(numbers([1, 2n, null, Number.NaN])).toEqual(['number', 1, 2, Number.NaN, Number.NaN]);
    const mixed = built([1, null, 'x', true]);
    expect(mixed.kind === 'string' && [0, 1, 2, 3].map((i) => mixed.values.at(i))).toEqual(['1', null, 'x', 'true']);
  });

  it('refuse kinds that do not go together, by name and place', () => {
    expect(() => built([['a'], 'x'])).toThrow('Column "c" holds lists, but strings at row 9; give each column values of one kind.');
    expect(() =>
      built([
        { dims: [2], values: new Float32Array(2) },
        { dims: [3], values: new Float32Array(3) },
      ]),
    ).toThrow('the shape [3]');
  });

  it('without any value are numbers that are missing', () => {
    expect(numbers([null, null])).toEqual(['number', Number.NaN, Number.NaN]);
  });

  it('give the rows that are asked for, in that order', () => {
    const sparse = built([
      { indices: Int32Array.of(1), values: Float32Array.of(5) },
      { indices: Int32Array.of(0, 3), values: Float32Array.of(1, 2) },
    ]);
    const taken = takeColumn(sparse, [1, 0, 1]);
    expect(taken.kind === 'sparse' && [taken.width, [...sparseRow(taken, 1).indices], [...sparseRow(taken, 2).values]]).toEqual([4, [1], [1, 2]]);
    for (const cells of [
      [1, 2, 3],
      ['a', 'b', null],
      [['a'], [], ['b', 'c']],
      [new Date(1), new Date(2), null],
    ] as Cell[][]) {
      const column = built(cells);
      const back = takeColumn(takeColumn(column, [2, 0, 1]), [1, 2, 0]);
      expect(JSON.stringify(back)).toBe(JSON.stringify(takeColumn(column, [0, 1, 2])));
    }
  });
});

describe('tables', () => {
  const reading = (batches: readonly RowBatch[]): Reading => ({
    facts: { encoding: 'UTF-8' },
    batches: (async function* () {
      yield* batches;
    })(),
  });
  const cells = (column: Column | undefined) => (column?.kind === 'number' ? [...column.values] : []);

  it('collect batches, columns that come later too', async () => {
    const table = await collectTable(
      't',
      reading([
        { columns: ['a'], rows: [[1], [2]] },
        { columns: ['b', 'a'], rows: [[7, 3]] },
        { columns: ['b'], rows: [[8]] },
      ]),
    );
    expect(table.length).toBe(4);
    expect(cells(table.columns[0])).toEqual([1, 2, 3, Number.NaN]);
    expect(cells(table.columns[1])).toEqual([Number.NaN, Number.NaN, 7, 8]);
    expect(cells(takeTable(table, [3, 1]).columns[1])).toEqual([8, Number.NaN]);
  });

  it('keep the parts that rows were given as', async () => {
    const parts = [
      { columns: ['a'], rows: [[1], [2]], part: 'train' },
      { columns: ['a'], rows: [[3]], part: 'test' },
    ] as const;
    const table = await collectTable('t', reading(parts));
    expect(table.parts).toEqual(['train', 'train', 'test']);
    expect(takeTable(table, [2]).parts).toEqual(['test']);
  });

  it('refuse data without rows, or of which only some have a part', async () => {
    await expect(collectTable('t', reading([]))).rejects.toThrow('"t" holds no rows; give at least one example.');
    const partly = [
      { columns: ['a'], rows: [[1]], part: 'train' },
      { columns: ['a'], rows: [[2]] },
    ] as const;
    await expect(collectTable('t', reading(partly))).rejects.toThrow('divided into parts only for its first 1 of 2 rows');
  });
});
