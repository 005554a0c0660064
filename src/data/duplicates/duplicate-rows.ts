// Rows of a table -> those whose features are equal. Called by `openData`.
import { useOf } from '../open/kinds.ts';
import type { Column } from '../table/column.ts';
import { contentKey, firstRows } from './content-key.ts';
import { type Duplicates, duplicatesBuilder } from './duplicates.ts';
import { rowBytes } from './row-bytes.ts';
import { spans, type Watch } from './watch.ts';

/** Where features can be combined in fewer ways, for each row, rows are equal by chance. */
const WAYS_PER_ROW = 10;
/** A column with a different value in so large a share of the rows tells them apart, though each row comes twice. */
const TELLS_APART = 0.45;
/** Different values of a column are counted up to here. */
const MOST_COUNTED = 2 ** 16;

/**
 * Finds rows whose features are equal, missing cells equal to missing ones; they are exact copies. Features that can be combined in less than ten ways
 * for each row, such as three answers of yes or no, are equal by chance: then none are copies, and a fact says so. Not so where texts are among them, or names or
 * broken numbers that tell nearly every second row apart.
 * @param features columns of one length, without labels, row numbers and the like; one or more.
 * @throws GraftError `aborted`.
 */
export async function rowDuplicates(features: readonly Column[], watch: Watch = {}): Promise<Duplicates> {
  const length = features[0]?.length ?? 0;
  const builder = duplicatesBuilder(length);
  if (equalByChance(features)) {
    const ways = waysToCombine(features, length * WAYS_PER_ROW);
    return builder.finish([`The features combine in at most ${ways} ways, so that rows are equal by chance; equal ones are not taken for copies.`]);
  }
  const bytes = rowBytes(features);
  const firstWith = firstRows();
  for await (const [from, to] of spans(length, 4096, watch)) {
    for (let i = from; i < to; i++) {
      const row = bytes(i);
      if (row) builder.same(firstWith(contentKey(row), i), i);
    }
  }
  return builder.finish();
}

/** Whether the features combine in so few ways that rows are equal by chance. */
export function equalByChance(features: readonly Column[]): boolean {
  if (features.some(tellsApart)) return false;
  const enough = (features[0]?.length ?? 0) * WAYS_PER_ROW;
  return waysToCombine(features, enough) < enough;
}

function tellsApart(column: Column): boolean {
  if (useOf(column) === 'text') return true;
  // Whole numbers and days are few: a hundred ages of a hundred people are no names.
  if (column.kind === 'date' || (column.kind === 'number' && !column.values.some((value) => value % 1 !== 0 && !Number.isNaN(value)))) return false;
  const most = Math.min(MOST_COUNTED, column.length);
  return differentValues(column, most) >= TELLS_APART * column.length;
}

/** The product of the numbers of different values, no further than `enough`. */
function waysToCombine(features: readonly Column[], enough: number): number {
  let ways = 1;
  for (const column of features) {
    if (ways >= enough) return ways;
    ways *= differentValues(column, Math.min(MOST_COUNTED, Math.ceil(enough / ways)));
  }
  return ways;
}

/** How many values a column has, counted no further than `most`; a missing one counts as one. */
function differentValues(column: Column, most: number): number {
  if (column.kind !== 'number' && column.kind !== 'date' && column.kind !== 'string') return most;
  const { kind, values } = column;
  const seen = new Set<number | string | null>();
  for (let i = 0; i < column.length && seen.size < most; i++) seen.add(kind === 'string' ? values.at(i) : (values[i] as number));
  return seen.size;
}
