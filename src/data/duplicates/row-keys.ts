// Rows -> a short key of what each holds, the same in every file: by it later data is told from what a model has learnt from. Called by runs.
import { picturesOf } from '../images/picture.ts';
import type { Unlabelled } from '../open/data.ts';
import type { Column, StringColumn } from '../table/column.ts';
import { contentKey } from './content-key.ts';
import { bytesOf } from './duplicate-photos.ts';
import { equalByChance } from './duplicate-rows.ts';
import { rowBytes } from './row-bytes.ts';
import { wordsOf } from './words.ts';

/** Characters of a key, one byte each: among a million rows and a million others two are the same by chance once in 10^7. */
export const KEY_BYTES = 8;

/** Names of the columns that a model reads; left out where it reads pictures, or rows that are mostly 0. */
export interface ReadColumns {
  /** Of a table. */
  readonly columns?: readonly string[] | undefined;
  /** Of texts. */
  readonly texts?: readonly string[] | undefined;
}

/** Rows of opened data, and what of them a model reads. */
export interface KeyedRows extends Pick<Unlabelled, 'inputs' | 'table' | 'name'>, ReadColumns {}

/**
 * The key of each row: of the bytes of a picture, of the words of a text whatever their case and punctuation, of the cells of the columns that a model reads.
 * Labels are no part of it.
 * @returns nothing for a row that is empty or cannot be read, and for all rows of a table whose cells are equal by chance: see `rowDuplicates`.
 */
export async function rowKeys(data: KeyedRows, rows: Int32Array): Promise<(string | undefined)[]> {
  const keyed = keysOf(data);
  const keys: (string | undefined)[] = [];
  for (const row of rows) {
    const content = await keyed(row);
    keys.push(content === undefined ? undefined : contentKey(content).slice(0, KEY_BYTES));
  }
  return keys;
}

type Content = Uint8Array | string | undefined;

function keysOf({ inputs, table, name, columns, texts = [] }: KeyedRows): (row: number) => Content | Promise<Content> {
  if (columns) return cellsOf(table.columns.filter((column) => columns.includes(column.name)));
  const read = texts.flatMap((text) => table.columns.find((column) => column.name === text) ?? []);
  // A file may have its texts in columns of other names.
  if (read.length > 0 && read.length === texts.length && read.every((column) => column.kind === 'string')) return wordsIn(read);
  switch (inputs.kind) {
    case 'image':
      return (row) => {
        const photo = inputs.photos.values[row];
        return photo ? bytesOf(photo).catch(() => undefined) : undefined;
      };
    case 'image-array': {
      const picture = picturesOf(inputs, name);
      return (row) => {
        const pixels = picture(row);
        return 'data' in pixels ? pixels.data : undefined;
      };
    }
    case 'text':
      return wordsIn(inputs.texts);
    case 'sparse':
      return cellsOf([inputs.features]);
    case 'table':
      return cellsOf(inputs.columns.map(({ column }) => column));
  }
}

function wordsIn(columns: readonly StringColumn[]): (row: number) => Content {
  return (row) => columns.map(({ values }) => wordsOf(values.at(row) ?? '').join(' ')).join('\n') || undefined;
}

/** Files have columns in any order. */
function cellsOf(columns: readonly Column[]): (row: number) => Content {
  if (equalByChance(columns)) return () => undefined;
  return rowBytes([...columns].sort((a, b) => (a.name < b.name ? -1 : 1)));
}
