// Texts, tokenised as they are asked for -> what a text model trains on. Batches are padded to a few lengths, so that few programs are compiled.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds, requireOptions } from '../../core/known-options.ts';
import type { ExampleSource } from '../dataset.ts';
import { checkedClasses, type Labels, labelsFrom, requireLabelEach, takeLabels } from '../labels.ts';
import type { Text, Tokeniser } from './tokeniser.ts';

/** What a {@link textSource} is made of. */
export interface TextSourceParts {
  readonly name: string;
  readonly texts: readonly Text[];
  /** Class indices, as any list or array of whole numbers; or real targets, as a tensor. */
  readonly labels?: Labels | ArrayLike<number> | undefined;
  /** Names by class index; default '0', '1', ... up to the highest label. */
  readonly classes?: readonly string[] | undefined;
  /** As `loadBackbone` gives it. */
  readonly tokenise: Tokeniser;
  /** Longest text in tokens; what exceeds it is cut off. Default 128. */
  readonly maxLength?: number;
  /** Lengths of batches are multiples of this. Default 16. */
  readonly multiple?: number;
}

const KINDS: OptionKinds<TextSourceParts> = {
  name: 'string',
  texts: 'list',
  labels: 'any',
  classes: 'any',
  tokenise: 'function',
  maxLength: 'number',
  multiple: 'number',
};

/**
 * An {@link ExampleSource} of token ids `[N, L]` with the extra inputs `attention_mask` and `token_type_ids`.
 * @throws GraftError `invalid-data` when there are no texts, or their number is not that of the labels.
 */
export function textSource(parts: TextSourceParts): ExampleSource {
  knownOptions(parts, KINDS, 'textSource');
  requireOptions(parts, { name: "'mail'", texts: "['hello', 'bye']", tokenise: 'backbone.tokenise' }, 'textSource');
  const { name, texts, classes, tokenise, maxLength = 128, multiple = 16 } = parts;
  const labels = labelsFrom(name, parts.labels);
  if (texts.length === 0) fail('invalid-data', `\`${name}\` is empty; give at least one text.`);
  requireLabelEach(name, labels, texts.length, 'texts');
  return {
    name,
    length: texts.length,
    inputShape: ['L'],
    inputDtype: 'int64',
    classes: checkedClasses(name, labels, classes),
    labels,
    gather: (indices) => {
      const chosen = Array.from(indices, (i) => texts[i] ?? fail('invalid-argument', `\`${name}\` has no text ${i}; it has ${texts.length}.`));
      const { ids, mask, types } = tokenise(chosen, { maxLength, multiple });
      return { inputs: ids, extras: { attention_mask: mask, token_type_ids: types }, labels: takeLabels(labels, indices) };
    },
  };
}
