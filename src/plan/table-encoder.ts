// Columns of a table -> numbers that a model reads, and back in words: fitted on the training rows, kept with the model. Called by the plan and by prediction.
import { fail } from '../core/errors.ts';
import { type Tensor, tensor } from '../core/tensor.ts';
import type { Use } from '../data/open/kinds.ts';
import type { Column, DateOrder, StringColumn } from '../data/table/column.ts';
import { commonBounds, farOutOf, within } from '../data/table/far-out.ts';
import { inverseFrequency } from './weighing.ts';
import { commonTerms, termsOf } from './words.ts';

/** How one column becomes numbers; plain data, kept in `model.json`. */
export type ColumnEncoding =
  /** (x - mean) / deviation, and 1 where it is missing if it ever was. Where some lay far out, no value counts as more than the ends of `range`, null where that side has none. */
  | {
      readonly kind: 'number';
      readonly name: string;
      readonly mean: number;
      readonly deviation: number;
      readonly missing: boolean;
      readonly range?: readonly [least: number | null, most: number | null] | undefined;
    }
  /** One number a value, 1 for the row's; all 0 for a value never seen, or missing. */
  | { readonly kind: 'category'; readonly name: string; readonly values: readonly string[] }
  /** Time since `from` in units of `span`, and month, weekday and hour on circles. */
  | { readonly kind: 'date'; readonly name: string; readonly from: number; readonly span: number; readonly order?: DateOrder | undefined }
  /** Words of a text: TF-IDF, of length 1 together. */
  | { readonly kind: 'words'; readonly name: string; readonly vocabulary: readonly string[]; readonly weights: readonly number[] }
  /** Arrays of numbers, standardised like single ones. */
  | { readonly kind: 'array'; readonly name: string; readonly mean: readonly number[]; readonly deviation: readonly number[] };

/** The columns that a model reads, in order. */
export type TableEncoding = readonly ColumnEncoding[];

/** Categories of a column; rarer ones count as never seen. */
const MOST_CATEGORIES = 256;
/** Words of a column of texts. */
const MOST_WORDS = 1000;

/**
 * @param rows of the training part.
 * @throws GraftError `invalid-data` when no column can be used.
 */
export function encodingOf(columns: readonly { readonly column: Column; readonly use: Use }[], rows: Int32Array): TableEncoding {
  const encodings = columns.flatMap(({ column, use }): ColumnEncoding[] => {
    const { name } = column;
    switch (column.kind) {
      case 'number': {
        const values = Float64Array.from(rows, (row) => column.values[row] as number);
        const range = farOutOf(values)?.bounds;
        const used = range ? values.map((value) => within(value, range)) : values;
        return [{ kind: 'number', name, ...spread(used), missing: values.some(Number.isNaN), ...(range && { range }) }];
      }
      case 'date': {
        const values = Array.from(rows, (row) => column.values[row] as number).filter((value) => !Number.isNaN(value));
        const from = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
        const to = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
        return values.length === 0 ? [] : [{ kind: 'date', name, from, span: to - from || 1, ...(column.order && { order: column.order }) }];
      }
      case 'string': {
        if (use === 'text') return wordsOf(column, rows);
        const counts = new Map<string, number>();
        for (const row of rows) {
          const value = column.values.at(row);
          if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
        }
        const values = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_CATEGORIES);
        return [{ kind: 'category', name, values: values.map(([value]) => value) }];
      }
      case 'array': {
        const size = column.dims.reduce((product, dim) => product * dim, 1);
        const each = Array.from({ length: size }, (_, k) => spread(Float64Array.from(rows, (row) => column.values[row * size + k] as number)));
        return [{ kind: 'array', name, mean: each.map(({ mean }) => mean), deviation: each.map(({ deviation }) => deviation) }];
      }
      default:
        return [];
    }
  });
  return widthOf(encodings) > 0 ? encodings : fail('invalid-data', 'No column of the table can be turned into numbers; name texts by `text`.');
}

/** The same for rows of several domains: what lies far out among their numbers is brought nearer, by bounds that all have in common. */
export function boundedBy(
  encoding: TableEncoding,
  domains: readonly { readonly columns: readonly Column[]; readonly rows: Int32Array }[],
): TableEncoding {
  return encoding.map((one) => {
    if (one.kind !== 'number') return one;
    const values = domains.flatMap(({ columns, rows }) => {
      const column = columns.find(({ name }) => name === one.name);
      return column?.kind === 'number' ? [Float64Array.from(rows, (row) => column.values[row] as number)] : [];
    });
    const { range: _, ...unbounded } = one;
    const range = commonBounds(values);
    return range ? { ...unbounded, range } : unbounded;
  });
}

/** Numbers that a row becomes. */
export function widthOf(encoding: TableEncoding): number {
  return encoding.reduce((sum, one) => sum + sizeOf(one), 0);
}

/** What each of these numbers is, in words. */
export function namesOf(encoding: TableEncoding): string[] {
  return encoding.flatMap((one): string[] => {
    if (one.kind === 'number') return one.missing ? [one.name, `${one.name} is missing`] : [one.name];
    if (one.kind === 'category') return one.values.map((value) => `${one.name} = ${value}`);
    if (one.kind === 'words') return one.vocabulary.map((term) => `${one.name}: ${term}`);
    if (one.kind === 'date') return DATE_PARTS.map((part) => `${one.name}: ${part}`);
    return one.mean.map((_, k) => `${one.name}[${k}]`);
  });
}

