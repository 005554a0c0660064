// Rows of opened data -> examples for a model: photos read and texts tokenised as they are asked for. Called by the plan and by prediction.
import type { TextBackbone } from '../backbones/load-backbone.ts';
import { fail } from '../core/errors.ts';
import type { AugmentationOptions } from '../data/augment/augmentation.ts';
import { type Dataset, dataset, type ExampleSource } from '../data/dataset.ts';
import type { ImageInput } from '../data/images/image-input.ts';
import { picturesOf } from '../data/images/picture.ts';
import { type Labels, takeLabels } from '../data/labels.ts';
import { type PhotoLoader, photoLoader } from '../data/loading/photo-loader.ts';
import type { Inputs } from '../data/open/roles.ts';
import type { Column } from '../data/table/column.ts';
import type { Text } from '../data/tokens/tokeniser.ts';
import { encodeRows, type TableEncoding } from './table-encoder.ts';

/** Some rows of a table, with their labels where there are any. */
export interface RowsGiven {
  readonly name: string;
  readonly rows: Int32Array;
  /** Of the same rows, in their order. */
  readonly labels?: Labels | undefined;
  readonly classes?: readonly string[] | undefined;
}

/** How pictures are read for training. */
export interface PictureOptions {
  /** Random changes; none for evaluation. */
  readonly augment?: AugmentationOptions | undefined;
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Pictures as a backbone reads them, `[N, 3, H, W]`, in threads of their own: close it. @throws GraftError `invalid-data` for one that cannot be read, by its name. */
export function pictureRows(inputs: Inputs, input: ImageInput, given: RowsGiven, { augment, seed = 0, signal }: PictureOptions = {}): PhotoLoader {
  const { name, rows, labels, classes } = given;
  const photos = Array.from(rows, picturesOf(inputs, name));
  return photoLoader({ name, photos, labels, ...(classes && { classes }), input, ...(augment && { augment, seed }), ...(signal && { signal }) });
}

/** Longest text in tokens, and the multiple that lengths of batches are rounded to. */
const [LONGEST, MULTIPLE] = [128, 16];

/** Texts, or pairs of them, as tokens `[N, L]`; a missing one is empty. */
export function textRows(
  texts: readonly { readonly values: { at(row: number): string | null | undefined } }[],
  { tokenise, input }: TextBackbone,
  given: RowsGiven,
): ExampleSource {
  const { name, rows, labels, classes } = given;
  const textAt = (i: number): Text => {
    const [first = '', second] = texts.map(({ values }) => values.at(rows[i] as number) ?? '');
    return second === undefined ? first : [first, second];
  };
  const maxLength = Math.min(LONGEST, input.maxLength);
  return {
    name,
    length: rows.length,
    inputShape: ['L'],
    inputDtype: 'int64',
    classes,
    labels,
    gather: (indices) => {
      const { ids, mask, types } = tokenise(Array.from(indices, textAt), { maxLength, multiple: MULTIPLE });
      return { inputs: ids, extras: { attention_mask: mask, token_type_ids: types }, labels: takeLabels(labels, indices) };
    },
  };
}

/** Rows of a table as numbers, in memory. */
export function encodedRows(encoding: TableEncoding, columns: readonly Column[], { name, rows, labels, classes }: RowsGiven): Dataset {
  if (rows.length === 0) fail('invalid-data', `\`${name}\` has no rows.`);
  return dataset({ name, inputs: encodeRows(encoding, columns, rows), labels, ...(classes && { classes }) });
}
