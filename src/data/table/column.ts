// Columns of a table, each of one kind, in little memory: cells come in one by one, a column leaves. Called by `collectTable`.
import { fail } from '../../core/errors.ts';
import type { Cell, DenseRow, Photo, SparseRow } from '../reading/cell.ts';
import { type Strings, type StringsBuilder, stringsBuilder, takeStrings } from './strings.ts';

interface Common {
  readonly name: string;
  readonly length: number;
}

/** Finite numbers; NaN where one is missing. */
export interface NumberColumn extends Common {
  readonly kind: 'number';
  readonly values: Float64Array;
  /** Infinite values that were given, and count as missing. */
  readonly infinite?: number;
  readonly strays?: Strays;
}

/** The few values of a column that are not what all others are; they count as missing. */
export interface Strays {
  readonly count: number;
  /** Where the first one is, from 0 on, and what it says. */
  readonly row: number;
  readonly value: string;
}

/** Moments, in milliseconds since 1970 (UTC); NaN where one is missing. */
export interface DateColumn extends Common {
  readonly kind: 'date';
  readonly values: Float64Array;
  /** How they were written, where not as 2020-12-31: 31.12.2020, or 12/31/2020. */
  readonly order?: DateOrder;
  /** One of them, where all may as well be of the other order. */
  readonly guessedFrom?: string;
  readonly strays?: Strays;
}

/** What comes first in a date that ends in its year. */
export type DateOrder = 'day first' | 'month first';

/** Categories or texts: which of the two, its use decides. */
export interface StringColumn extends Common {
  readonly kind: 'string';
  readonly values: Strings;
}

/** Several names a row. */
export interface ListColumn extends Common {
  readonly kind: 'list';
  readonly values: readonly (readonly string[] | null)[];
}

/** Pictures, read when they are needed. */
export interface PhotoColumn extends Common {
  readonly kind: 'photo';
  readonly values: readonly (Photo | null)[];
}

