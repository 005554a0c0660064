// Texts -> those that are copies: the same characters, the same words, or most of them. Called by `openData`.
import type { Strings } from '../table/strings.ts';
import { contentKey, firstRows } from './content-key.ts';
import { type Duplicates, duplicatesBuilder } from './duplicates.ts';
import { framedTexts } from './framed-texts.ts';
import { nearRuns } from './near-runs.ts';
import { spans, type Watch } from './watch.ts';
import { hashOf, runsOf, wordsOf } from './words.ts';

/** Shorter texts can say the opposite with one word changed: only those of the same words are copies. */
const LONG = 16;
/** What near copies have in common, as a part of the runs of three words that either has. */
const SHARE = 0.8;

/**
 * Finds copies among texts. The same characters are exact copies. Near copies have the same words in the same order, whatever their case, punctuation and
 * white space; or are of 16 words and more, and share 0.8 of the runs of three words that either has, which one word changed in the midst of 29 leaves; or
 * one is the other, of 8 words and more, with up to 6 words put in front and up to 12 behind, but no more than it has.
 * A row of several texts is one text: join them.
 * @param texts `null` where a row has none.
 * @throws GraftError `aborted`.
 */
export async function textDuplicates(texts: Strings, watch: Watch = {}): Promise<Duplicates> {
  const builder = duplicatesBuilder(texts.length);
  const [firstWith, firstWithWords] = [firstRows(), firstRows()];
  const long: number[] = [];
  const near = nearRuns(texts.length);
  const different: number[] = [];
  const framed = framedTexts(texts.length);
  for await (const [from, to] of spans(texts.length, 1024, watch)) {
    for (let i = from; i < to; i++) {
      const text = texts.at(i);
      if (text === null) continue;
      const first = firstWith(contentKey(text), i);
      builder.same(first, i);
      if (first !== i) continue;
      const words = wordsOf(text);
      if (words.length === 0) continue;
      const alike = firstWithWords(contentKey(words.join(' ')), i);
      builder.alike(alike, i);
      if (alike !== i) continue;
      const hashes = words.map(hashOf);
      different.push(i);
      framed.add(hashes);
      if (words.length < LONG) continue;
      long.push(i);
      near.add(runsOf(hashes));
    }
  }
  const wordsIn = (i: number) => wordsOf(texts.at(i) ?? '');
  const spaced = (i: number) => ` ${wordsIn(i).join(' ')} `;
  const innerOf = framed.finish();
  for await (const [from, to] of spans(framed.length, 4096, { signal: watch.signal })) {
    for (let outer = from; outer < to; outer++) {
      innerOf(outer, (inner) => {
        const [i, j] = [different[inner] as number, different[outer] as number];
        if (!builder.together(i, j) && spaced(j).includes(spaced(i))) builder.alike(i, j);
      });
    }
  }
  const runs = (i: number) => runsOf(wordsIn(i).map(hashOf));
  for await (const [band] of spans(near.bands, 1, { signal: watch.signal })) {
    near.search(band, (a, b) => {
      const [i, j] = [long[a] as number, long[b] as number];
      if (builder.together(i, j) || !near.mayShare(a, b, SHARE)) return;
      if (inCommon(runs(i), runs(j)) >= SHARE) builder.alike(i, j);
    });
  }
  return builder.finish();
}

/** The Jaccard index: the part of what either set has that both have. */
function inCommon(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let both = 0;
  for (const run of a) if (b.has(run)) both++;
  return both / (a.size + b.size - both);
}
