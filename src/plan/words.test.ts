import { expect, it } from 'vitest';
import { columnBuilder, type StringColumn, sparseRow } from '../data/table/column.ts';
import { tfIdf } from './weighing.ts';
import { countedWords, vocabularyOf } from './words.ts';

function texts(list: readonly (string | null)[]): StringColumn {
  const builder = columnBuilder('text', 0);
  for (const text of ['x', ...list]) builder.append(text, () => '');
  return builder.finish() as StringColumn;
}
const column = texts(['Not good, not GOOD', 'not bad', "It's good", null]);
const rows = Int32Array.of(1, 2, 3, 4);

it('words and pairs of words that are in two texts, the most frequent first', () => {
  expect(vocabularyOf([column], rows)).toEqual(['good', 'not']);
  expect(vocabularyOf([texts(['Ein Über-Mut', 'ein über mut'])], Int32Array.of(1, 2))).toEqual(['ein', 'ein über', 'mut', 'über', 'über mut']);
  expect(() => vocabularyOf([texts(['a b', 'c d'])], Int32Array.of(1, 2))).toThrow('No word is in two of the texts');
});

it('are counted in each text', () => {
  const counts = countedWords([column], rows, ['good', 'not', 'not good', 'never']);
  expect(Array.from(rows, (_, i) => [...sparseRow(counts, i).indices].map((at, k) => [at, sparseRow(counts, i).values[k]]))).toEqual([
    [
      [0, 2],
      [1, 2],
      [2, 2],
    ],
    [[1, 1]],
    [[0, 1]],
    [],
  ]);
});

it('are weighed by how rare they are, rows of length 1', () => {
  const counts = countedWords([column], rows, ['good', 'not']);
  const { values } = tfIdf(counts).column(counts);
  // Both are in two of four texts, so both weigh the same.
  [Math.SQRT1_2, Math.SQRT1_2, 1, 1].forEach((value, i) => {
    expect(values[i]).toBeCloseTo(value, 6);
  });
  const other = countedWords([column], rows, ['good', 'bad']);
  const weights = tfIdf(other).column(other).values;
  expect(weights).toHaveLength(3);
});