/** Arrays of one shape: `values` is `[length, ...dims]`. */
export interface ArrayColumn extends Common {
  readonly kind: 'array';
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** Rows of `width` numbers, mostly 0: those of row `i` are `starts[i]..starts[i + 1]`. */
export interface SparseColumn extends Common {
  readonly kind: 'sparse';
  readonly width: number;
  readonly starts: Float64Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** A column of a table. */
export type Column = NumberColumn | DateColumn | StringColumn | ListColumn | PhotoColumn | ArrayColumn | SparseColumn;

/** What a column will be if nothing else comes. */
type Kind = Column['kind'];

/** Kinds that text files do not tell apart: what they are is found from the values. */
export type PlainKind = 'number' | 'date' | DateOrder | 'string';

/** A column that still grows. */
export interface ColumnBuilder {
  readonly length: number;
  /** @param place of the row, for errors. @throws GraftError `invalid-data` when a cell is of a kind that does not go with those before it. */
  append(cell: Cell, place: () => string): void;
  /** Strings that all are numbers, or all are dates, become such. @param wanted the kind that strings, or nothing at all, are taken for where they can be. */
  finish(wanted?: PlainKind): Column;
}

/** What stands for a missing value in a column that otherwise holds numbers or dates, lower case. */
const ABSENT = new Set(['na', 'n/a', 'nan', 'null', 'none', '?', '-', '']);
const NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const ENDS_IN_YEAR = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?=$|[T ])/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** @param missing rows before the first one, which lack the column. */
export function columnBuilder(name: string, missing: number): ColumnBuilder {
  let kind: Kind | undefined;
  let length = 0;
  let numbers = growingNumbers();
  let strings: StringsBuilder | undefined;
  const rows: unknown[] = [];
  const add = (cell: Cell, place: () => string) => {
    const own = kindOf(cell);
    if (own === undefined) return addMissing();
    if (kind === undefined || kind === own) start(own);
    else if (isPlain(kind) && isPlain(own)) toStrings();
    else fail('invalid-data', `Column "${name}" holds ${NOUNS[kind]}, but ${NOUNS[own]} at ${place()}; give each column values of one kind.`);
    if (kind === 'number' || kind === 'date') numbers.append(cell instanceof Date ? cell.getTime() : Number(cell));
    else if (kind === 'string') stringsOf().append(written(cell));
    else rows.push(cell);
  };
  const stringsOf = () => {
    strings ??= stringsBuilder();
    return strings;
  };
  const addMissing = () => {
    if (kind === undefined) return;
    if (kind === 'number' || kind === 'date') numbers.append(Number.NaN);
    else if (kind === 'string') stringsOf().append(null);
    else rows.push(null);
  };
  /** Once the kind is known, the rows that lacked a value before are made up for. */
  const start = (own: Kind) => {
    if (kind !== undefined) return;
    kind = own;
    for (let i = 0; i < length; i++) addMissing();
  };
  /** Numbers and strings, or dates and numbers, in one column: all become strings. */
  const toStrings = () => {
    if (kind === 'string') return;
    const isDate = kind === 'date';
    for (const value of numbers.values()) stringsOf().append(Number.isNaN(value) ? null : isDate ? new Date(value).toISOString() : String(value));
    numbers = growingNumbers();
    kind = 'string';
  };

  length = missing;
  return {
    get length() {
      return length;
    },
    append(cell, place) {
      add(cell, place);
      length++;
    },
    finish(wanted) {
      const common = { name, length };
      if (kind === undefined)
        return {
          ...common,
          kind: wanted === undefined || wanted === 'number' || wanted === 'string' ? 'number' : 'date',
          values: new Float64Array(length).fill(Number.NaN),
        };
      if (wanted === 'string' && (kind === 'number' || kind === 'date')) toStrings();
      if (kind === 'date') return { ...common, kind, values: numbers.values() };
      if (kind === 'number') return finite({ ...common, kind, values: numbers.values() });
      if (kind === 'string') {
        const column = { ...common, kind, values: stringsOf().finish() } as const;
        return wanted === 'string' ? column : typed(column, wanted);
      }
      if (kind === 'list') return { ...common, kind, values: rows as ListColumn['values'] };
      if (kind === 'photo') return { ...common, kind, values: rows as PhotoColumn['values'] };
      return kind === 'array' ? stacked(name, rows as (DenseRow | null)[]) : compressed(name, rows as (SparseRow | null)[]);
    },
  };
}

/** A column with only some of its rows, in the order of `indices`. */
export function takeColumn(column: Column, indices: ArrayLike<number>): Column {
  const common = { name: column.name, length: indices.length };
  const at = <T>(list: ArrayLike<T>) => Array.from(indices, (i) => list[i] as T);
  switch (column.kind) {
    case 'number':
    case 'date':
      return { ...column, ...common, values: Float64Array.from(indices, (i) => column.values[i] as number) };
    case 'string':
      return { ...common, kind: 'string', values: takeStrings(column.values, Uint32Array.from(indices)) };
    case 'list':
      return { ...common, kind: 'list', values: at(column.values) };
    case 'photo':
      return { ...common, kind: 'photo', values: at(column.values) };
    case 'array': {
      const size = column.dims.reduce((product, dim) => product * dim, 1);
      const values = new Float32Array(indices.length * size);
      Array.from(indices).forEach((row, i) => {
        values.set(column.values.subarray(row * size, (row + 1) * size), i * size);
      });
      return { ...common, kind: 'array', dims: column.dims, values };
    }
    case 'sparse':
      return compressed(
        column.name,
        Array.from(indices, (row) => sparseRow(column, row)),
        column.width,
      );
  }
}

/** One row of a sparse column, not copied. */
export function sparseRow({ starts, indices, values }: SparseColumn, row: number): SparseRow {
  const [start, end] = [starts[row] as number, starts[row + 1] as number];
  return { indices: indices.subarray(start, end), values: values.subarray(start, end) };
}

const NOUNS: Readonly<Record<Kind, string>> = {
  number: 'numbers',
  date: 'dates',
  string: 'strings',
  list: 'lists',
  photo: 'pictures',
  array: 'arrays of numbers',
  sparse: 'sparse rows',
};

function kindOf(cell: Cell): Kind | undefined {
  if (cell === null || cell === undefined) return undefined;
  if (typeof cell === 'number') return Number.isNaN(cell) ? undefined : 'number';
  if (typeof cell === 'bigint') return BigInt.asIntN(54, cell) === cell ? 'number' : 'string';
  if (typeof cell === 'string' || typeof cell === 'boolean') return 'string';
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? undefined : 'date';
  if (Array.isArray(cell)) return 'list';
  if ('source' in cell) return 'photo';
  return 'dims' in cell ? 'array' : 'sparse';
}

const isPlain = (kind: Kind) => kind === 'number' || kind === 'date' || kind === 'string';

function written(cell: Cell): string {
  return cell instanceof Date ? cell.toISOString() : String(cell);
}

/** Ways to read strings. */
const FORMS = ['number', 'date', 'day first', 'month first'] as const;
type Form = (typeof FORMS)[number];

/** Of the values of a column that is of numbers or dates, how many may be none; and how many different ones there must be beside such: few are names of categories. */
const [FEW_STRAYS, LEAST_DIFFERENT] = [0.02, 20];

/** How many values are of a form, and how many are not. */
interface Tally {
  readonly form: Form;
  matches: number;
  strays?: Strays;
  /** The first that is. */
  example?: string;
}

/**
 * Strings that mean numbers or dates, as those of text files do: all in one form, or nearly all. Of dates that may have day or month first, the wanted or else the
 * day is taken.
 */
function typed(column: StringColumn, wanted?: Form): Column {
  const { name, length, values } = column;
  const tallies = talliesOf(values, wanted);
  const whole = tallies.filter(({ strays }) => strays === undefined);
  const nearly = wanted
    ? [...tallies].sort((a, b) => (a.strays?.count ?? 0) - (b.strays?.count ?? 0))
    : tallies.filter(({ form }) => hasDifferent(values, form));
  const possible = whole.length > 0 ? whole : nearly;
  const [first] = possible;
  if (!first || (first.example === undefined && wanted === undefined)) return column;
  const { form, strays, example } = possible.find((tally) => tally.form === wanted) ?? first;
  const parsed = Float64Array.from({ length }, (_, i) => {
    const value = values.at(i)?.trim() ?? '';
    return ABSENT.has(value.toLowerCase()) ? Number.NaN : meant(value, form);
  });
  const astray = strays && { strays };
  if (form === 'number') {
    const numbers = finite({ name, length, kind: form, values: parsed, ...astray });
    return wanted === undefined && numbers.values.every(Number.isNaN) ? column : numbers;
  }
  const isGuess = possible.length > 1 && form !== wanted;
  return {
    name,
    length,
    kind: 'date',
    values: parsed,
    ...(form !== 'date' && { order: form }),
    ...(isGuess && example !== undefined && { guessedFrom: example }),
    ...astray,
  };
}

/** Of the forms that nearly all values have, in order; where it is said what they are, at least half of those that are there. */
function talliesOf(values: Strings, wanted?: Form): readonly Tally[] {
  const few = Math.floor(FEW_STRAYS * values.length);
  const most = wanted ? Math.floor(values.length / 2) : few;
  const forms = FORMS.filter((form) => wanted === undefined || (form === 'number') === (wanted === 'number'));
  let open: readonly Tally[] = forms.map((form) => ({ form, matches: 0 }));
  for (let row = 0; row < values.length && open.length > 0; row++) {
    const value = values.at(row)?.trim();
    if (value === undefined || ABSENT.has(value.toLowerCase())) continue;
    let isOut = false;
    for (const tally of open) {
      if (Number.isNaN(meant(value, tally.form))) {
        tally.strays = { row, value, ...tally.strays, count: (tally.strays?.count ?? 0) + 1 };
        isOut ||= tally.strays.count > most;
      } else {
        tally.matches++;
        tally.example ??= value;
      }
    }
    if (isOut) open = open.filter(({ strays }) => (strays?.count ?? 0) <= most);
  }
  return open.filter(({ matches, strays }) => (strays?.count ?? 0) <= Math.max(few, matches));
}

/** Rows that are looked at for what a column nearly is. */
const LOOKED_AT = 2000;

/**
 * What at least half of the values are that are there, of a column that was not read so for the others; nothing where it is no such.
 * @returns the share of all that are there, and the first that is none.
 */
export function nearlyOf({
  values,
  length,
}: StringColumn): { readonly kind: 'number' | 'date'; readonly share: number; readonly row: number; readonly value: string } | undefined {
  const step = Math.max(1, Math.floor(length / LOOKED_AT));
  const tallies = FORMS.map((form): Tally => ({ form, matches: 0 }));
  let present = 0;
  for (let row = 0; row < length; row += step) {
    const value = values.at(row)?.trim();
    if (value === undefined || ABSENT.has(value.toLowerCase())) continue;
    present++;
    for (const tally of tallies) {
      if (Number.isNaN(meant(value, tally.form))) tally.strays ??= { count: 1, row, value };
      else tally.matches++;
    }
  }
  const best = tallies.reduce((a, b) => (b.matches > a.matches ? b : a));
  if (best.matches < present / 2 || !best.strays || !hasDifferent(values, best.form)) return undefined;
  const { row, value } = best.strays;
  return { kind: best.form === 'number' ? 'number' : 'date', share: best.matches / present, row, value };
}

/** Whether enough values of a form differ. */
function hasDifferent(values: Strings, form: Form): boolean {
  const found = new Set<number>();
  for (let row = 0; row < values.length && found.size < LEAST_DIFFERENT; row++) {
    const meaning = meant(values.at(row)?.trim() ?? '', form);
    if (!Number.isNaN(meaning)) found.add(meaning);
  }
  return found.size >= LEAST_DIFFERENT;
}

/** A number, or milliseconds since 1970; NaN for what is not of this form. */
function meant(text: string, form: Form): number {
  if (form === 'number') {
    if (NUMBER.test(text)) return Number(text);
    return INFINITE.test(text) ? Number.POSITIVE_INFINITY : Number.NaN;
  }
  if (form === 'date') return momentOf(text);
  const [whole, first = '', mark, second = '', year] = ENDS_IN_YEAR.exec(text) ?? [];
  // Nobody writes the month first before a full stop.
  if (whole === undefined || (mark === '.' && form === 'month first')) return Number.NaN;
  const [day, month] = form === 'day first' ? [first, second] : [second, first];
  return momentOf(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${text.slice(whole.length)}`);
}

/** NaN for what is no date, such as 2023-02-30. Without a zone a moment is taken as UTC, so that a table means the same on every machine. */
function momentOf(text: string): number {
  if (!DATE.test(text)) return Number.NaN;
  const day = text.slice(0, 10);
  const midnight = Date.parse(day);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return Number.NaN;
  return Date.parse(/[Zz]$|[+-]\d{2}:?\d{2}$|^\d{4}-\d{2}-\d{2}$/.test(text) ? text : `${text}Z`);
}

/** Infinite values count as missing: no mean can be taken of them. */
function finite(column: NumberColumn): NumberColumn {
  const infinite = column.values.reduce((count, value) => count + (Math.abs(value) === Number.POSITIVE_INFINITY ? 1 : 0), 0);
  if (infinite === 0) return column;
  return { ...column, infinite, values: column.values.map((value) => (Number.isFinite(value) ? value : Number.NaN)) };
}

function stacked(name: string, rows: readonly (DenseRow | null)[]): ArrayColumn {
  const dims = rows.find((row) => row !== null)?.dims ?? [];
  const size = dims.reduce((product, dim) => product * dim, 1);
  const values = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    if (row === null) values.fill(Number.NaN, i * size, (i + 1) * size);
    else if (row.dims.join() !== dims.join())
      fail(
        'invalid-data',
        `Row ${i} of column "${name}" has the shape [${row.dims.join(', ')}], the first one [${dims.join(', ')}]; all must have one shape.`,
      );
    else values.set(row.values, i * size);
  });
  return { name, length: rows.length, kind: 'array', dims, values };
}

function compressed(name: string, rows: readonly (SparseRow | null)[], least = 0): SparseColumn {
  const starts = new Float64Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = (starts[i] as number) + (row?.indices.length ?? 0);
  });
  const total = starts[rows.length] as number;
  const [indices, values] = [new Int32Array(total), new Float32Array(total)];
  let width = least;
  rows.forEach((row, i) => {
    if (row === null) return;
    indices.set(row.indices, starts[i]);
    values.set(row.values, starts[i]);
    width = Math.max(width, (row.indices.at(-1) ?? -1) + 1);
  });
  return { name, length: rows.length, kind: 'sparse', width, starts, indices, values };
}

function growingNumbers() {
  let values = new Float64Array(2 ** 4);
  let length = 0;
  return {
    append(value: number) {
      if (length === values.length) {
        const larger = new Float64Array(length * 2);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    values: () => values.slice(0, length),
  };
}
