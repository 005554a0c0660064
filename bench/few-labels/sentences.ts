// Labelled sentences of one shop -> few to learn from, the rest to test on, with the token ids that the PyTorch side reads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExampleSource, loadBackbone, stream, textSource } from '../../src/index.ts';
import { dataFolder } from './photos.ts';

/** Sentences with their classes, and the tokens of each. */
export interface Sentences {
  readonly texts: readonly string[];
  readonly labels: readonly number[];
  readonly ids: readonly (readonly number[])[];
}

export const CLASSES = ['negative', 'positive'];
/** Tokens that a sentence has at most. */
const LONGEST = 64;

/** `perClass` sentences of each class, drawn by the seed, and at most `limit` others. */
export async function fewSentences(perClass: number, seed: number, limit = Number.POSITIVE_INFINITY): Promise<{ train: Sentences; test: Sentences }> {
  const lines = readFileSync(join(dataFolder('sentiment-sentences'), 'yelp.tsv'), 'utf8').split('\n');
  const pairs = lines.flatMap((line) => {
    const [, text, label] = /^(.*?)\s*\t([01])\s*$/.exec(line) ?? [];
    return text ? [{ text, label: Number(label) }] : [];
  });
  const order = Array.from(stream(seed, 'sentences').permutation(pairs.length), (i) => pairs[i] as (typeof pairs)[number]);
  const chosen = new Set(CLASSES.flatMap((_, c) => order.filter(({ label }) => label === c).slice(0, perClass)));
  const backbone = await loadBackbone('all-minilm-l6-v2');
  if (backbone.kind !== 'text') throw new Error('This backbone does not read text.');
  const of = (own: typeof pairs): Sentences => ({
    texts: own.map(({ text }) => text),
    labels: own.map(({ label }) => label),
    ids: own.map(({ text }) => Array.from(backbone.tokenise([text], { maxLength: LONGEST }).ids.data, Number)),
  });
  return { train: of(order.filter((pair) => chosen.has(pair))), test: of(order.filter((pair) => !chosen.has(pair)).slice(0, limit)) };
}

/** As Graft reads them. */
export async function sentenceSource(name: string, { texts, labels }: Sentences): Promise<ExampleSource> {
  const backbone = await loadBackbone('all-minilm-l6-v2');
  if (backbone.kind !== 'text') throw new Error('This backbone does not read text.');
  return textSource({ name, texts, labels: Int32Array.from(labels), classes: CLASSES, tokenise: backbone.tokenise, maxLength: LONGEST });
}
