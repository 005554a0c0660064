import { describe, expect, it } from 'vitest';
import type { Cell } from '../reading/cell.ts';
import { type Column, columnBuilder } from '../table/column.ts';
import { rowDuplicates } from './duplicate-rows.ts';

function columnOf(name: string, cells: readonly Cell[]): Column {
  const builder = columnBuilder(name, 0);
  for (const cell of cells) builder.append(cell, () => name);
  return builder.finish();
}

const few = (name: string) =>
  columnOf(
    name,
    Array.from({ length: 200 }, (_, i) => ((i % 100) % 2 ? 'web' : 'shop')),
  );

describe('equal rows', () => {
  it.each([
    ['texts', Array.from({ length: 200 }, (_, i) => `a review of number ${i % 100}`)],
    ['names', Array.from({ length: 200 }, (_, i) => `P-${i % 100}`)],
    ['broken numbers', Array.from({ length: 200 }, (_, i) => (i % 100) / 7)],
  ])('are copies where %s tell them apart, however few the other columns make of it', async (_, cells) => {
    expect((await rowDuplicates([columnOf('one', cells), few('source')])).groups).toHaveLength(100);
  });

  it('are so by chance where whole numbers do', async () => {
    const ages = columnOf(
      'age',
      Array.from({ length: 200 }, (_, i) => i % 100),
    );
    expect((await rowDuplicates([ages, few('source')])).groups).toEqual([]);
  });
});

/** Measurements of `length` flowers, all different, but that `copies` of row 3 stand at its end. */
function flowers(length: number, copies: number): Column[] {
  const row = (i: number) => (i < length ? i : 3);
  const cells = <T extends Cell>(of: (i: number) => T) => Array.from({ length: length + copies }, (_, i) => of(row(i)));
  return [
    columnOf(
      'width',
      cells((i) => 2 + ((i * 37) % 101) / 10),
    ),
    columnOf(
      'height',
      cells((i) => (i % 5 === 3 ? null : 5 + i / 7)),
    ),
    columnOf(
      'colour',
      cells((i) => ['red', 'blue', null, 'white'][i % 4] ?? null),
    ),
    columnOf(
      'seen',
      cells((i) => new Date(Date.UTC(2020, 0, i + 1))),
    ),
  ];
}

describe('rowDuplicates', () => {
  it('finds rows with equal features, missing ones too', async () => {
    const { groups, facts } = await rowDuplicates(flowers(50, 2));
    expect(groups).toEqual([{ indices: Int32Array.of(3, 50, 51), kind: 'exact' }]);
    expect(facts).toEqual([]);
  });

  it('knows every kind of column', async () => {
    const photo = (name: string) => ({ name, source: name });
    const sparse = (...indices: number[]) => ({ indices: Int32Array.from(indices), values: new Float32Array(indices.length).fill(1) });
    const dense = (...values: number[]) => ({ dims: [2], values: Float32Array.from(values) });
    const long = 'a long text '.repeat(500);
    const kinds: Cell[][] = [
      [0, 1, -0, null, Number.NaN, 2],
      [photo('a.jpg'), photo('b.jpg'), photo('a.jpg'), null, null, photo('c.jpg')],
      [sparse(0, 2), sparse(0, 1), sparse(0, 2), sparse(), null, sparse(1, 2)],
      [dense(1, 2), dense(1, 3), dense(1, 2), dense(0, 0), dense(0, 0), dense(2, 1)],
      [['a', 'b'], ['ab'], ['a', 'b'], null, null, ['a', '', 'b']],
      [long, `${long}.`, long, '', null, long],
    ];
    const alone = await Promise.all(
      kinds.map(
        async (cells, c) =>
          (
            await rowDuplicates([
              columnOf(`c${c}`, cells),
              columnOf(
                'photo',
                cells.map(() => photo('same')),
              ),
            ])
          ).groups,
      ),
    );
    const pairs = alone.map((groups) => groups.map(({ indices }) => [...indices]));
    expect(pairs).toEqual([
      [
        [0, 2],
        [3, 4],
      ],
      [
        [0, 2],
        [3, 4],
      ],
      [
        [0, 2],
        [3, 4],
      ],
      [
        [0, 2],
        [3, 4],
      ],
      [
        [0, 2],
        [3, 4],
      ],
      [[0, 2, 5]],
    ]);
  });

  it('passes over rows without any feature', async () => {
    const sizes = columnOf(
      'size',
      Array.from({ length: 40 }, (_, i) => (i < 5 ? null : i)),
    );
    const prices = columnOf(
      'price',
      Array.from({ length: 40 }, (_, i) => (i < 5 ? null : i * 3)),
    );
    expect((await rowDuplicates([sizes, prices])).groups).toEqual([]);
  });

  it('finds no copies where few answers make rows equal by chance', async () => {
    const answers = ['smokes', 'drinks', 'works out'].map((name, q) =>
      columnOf(
        name,
        Array.from({ length: 60 }, (_, i) => ((i >> q) & 1 ? 'yes' : 'no')),
      ),
    );
    const { groups, facts } = await rowDuplicates(answers);
    expect(groups).toEqual([]);
    expect(facts).toEqual(['The features combine in at most 8 ways, so that rows are equal by chance; equal ones are not taken for copies.']);
  });
});
