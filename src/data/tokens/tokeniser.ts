// Sentences -> token ids, as the `tokenizer.json` of a Hugging Face model says; the only place that knows @huggingface/tokenizers.
// Made by `loadBackbone`; called by whoever feeds text to a model.
import { Tokenizer } from '@huggingface/tokenizers';
import { fail, GraftError } from '../../core/errors.ts';
import { type Tensor, tensor } from '../../core/tensor.ts';
import { charsmapNormaliser } from './charsmap.ts';
import { truncatedLengths } from './truncate.ts';

/** A text, or two that the model reads together. */
export type Text = string | readonly [string, string];

/** A batch of texts `[N, L]`, padded to the longest. */
export interface Tokens {
  readonly ids: Tensor<'int64'>;
  /** 1 where a token is, 0 where padding is. */
  readonly mask: Tensor<'int64'>;
  /** 0 for the first text of a pair, 1 for the second, as the model's template has it. */
  readonly types: Tensor<'int64'>;
}

/** How {@link Tokeniser} shapes a batch. */
export interface TokeniseOptions {
  /** Longest row in tokens, special ones included; default the tokeniser's. What exceeds it is cut off at the end, of a pair from the longer text. */
  readonly maxLength?: number;
  /** L is rounded up to a multiple of this, so that few different lengths occur; never above `maxLength`. Default 1. */
  readonly multiple?: number;
}

/** Texts -> tokens. @throws GraftError `invalid-argument` when there are no texts, or when `maxLength` leaves no room beside the special tokens. */
export type Tokeniser = (texts: readonly Text[], options?: TokeniseOptions) => Tokens;

/** The contents of a model's files. */
export interface TokeniserFiles {
  /** `tokenizer.json`, parsed. */
  readonly tokenizer: unknown;
  /** `tokenizer_config.json`, parsed, where there is one. */
  readonly config?: unknown;
  /** Longest row where a call gives none; default 512. */
  readonly maxLength?: number;
}

/**
 * A tokeniser for WordPiece, BPE and Unigram models, equal to Hugging Face's `tokenizers`. Padding and truncation lengths that `tokenizer.json` fixes are not
 * followed: rows are padded to the longest of their batch.
 * @throws GraftError `invalid-data` when the file is of another kind.
 */
export function tokeniser({ tokenizer: file, config = {}, maxLength: longest = 512 }: TokeniserFiles): Tokeniser {
  const tokenizer = open(file, config);
  const templates = { single: templateOf(tokenizer, false), pair: templateOf(tokenizer, true) };
  const { padId, padLeft } = padding(tokenizer, file, config);
  return (texts, { maxLength = longest, multiple = 1 } = {}) => {
    if (texts.length === 0) fail('invalid-argument', 'No texts were given; give at least one.');
    const rows = texts.map((text) => {
      const parts = typeof text === 'string' ? [text] : text;
      const template = parts.length === 2 ? templates.pair : templates.single;
      const room = maxLength - template.filter(({ part }) => part === undefined).length;
      if (room < 1) fail('invalid-argument', `\`maxLength\` (=${maxLength}) leaves no room for a token of the text beside the special ones.`);
      const ids = parts.map((part) => tokenizer.encode(part, { add_special_tokens: false }).ids);
      const lengths = truncatedLengths(
        ids.map(({ length }) => length),
        room,
      );
      return template.flatMap(({ part, id, type }) =>
        part === undefined ? [{ id, type }] : (ids[part] as number[]).slice(0, lengths[part]).map((own) => ({ id: own, type })),
      );
    });
    const widest = Math.max(1, ...rows.map(({ length }) => length));
    const width = Math.max(widest, Math.min(maxLength, Math.ceil(widest / multiple) * multiple));
    const make = () => tensor('int64', [rows.length, width], new BigInt64Array(rows.length * width));
    const tokens = { ids: make(), mask: make(), types: make() };
    tokens.ids.data.fill(BigInt(padId));
    rows.forEach((row, n) => {
      const start = n * width + (padLeft ? width - row.length : 0);
      row.forEach(({ id, type }, i) => {
        tokens.ids.data[start + i] = BigInt(id);
        tokens.mask.data[start + i] = 1n;
        tokens.types.data[start + i] = BigInt(type);
      });
    });
    return tokens;
  };
}