/**
 * Rows as numbers, float32 `[rows, width]`.
 * @throws GraftError `invalid-data` when a column is missing or holds values of another kind.
 */
export function encodeRows(encoding: TableEncoding, columns: readonly Column[], rows: Int32Array): Tensor<'float32'> {
  const width = widthOf(encoding);
  const out = new Float32Array(rows.length * width);
  let at = 0;
  for (const one of encoding) {
    const column = columns.find(({ name }) => name === one.name);
    if (!column)
      return fail(
        'invalid-data',
        `Column "${one.name}", which the model reads, is missing; there are ${columns.map(({ name }) => name).join(', ')}.`,
      );
    const size = sizeOf(one);
    const place = at;
    const write = writer(one, column);
    rows.forEach((row, i) => {
      write(row, out, i * width + place);
    });
    at += size;
  }
  return tensor('float32', [rows.length, width], out);
}

const DATE_PARTS = ['time', 'month, sine', 'month, cosine', 'weekday, sine', 'weekday, cosine', 'hour, sine', 'hour, cosine'] as const;

function sizeOf(one: ColumnEncoding): number {
  if (one.kind === 'number') return one.missing ? 2 : 1;
  if (one.kind === 'category') return one.values.length;
  if (one.kind === 'words') return one.vocabulary.length;
  return one.kind === 'date' ? DATE_PARTS.length : one.mean.length;
}

/** Writes what a row's cell becomes. */
function writer(one: ColumnEncoding, column: Column): (row: number, out: Float32Array, at: number) => void {
  if (one.kind === 'number' && column.kind === 'number') {
    const { mean, deviation, range } = one;
    return (row, out, at) => {
      const value = column.values[row] as number;
      if (!Number.isNaN(value)) out[at] = ((range ? within(value, range) : value) - mean) / deviation;
      else if (one.missing) out[at + 1] = 1;
    };
  }
  if (one.kind === 'category') {
    const index = new Map(one.values.map((value, i) => [value, i]));
    const textOf = textIn(column);
    return (row, out, at) => {
      const place = index.get(textOf(row) ?? '');
      if (place !== undefined) out[at + place] = 1;
    };
  }
  if (one.kind === 'words') {
    const places = new Map(one.vocabulary.map((term, i) => [term, i]));
    const textOf = textIn(column);
    return (row, out, at) => {
      for (const term of termsOf(textOf(row) ?? '')) {
        const place = places.get(term);
        if (place !== undefined) out[at + place] = (out[at + place] as number) + (one.weights[place] as number);
      }
      const own = out.subarray(at, at + one.vocabulary.length);
      const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
      if (length > 0) for (let k = 0; k < own.length; k++) own[k] = (own[k] as number) / length;
    };
  }
  if (one.kind === 'date' && column.kind === 'date') {
    return (row, out, at) => {
      const value = column.values[row] as number;
      if (Number.isNaN(value)) return;
      const date = new Date(value);
      out[at] = (value - one.from) / one.span;
      [date.getUTCMonth() / 12, date.getUTCDay() / 7, (date.getUTCHours() + date.getUTCMinutes() / 60) / 24].forEach((turn, i) => {
        out[at + 1 + 2 * i] = Math.sin(2 * Math.PI * turn);
        out[at + 2 + 2 * i] = Math.cos(2 * Math.PI * turn);
      });
    };
  }
  if (one.kind === 'array' && column.kind === 'array') {
    const size = one.mean.length;
    return (row, out, at) => {
      for (let k = 0; k < size; k++) {
        const value = column.values[row * size + k] as number;
        out[at + k] = Number.isNaN(value) ? 0 : (value - (one.mean[k] as number)) / (one.deviation[k] as number);
      }
    };
  }
  return fail(
    'invalid-data',
    `Column "${one.name}" holds ${column.kind} values${exampleIn(column)}, but the model was trained on ${one.kind} values; bring the data into the same form.`,
  );
}

/** Of texts, the first that is no number. */
function exampleIn(column: Column): string {
  if (column.kind !== 'string') return '';
  const { values } = column;
  const row = Array.from({ length: values.length }, (_, i) => i).find((i) => Number.isNaN(Number(values.at(i) ?? '')));
  return row === undefined ? '' : ` such as "${values.at(row) ?? ''}" in row ${row + 1}`;
}

/** Values as they were written when the categories were found; a file of numbers alone gives numbers. */
function textIn(column: Column): (row: number) => string | null {
  if (column.kind === 'string') return (row) => column.values.at(row);
  if (column.kind === 'number') return (row) => (Number.isNaN(column.values[row]) ? null : String(column.values[row]));
  return fail('invalid-data', `Column "${column.name}" holds ${column.kind} values, but the model was trained on categories.`);
}

/** Nothing where no word is in two texts. */
function wordsOf(column: StringColumn, rows: Int32Array): ColumnEncoding[] {
  const terms = commonTerms([column], rows, MOST_WORDS);
  const weights = terms.map(([, texts]) => inverseFrequency(rows.length, texts));
  return terms.length === 0 ? [] : [{ kind: 'words', name: column.name, vocabulary: terms.map(([term]) => term), weights }];
}

/** Of the values that are not missing. */
function spread(all: Float64Array): { mean: number; deviation: number } {
  const values = all.filter((value) => !Number.isNaN(value));
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
  return { mean, deviation: Math.sqrt(variance) || 1 };
}
