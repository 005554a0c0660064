import { expect, it } from 'vitest';
import { columnBuilder, type StringColumn, sparseRow } from '../data/table/column.ts';
import { compileGraph } from '../lower/run.ts';
import { createModel } from '../nn/create-model.ts';
import { unpacked } from './from-sparse.ts';
import { tfIdf, withRatios } from './weighing.ts';
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

it.each(['TF-IDF', 'TF-IDF of presence', 'by log-count ratios'])('%s: layers of a model compute what the column is', async (name) => {
  const counts = countedWords([column], rows, ['good', 'not', 'not good', 'never']);
  const plain = tfIdf(counts, { presence: name.endsWith('presence') });
  const weighing = name.startsWith('by') ? withRatios(plain, counts, Int32Array.of(1, 0, 1, 0), 2) : plain;
  const told = weighing.column(counts);
  const model = createModel({ name: 'weighed', input: [4], layers: weighing.layers });
  const session = await compileGraph(model.graph);
  const out = await session.run({ [model.input.name]: unpacked(counts, 4, Int32Array.of(0, 1, 2, 3)) });
  await session.release();
  const wanted = unpacked(told, 4, Int32Array.of(0, 1, 2, 3)).data;
  const computed = out.logits?.data as Float32Array;
  expect(Math.max(...computed.map((value, i) => Math.abs(value - (wanted[i] as number))))).toBeLessThan(1e-6);
  if (!name.startsWith('by')) return;
  // Of as much weight in all as before.
  const size = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  expect(size(told.values)).toBeCloseTo(size(plain.column(counts).values), 5);
});
