// Inputs -> which examples are copies of which, exact and near, by what the inputs are; and pictures that cannot be read. Called by `openData`.
import { type DamagedPhoto, photoDuplicates } from '../duplicates/duplicate-photos.ts';
import { rowDuplicates } from '../duplicates/duplicate-rows.ts';
import { textDuplicates } from '../duplicates/duplicate-texts.ts';
import { type Duplicates, duplicatesBuilder } from '../duplicates/duplicates.ts';
import type { Pixels } from '../images/decode.ts';
import { picturesOf } from '../images/picture.ts';
import type { StringColumn } from '../table/column.ts';
import type { Strings } from '../table/strings.ts';
import type { DataOptions } from './options.ts';
import type { Inputs } from './roles.ts';

/** Words of texts beside other columns, from which on rows with the same ones are copies. */
const LEAST_WORDS = 8;
/** What counts as a copy, by what is compared. */
const SOUGHT = {
  files: 'the same files',
  pictures:
    'the same pictures, in another size or quality, mirrored, or cropped or framed by up to a tenth at each edge; not turned, cut further or drawn over',
  texts: 'the same words, most of them in long texts, or a few more in front or behind; not the same said in other words',
  characters: 'the same characters',
  rows: 'the same values in all columns',
};
/** Pixels along each side of pictures in arrays, from which on near copies are looked for. */
const LEAST_SIDE = 32;

/** Who stops it, and who is told how far it is. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((state: { readonly what: 'comparing'; readonly done: number; readonly of: number }) => void) | undefined;
}

/** What {@link copiesIn} found. */
export interface Copies {
  readonly duplicates: Duplicates | undefined;
  /** What rows count as copies, to be told. */
  readonly sought: string;
  readonly damagedPhotos: readonly DamagedPhoto[];
}

/** @throws GraftError `aborted` when the signal says so. */
export async function copiesIn(inputs: Inputs, { duplicates: wanted, onDamaged }: DataOptions, { signal, progress }: Watch): Promise<Copies> {
  const none = { duplicates: undefined, sought: SOUGHT.rows, damagedPhotos: [] };
  const passingOver = inputs.kind === 'image' && onDamaged === 'skip';
  if (wanted === 'off' && !passingOver) return none;
  const watch = { signal, progress: ({ done, of }: { done: number; of: number }) => progress?.({ what: 'comparing', done, of }) };
  if (inputs.kind === 'image') {
    const found = await photoDuplicates(inputs.photos.values, watch);
    if (wanted === 'off') return { ...none, damagedPhotos: found.damaged };
    const exact = wanted === 'exact';
    return { duplicates: exact ? exactly(found) : found, sought: exact ? SOUGHT.files : SOUGHT.pictures, damagedPhotos: found.damaged };
  }
  if (inputs.kind === 'image-array' && wanted === 'near') {
    const at = picturesOf(inputs, 'the data');
    const { height, width } = at(0) as Pixels;
    // Of drawings as small as MNIST's digits, two that were made apart look as alike as copies do.
    if (Math.min(height, width) >= LEAST_SIDE) {
      const list = { length: inputs.images.length, at };
      return { ...none, duplicates: await photoDuplicates(list, watch), sought: SOUGHT.pictures };
    }
  }
  if (inputs.kind === 'text') {
    const [first, second] = inputs.texts;
    if (!first) return none;
    const joined = second ? { length: first.length, at: (i: number) => `${first.values.at(i) ?? ''}\n${second.values.at(i) ?? ''}` } : first.values;
    const found = await textDuplicates(joined, watch);
    const exact = wanted === 'exact';
    return { ...none, duplicates: exact ? exactly(found) : found, sought: exact ? SOUGHT.characters : SOUGHT.texts };
  }
  const columns = inputs.kind === 'table' ? inputs.columns.map(({ column }) => column) : [inputs.kind === 'sparse' ? inputs.features : inputs.images];
  const rows = await rowDuplicates(columns, watch);
  const texts =
    inputs.kind === 'table' ? inputs.columns.flatMap(({ column, use }) => (use === 'text' && column.kind === 'string' ? [column] : [])) : [];
  if (texts.length === 0 || wanted === 'exact') return { ...none, duplicates: rows };
  const sought = `${SOUGHT.rows}, or texts of ${SOUGHT.texts}`;
  return { ...none, duplicates: together(rows, await textDuplicates(longTexts(texts), watch)), sought };
}

/** Of a row's texts those that are long enough to tell: short ones, such as names of things, are the same in many rows that are no copies. */
function longTexts(texts: readonly StringColumn[]): Strings {
  const at = (i: number): string | null => {
    const text = texts.map(({ values }) => values.at(i) ?? '').join('\n');
    return text.split(/\s+/).length < LEAST_WORDS ? null : text;
  };
  return { length: texts[0]?.length ?? 0, at };
}

/** Rows whose texts are copies are near copies, whatever stands beside the texts. */
function together(rows: Duplicates, texts: Duplicates): Duplicates {
  const builder = duplicatesBuilder(rows.groupOf.length);
  for (const [row, first] of rows.contentOf.entries()) {
    builder.same(first, row);
    builder.alike(rows.groupOf[row] as number, row);
    builder.alike(texts.groupOf[row] as number, row);
  }
  return builder.finish([...rows.facts, ...texts.facts]);
}

/** Without what is only alike. */
function exactly({ contentOf, groups, facts }: Duplicates): Duplicates {
  return { contentOf, groupOf: contentOf, groups: groups.filter(({ kind }) => kind === 'exact'), facts };
}
