// A table: the batches of a reading come in, columns in memory leave. Called by `openData`.
import { fail } from '../../core/errors.ts';
import type { Part, Reading } from '../reading/format.ts';
import { type Column, type ColumnBuilder, columnBuilder, type PlainKind, takeColumn } from './column.ts';

/** Rows in memory, column by column. */
export interface Table {
  /** What errors and reports call it. */
  readonly name: string;
  readonly length: number;
  readonly columns: readonly Column[];
  /** For each row the part that it was given as, where the data is divided already. */
  readonly parts?: readonly Part[] | undefined;
  /** For each row its number in its file, from 1; where it is left out, that of its place here. */
  readonly numbers?: Int32Array | undefined;
  /** For each row the name of its file, where there are several. */
  readonly files?: readonly string[] | undefined;
  /** What was found out about the file. */
  readonly facts: Readonly<Record<string, string>>;
  /** The column that holds the labels, where the format has one. */
  readonly label?: string | undefined;
}

/** Rows that are read into memory. */
const MOST_ROWS = 2 ** 23;
/** Missing cells, where most are: rows that each have names of their own make a table of their number squared. */
const MOST_MISSING = 2 ** 25;
const MOSTLY = 0.75;

/** How far the collecting is. */
export interface Collecting {
  readonly rows: number;
  readonly of?: number | undefined;
}

/**
 * Reads all rows. A column that comes later is missing in the rows before it, and one that is gone in those after.
 * @param kinds of columns whose kind is known, by name.
 * @throws GraftError `invalid-data` when there is no row, there are too many, or a column mixes kinds of values; and what the reading throws.
 */
export async function collectTable(
  name: string,
  reading: Reading,
  progress: (state: Collecting) => void = () => undefined,
  kinds: Readonly<Record<string, PlainKind>> = {},
): Promise<Table> {
  const builders = new Map<string, ColumnBuilder>();
  const parts: Part[] = [];
  const places: { numbers: number[]; files: string[] } = { numbers: [], files: [] };
  let [length, given] = [0, 0];
  for await (const { columns, rows, part, numbers, file } of reading.batches) {
    const chosen = columns.map((column) => {
      const known = builders.get(column) ?? columnBuilder(column, length);
      builders.set(column, known);
      return known;
    });
    rows.forEach((row, i) => {
      const number = numbers?.[i] ?? length + i + 1;
      places.numbers.push(number);
      if (file !== undefined) places.files.push(file);
      const place = () => `row ${number} of "${file ?? name}"`;
      chosen.forEach((builder, c) => {
        builder.append(row[c] ?? null, place);
      });
    });
    length += rows.length;
    given += rows.length * columns.length;
    requireBounds(name, length, builders.size, given);
    if (part !== undefined) while (parts.length < length) parts.push(part);
    for (const builder of builders.values()) while (builder.length < length) builder.append(null, () => name);
    progress({ rows: length, of: reading.rows });
  }
  if (length === 0) fail('invalid-data', `"${name}" holds no rows; give at least one example.`);
  if (parts.length > 0 && parts.length < length)
    fail('invalid-data', `"${name}" is divided into parts only for its first ${parts.length} of ${length} rows; give all of them a part, or none.`);
  const finished = [...builders].map(([column, builder]) => builder.finish(Object.hasOwn(kinds, column) ? kinds[column] : undefined));
  return {
    name,
    length,
    columns: finished,
    ...(parts.length > 0 && { parts }),
    numbers: Int32Array.from(places.numbers),
    ...(places.files.length > 0 && { files: places.files }),
    facts: reading.facts,
    label: reading.label,
  };
}

function requireBounds(name: string, rows: number, columns: number, given: number): void {
  if (rows > MOST_ROWS) fail('invalid-data', `"${name}" has more than ${MOST_ROWS} rows, too many for the memory; give a part of them.`);
  const missing = rows * columns - given;
  if (missing > MOST_MISSING && missing > MOSTLY * rows * columns)
    fail(
      'invalid-data',
      `"${name}" has ${columns} columns in its first ${rows} rows, and most cells are missing; give all rows the same names, or write them as svmlight.`,
    );
}

/** What people call a row, by its place in its file: `row 7`, and of several files `test.csv row 7`. */
export function rowName({ numbers, files }: Pick<Table, 'numbers' | 'files'>, row: number): string {
  const name = `row ${numbers?.[row] ?? row + 1}`;
  return files ? `${files[row]} ${name}` : name;
}

/** The rows at `indices`, in that order; they keep their names. */
export function takeTable(table: Table, indices: ArrayLike<number>): Table {
  const { parts, numbers, files } = table;
  return {
    ...table,
    length: indices.length,
    columns: table.columns.map((column) => takeColumn(column, indices)),
    ...(parts && { parts: Array.from(indices, (i) => parts[i] as Part) }),
    numbers: Int32Array.from(indices, (i) => numbers?.[i] ?? i + 1),
    ...(files && { files: Array.from(indices, (i) => files[i] as string) }),
  };
}