/** A place in a row: a special token, or all tokens of text 0 or 1. */
interface Slot {
  readonly part?: number;
  readonly id: number;
  readonly type: number;
}

/** What the model puts around texts, read off from a row of two texts that no vocabulary holds. */
function templateOf(tokenizer: Tokenizer, pair: boolean): Slot[] {
  const texts = pair ? ['\u0000first', '\u0000second'] : ['\u0000first'];
  const processed: Processed = tokenizer.post_processor?.post_process([texts[0]], ...(pair ? [[texts[1]]] : [])) ?? { tokens: [] };
  // A post-processor that knows no pairs leaves the texts apart.
  const missing = texts.filter((text) => !processed.tokens.includes(text));
  const untyped = processed.token_type_ids === undefined;
  return [...processed.tokens, ...missing].map((token, i) => {
    const part = texts.indexOf(token);
    // RoBERTa has one type for both texts; the library gives it two.
    const type = untyped ? Math.max(0, part) : isRoberta(tokenizer.post_processor) ? 0 : (processed.token_type_ids?.[i] ?? 0);
    if (part >= 0) return { part, id: -1, type };
    const id =
      tokenizer.token_to_id(token) ?? fail('invalid-data', `tokenizer.json puts \`${token}\` around a text, but its vocabulary does not hold it.`);
    return { id, type };
  });
}

interface Processed {
  readonly tokens: readonly string[];
  readonly token_type_ids?: readonly number[];
}

function isRoberta(processor: Tokenizer['post_processor']): boolean {
  return (processor as { config?: { type?: string } } | null)?.config?.type === 'RobertaProcessing';
}

function padding(tokenizer: Tokenizer, file: unknown, config: unknown): { padId: number; padLeft: boolean } {
  const { padding } = file as { padding?: { pad_id?: number; direction?: string } | null };
  const { pad_token: token, padding_side: side } = config as { pad_token?: string | { content: string } | null; padding_side?: string };
  const content = typeof token === 'object' ? token?.content : token;
  return {
    padId: padding?.pad_id ?? (content === undefined ? undefined : tokenizer.token_to_id(content)) ?? 0,
    padLeft: (side ?? padding?.direction)?.toLowerCase() === 'left',
  };
}

function open(file: unknown, config: unknown): Tokenizer {
  try {
    const tokenizer = new Tokenizer(file as object, config as object);
    correctNormalisers(tokenizer.normalizer as Normaliser | null);
    return tokenizer;
  } catch (cause) {
    throw new GraftError('invalid-data', `tokenizer.json is not one that Graft reads (WordPiece, BPE or Unigram): ${(cause as Error).message}.`, {
      cause,
    });
  }
}

/** What is used of the library's normalisers. */
interface Normaliser {
  readonly config: { readonly type: string; readonly precompiled_charsmap?: string | null; readonly lowercase?: boolean };
  readonly normalizers?: readonly Normaliser[];
  normalize(text: string): string;
}

/** Corrects where the library's normalisers differ: SentencePiece's own tables in the place of its likeness of them, and the lower case of a final sigma. */
function correctNormalisers(normaliser: Normaliser | null): void {
  if (!normaliser) return;
  normaliser.normalizers?.forEach(correctNormalisers);
  const { type, lowercase, precompiled_charsmap: table } = normaliser.config;
  if (type === 'Precompiled' && table) normaliser.normalize = charsmapNormaliser(table);
  if (type === 'Lowercase' || (type === 'BertNormalizer' && lowercase !== false)) {
    // JavaScript writes a sigma that ends a word otherwise; Hugging Face lowers letter by letter.
    const lower = normaliser.normalize.bind(normaliser);
    normaliser.normalize = (text) => lower(text.replaceAll('\u03a3', '\u03c3'));
  }
}
