// Texts as counts of their words and pairs of words: no network, any language with spaces. Called by candidates and by prediction.
import { fail } from '../core/errors.ts';
import type { SparseColumn, StringColumn } from '../data/table/column.ts';

/** Words of a vocabulary, by the number of texts that have them; rarer ones are left out. */
const MOST_WORDS = 20_000;
/** A word of fewer texts says nothing of others. */
const LEAST_TEXTS = 2;

/** The words of a text, lower case, and each with the one behind it. */
export function termsOf(text: string): string[] {
  const words =
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}']+/gu) ?? [];
  return [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)];
}

/** Terms that two texts or more have, with how many do, the most frequent first. */
export function commonTerms(texts: readonly StringColumn[], rows: Int32Array, most = MOST_WORDS): (readonly [term: string, texts: number])[] {
  const counts = new Map<string, number>();
  for (const row of rows) for (const term of new Set(termsIn(texts, row))) counts.set(term, (counts.get(term) ?? 0) + 1);
  const kept = [...counts].filter(([, count]) => count >= LEAST_TEXTS).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return kept.slice(0, most);
}

/** The terms that are counted, in order. @throws GraftError `invalid-data` when no term is in two texts. */
export function vocabularyOf(texts: readonly StringColumn[], rows: Int32Array): string[] {
  const terms = commonTerms(texts, rows);
  if (terms.length === 0) fail('invalid-data', 'No word is in two of the texts; give longer texts, or more.');
  return terms.map(([term]) => term);
}

/** How often each term of the vocabulary is in each of the rows. */
export function countedWords(texts: readonly StringColumn[], rows: Int32Array, vocabulary: readonly string[]): SparseColumn {
  const places = new Map(vocabulary.map((term, i) => [term, i]));
  const starts = new Float64Array(rows.length + 1);
  const [indices, values]: [number[], number[]] = [[], []];
  rows.forEach((row, i) => {
    const counts = new Map<number, number>();
    for (const term of termsIn(texts, row)) {
      const place = places.get(term);
      if (place !== undefined) counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    for (const [place, count] of [...counts].sort((a, b) => a[0] - b[0])) {
      indices.push(place);
      values.push(count);
    }
    starts[i + 1] = indices.length;
  });
  return {
    name: 'words',
    length: rows.length,
    kind: 'sparse',
    width: vocabulary.length,
    starts,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
}

function termsIn(texts: readonly StringColumn[], row: number): string[] {
  return texts.flatMap(({ values }) => termsOf(values.at(row) ?? ''));
}
