// Counts and words of several domains -> TF-IDF over all of them: a word that only the target has is known too. Called by the plan of adaptation.
import { fail } from '../../core/errors.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { SparseColumn, StringColumn } from '../../data/table/column.ts';
import { takeColumn } from '../../data/table/column.ts';
import { createModel } from '../../nn/create-model.ts';
import { dense } from '../../nn/layers/dense.ts';
import { sparseRows, unpacked } from '../from-sparse.ts';
import { setHead } from '../headed.ts';
import type { Reader } from '../reading.ts';
import { plainWeighing, tfIdf } from '../weighing.ts';
import { commonTerms, countedWords } from '../words.ts';
import type { Domain, DomainData, View, Views } from './view.ts';

/** Words that are looked at: methods on features hold all of their products with each other. */
const MOST_WORDS = 5000;
/** Numbers that all rows together may have. */
const MOST_NUMBERS = 2 ** 28;

/** The view of rows that are mostly 0. */
export async function* sparseViews({ sources, target, classes }: Domain): Views {
  const columns = sources.map(sparseOf);
  const own = sparseOf(target);
  const width = [...columns, own].reduce((most, column) => Math.max(most, column.width), 0);
  return [
    viewOf('counts', [...columns, own], width, classes, {
      reading: { kind: 'sparse', width },
      sourceOf: async (rows) => sparseRows(takeColumn(own, rows.rows) as SparseColumn, width, rows),
      columnOf: sparseOf,
    }),
  ];
}

/** The view of texts by their words; nothing where no word is in two of them. */
export function wordsView(
  sources: readonly (readonly StringColumn[])[],
  target: readonly StringColumn[],
  classes: readonly string[],
  textsLike: (data: DomainData) => readonly StringColumn[],
): View | undefined {
  const domains = [...sources, target];
  const counts = new Map<string, number>();
  for (const texts of domains) for (const [term, having] of commonTerms(texts, rowsOf(texts))) counts.set(term, (counts.get(term) ?? 0) + having);
  const vocabulary = [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MOST_WORDS)
    .map(([term]) => term);
  if (vocabulary.length === 0) return undefined;
  const columns = domains.map((texts) => countedWords(texts, rowsOf(texts), vocabulary));
  return viewOf('words', columns, vocabulary.length, classes, {
    reading: { kind: 'words', vocabulary },
    sourceOf: async (rows) => sparseRows(countedWords(target, rows.rows, vocabulary), vocabulary.length, rows),
    columnOf: (data) => {
      const texts = textsLike(data);
      return countedWords(texts, rowsOf(texts), vocabulary);
    },
  });
}

function viewOf(
  name: string,
  columns: readonly SparseColumn[],
  width: number,
  classes: readonly string[],
  { columnOf, ...reader }: Reader & { readonly columnOf: (data: DomainData) => SparseColumn },
): View {
  const length = columns.reduce((sum, column) => sum + column.length, 0);
  if (length * width > MOST_NUMBERS)
    fail(
      'invalid-data',
      `${length} rows of ${width} numbers are too many to adapt at once; keep the ${Math.floor(MOST_NUMBERS / length)} most frequent.`,
    );
  const all = joined(columns, width);
  const weighing = all.values.some((value) => value < 0) ? plainWeighing(all) : tfIdf(all, { presence: true });
  const featuresOf = (column: SparseColumn): Tensor<'float32'> =>
    unpacked(
      weighing.column(column),
      width,
      Int32Array.from({ length: column.length }, (_, i) => i),
    );
  const features = columns.map(featuresOf);
  return {
    name,
    units: weighing.name === 'TF-IDF' ? 'shared' : 'own',
    sources: features.slice(0, -1),
    target: features.at(-1) as Tensor<'float32'>,
    featureNames: reader.reading.kind === 'words' ? reader.reading.vocabulary : Array.from({ length: width }, (_, i) => `feature ${i}`),
    about: `${weighing.name === 'TF-IDF' ? 'TF-IDF of ' : ''}${width} ${reader.reading.kind === 'words' ? 'words and pairs of words' : 'numbers'}`,
    read: async (data) => featuresOf(columnOf(data)),
    modelOf: async (linear) => {
      const model = createModel({ name, input: [width], layers: [...weighing.layers, dense(classes.length, { name: 'head' })], classes });
      setHead({ model, features: model.features, width }, linear);
      return model;
    },
    reader,
    close: async () => undefined,
  };
}

/** Rows of all columns, one after another. */
function joined(columns: readonly SparseColumn[], width: number): SparseColumn {
  const starts = [0];
  for (const column of columns) {
    const before = starts.at(-1) as number;
    for (let row = 1; row <= column.length; row++) starts.push(before + (column.starts[row] as number) - (column.starts[0] as number));
  }
  const end = starts.at(-1) as number;
  const [indices, values] = [new Int32Array(end), new Float32Array(end)];
  let at = 0;
  for (const column of columns) {
    const [from, to] = [column.starts[0] as number, column.starts[column.length] as number];
    indices.set(column.indices.subarray(from, to), at);
    values.set(column.values.subarray(from, to), at);
    at += to - from;
  }
  return { name: 'all', length: starts.length - 1, kind: 'sparse', width, starts: Float64Array.from(starts), indices, values };
}

function sparseOf({ inputs, name }: DomainData): SparseColumn {
  return inputs.kind === 'sparse'
    ? inputs.features
    : fail('invalid-data', `"${name}" has no rows that are mostly 0, as the others have; give data of one kind.`);
}

function rowsOf(texts: readonly StringColumn[]): Int32Array {
  return Int32Array.from({ length: texts[0]?.length ?? 0 }, (_, i) => i);
}
