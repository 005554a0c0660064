// A text -> its words as they count for likeness, and runs of them as numbers. Called by the search for copies of texts.

/** Scripts that leave no space between words: each of their characters counts as one. */
const UNSPACED = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
/** Signs such as + or emoji are words: `C++` is not `C`, nor a thumb up one down. Punctuation is none. */
const WORD = new RegExp(`[${UNSPACED}]|[[\\p{L}\\p{M}\\p{N}]--[${UNSPACED}]]+|\\p{S}`, 'gv');

/** Words in a run. */
const RUN = 3;

/** The words of a text, in Unicode's compatible form (NFKC) and lower case; without punctuation and white space. */
export function wordsOf(text: string): readonly string[] {
  return text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
}

/** Hashes of the different runs of three words, 32 bits each; none for a text of fewer. */
export function runsOf(hashes: readonly number[]): Set<number> {
  const runs = new Set<number>();
  for (let i = 0; i + RUN <= hashes.length; i++) {
    let run = 0;
    for (let k = i; k < i + RUN; k++) run = mixed(run ^ (hashes[k] as number));
    runs.add(run);
  }
  return runs;
}

/** A word of 32 bits turned into another, one to one, such that each bit depends on all: the end of MurmurHash3. */
export function mixed(word: number): number {
  const a = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
}

/** Hash of a word, 32 bits: FNV-1a over UTF-16 code units. */
export function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
