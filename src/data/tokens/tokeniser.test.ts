import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tokeniser } from './tokeniser.ts';
import { truncatedLengths } from './truncate.ts';

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));
const wordPiece = read('packages/all-minilm-l6-v2/tokenizer.json');
const golden = read('tests/golden/tokens.json') as {
  sentences: string[];
  tokenizers: { name: string; tokenizer: unknown; ids: number[][]; pairs: { maxLength: number; ids: number[]; types: number[] }[] }[];
};
const numbers = ({ data }: { data: BigInt64Array }) => Array.from(data, Number);

describe.each(golden.tokenizers)('$name', ({ tokenizer, ids, pairs }) => {
  const tokenise = tokeniser({ tokenizer: tokenizer ?? wordPiece });

  it('equals Hugging Face on sentences of several languages', () => {
    golden.sentences.forEach((sentence, i) => {
      const tokens = tokenise([sentence]);
      expect(
        numbers(tokens.ids).filter((_, place) => tokens.mask.data[place] === 1n),
        sentence,
      ).toEqual(ids[i]);
    });
  });

  it('equals Hugging Face on pairs that are cut off', () => {
    const [first = '', second = ''] = golden.sentences;
    for (const { maxLength, ids: expected, types } of pairs) {
      const tokens = tokenise([[first, second]], { maxLength });
      expect(numbers(tokens.ids)).toEqual(expected);
      expect(numbers(tokens.types)).toEqual(types);
    }
  });
});

it('lowers a sigma that ends a word as any other, as Hugging Face does', () => {
  const { ids } = tokeniser({ tokenizer: wordPiece })(['\u0391\u03a3 \u03a3']);
  expect(numbers(ids)).toEqual([101, 1155, 29733, 1173, 102]);
});

it('pads to the longest of the batch, or to a multiple', () => {
  const tokenise = tokeniser({ tokenizer: wordPiece });
  const { ids, mask, types } = tokenise(['a', 'a b c']);
  expect([ids.dims, numbers(ids), numbers(mask), numbers(types)]).toEqual([
    [2, 5],
    [101, 1037, 102, 0, 0, 101, 1037, 1038, 1039, 102],
    [1, 1, 1, 0, 0, 1, 1, 1, 1, 1],
    Array(10).fill(0),
  ]);
  expect(tokenise(['a b c'], { multiple: 8 }).ids.dims).toEqual([1, 8]);
  expect(tokenise(['a b c'], { multiple: 8, maxLength: 6 }).ids.dims).toEqual([1, 6]);
  const left = tokeniser({ tokenizer: wordPiece, config: { padding_side: 'left' } });
  expect(numbers(left(['a', 'a b c']).mask)).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
});

it('cuts the longer of two texts first', () => {
  expect([
    truncatedLengths([9], 4),
    truncatedLengths([2, 9], 6),
    truncatedLengths([9, 2], 6),
    truncatedLengths([9, 9], 5),
    truncatedLengths([1, 2], 6),
  ]).toEqual([[4], [2, 4], [4, 2], [2, 3], [1, 2]]);
});

it('names what it cannot read', () => {
  expect(() => tokeniser({ tokenizer: { model: { type: 'Nonsense' } } })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: tokenizer.json is not one that Graft reads (WordPiece, BPE or Unigram): Tokenizer must contain a "decoder" property.]`,
  );
  expect(() => tokeniser({ tokenizer: wordPiece })([])).toThrowErrorMatchingInlineSnapshot(`[GraftError: No texts were given; give at least one.]`);
  expect(() => tokeniser({ tokenizer: wordPiece })(['a'], { maxLength: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: \`maxLength\` (=2) leaves no room for a token of the text beside the special ones.]`,
  );
});
