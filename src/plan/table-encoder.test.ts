import { describe, expect, it } from 'vitest';
import { useOf } from '../data/open/kinds.ts';
import type { Cell } from '../data/reading/cell.ts';
import { type Column, columnBuilder } from '../data/table/column.ts';
import { boundedBy, encodeRows, encodingOf, namesOf, widthOf } from './table-encoder.ts';

const column = (name: string, cells: readonly Cell[]): Column => {
  const builder = columnBuilder(name, 0);
  for (const cell of cells) builder.append(cell, () => name);
  return builder.finish();
};
const used = (columns: readonly Column[]) => columns.map((one) => ({ column: one, use: useOf(one) }));
const all = (length: number) => Int32Array.from({ length }, (_, i) => i);

describe('rows as numbers', () => {
  const columns = [
    column('size', [1, 3, null, 5]),
    column('colour', ['red', 'red', 'green', null]),
    column('seen', ['2024-01-01', '2024-07-01T12:00', null, '2024-12-31']),
    column('pair', [
      { dims: [2], values: Float32Array.of(0, 1) },
      { dims: [2], values: Float32Array.of(2, 1) },
      { dims: [2], values: Float32Array.of(4, 1) },
      { dims: [2], values: Float32Array.of(6, 1) },
    ]),
  ];
  const encoding = encodingOf(used(columns), all(4));

  it('have a name each', () => {
    expect(namesOf(encoding)).toEqual([
      'size',
      'size is missing',
      'colour = red',
      'colour = green',
      ...['time', 'month, sine', 'month, cosine', 'weekday, sine', 'weekday, cosine', 'hour, sine', 'hour, cosine'].map((part) => `seen: ${part}`),
      'pair[0]',
      'pair[1]',
    ]);
    expect(widthOf(encoding)).toBe(13);
  });

  it('are standardised, one of many, on circles; what is missing is 0 and said', () => {
    const { dims, data } = encodeRows(encoding, columns, all(4));
    expect(dims).toEqual([4, 13]);
    const row = (i: number) => [...data.subarray(i * 13, (i + 1) * 13)];
    const deviation = Math.sqrt(8 / 3);
    expect(row(0).slice(0, 4)).toEqual([Math.fround(-2 / deviation), 0, 1, 0]);
    expect(row(2).slice(0, 4)).toEqual([0, 1, 0, 1]);
    expect(row(3).slice(2, 4)).toEqual([0, 0]);
    expect(row(2).slice(4, 11)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect([row(0)[4], row(3)[4]]).toEqual([0, 1]);
    // Half a day on a circle of one.
    expect(row(1)[9]).toBeCloseTo(0, 6);
    expect(row(1)[10]).toBeCloseTo(-1, 6);
    expect(row(0)[11]).toBeCloseTo(-3 / Math.sqrt(5), 6);
    expect(row(0)[12]).toBe(0);
  });

  it('are those of the training rows for others, values never seen included', () => {
    const others = [column('colour', ['blue', 'red']), column('size', [3, 3]), column('seen', ['2024-01-01', '2024-01-01']), columns[3] as Column];
    expect([...encodeRows(encoding, others, all(2)).data.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  });

  it('leave a missing array out of the means, and are 0 for it', () => {
    const some = [column('pair', [null, { dims: [2], values: Float32Array.of(1, 5) }, { dims: [2], values: Float32Array.of(3, 5) }])];
    const own = encodingOf(used(some), all(3));
    expect(own).toEqual([{ kind: 'array', name: 'pair', mean: [2, 5], deviation: [1, 1] }]);
    expect([...encodeRows(own, some, all(3)).data]).toEqual([0, 0, -1, 0, 1, 0]);
  });

  it('bring numbers far out nearer, on the side where they are, and none that another domain has among its others', () => {
    const sizes = (of: (i: number) => number | null) => [
      column(
        'size',
        Array.from({ length: 21 }, (_, i) => of(i)),
      ),
    ];
    const plain = sizes((i) => i);
    const own = encodingOf(used(sizes((i) => (i === 20 ? 1e30 : i))), all(21));
    expect(own[0]).toMatchObject({ range: [null, 28.5] });
    const { data } = encodeRows(
      own,
      sizes((i) => (i > 18 ? 10 ** i : i)),
      all(21),
    );
    expect(data[20]).toBe(data[19]);
    expect((data[18] as number) - (data[0] as number)).toBeGreaterThan(2);
    // Where nothing lies far out, what comes later is read as it is.
    expect(encodingOf(used(plain), all(21))[0]).not.toHaveProperty('range');
    const domain = (columns: readonly Column[]) => ({ columns, rows: all(21) });
    const slips = sizes((i) => (i === 0 ? -999 : i === 1 ? null : 10 + i));
    const [bounded] = boundedBy(own, [domain(plain), domain(slips)]);
    expect(bounded).toEqual({ ...own[0], range: [0, null] });
    expect(boundedBy(own, [domain(plain)])[0]).not.toHaveProperty('range');
    const elsewhere = sizes((i) => -1100 + i);
    expect(boundedBy(own, [domain(elsewhere), domain(slips)])[0]).toMatchObject({ range: [-1100, null] });
  });

  it('need the columns that they were made from, of the same kind', () => {
    expect(() => encodeRows(encoding, columns.slice(1), all(1))).toThrow('Column "size", which the model reads, is missing');
    const odd = [column('size', ['a', 'b']), ...columns.slice(1)];
    expect(() => encodeRows(encoding, odd, all(1))).toThrow(
      'Column "size" holds string values such as "a" in row 1, but the model was trained on number values',
    );
  });

  it('are refused where there is nothing to read', () => {
    expect(() => encodingOf([], all(0))).toThrow('No column of the table can be turned into numbers');
  });
});
