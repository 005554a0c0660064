// Texts -> the yardstick that needs no network: a linear model on TF-IDF of their words. Called by the plan.
import type { StringColumn } from '../data/table/column.ts';
import type { Candidate } from './candidate.ts';
import type { DataFitEvent } from './events.ts';
import { sparseRows, weighed, wordWeighings } from './from-sparse.ts';
import type { Reader } from './reading.ts';
import type { Run } from './run.ts';
import type { Weighing } from './weighing.ts';
import { countedWords, vocabularyOf } from './words.ts';

/** The candidate. */
export async function* fromWords(run: Run, texts: readonly StringColumn[]): AsyncGenerator<DataFitEvent, Candidate, void> {
  const vocabulary = vocabularyOf(texts, run.parts.train.rows);
  const counted = (rows: Int32Array) => countedWords(texts, rows, vocabulary);
  const [train, validation] = [counted(run.parts.train.rows), counted(run.parts.validation.rows)];
  const reader: Reader = {
    reading: { kind: 'words', vocabulary },
    sourceOf: async (rows) => sparseRows(counted(rows.rows), vocabulary.length, rows),
  };
  const weighing = wordWeighings(run, train).at(-1) as Weighing;
  const candidate = yield* weighed(run, weighing, { train, validation }, reader, 0);
  return { ...candidate, name: 'TF-IDF of words', about: candidate.about.replace('numbers', 'words and pairs of words') };
}
