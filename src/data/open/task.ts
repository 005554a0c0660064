// What is to be predicted: columns of labels in; classes, labels and the rows that have any out. Called by `openData`.
import { fail } from '../../core/errors.ts';
import { tensor } from '../../core/tensor.ts';
import type { Labels } from '../labels.ts';
import type { ArrayColumn, Column, NumberColumn } from '../table/column.ts';
import type { TASKS } from './options.ts';

/** What is predicted of each example. */
export type Task =
  | { readonly kind: 'classification'; readonly classes: readonly string[] }
  /** Any number of the classes at once. */
  | { readonly kind: 'multi-label'; readonly classes: readonly string[] }
  /** Numbers, by name. */
  | { readonly kind: 'regression'; readonly targets: readonly string[] };

/** A task with the labels of those rows that have them. */
export interface Labelled {
  readonly task: Task;
  /** Rows with a label, in order. */
  readonly rows: Int32Array;
  /** For each of `rows`: class indices; or `[rows, classes]` of 0 and 1 in float32, `[rows, targets]` of amounts in float64, as they stand in the file. */
  readonly labels: Labels;
  /** Rows whose label is empty, which means none where rows have several. */
  readonly none?: number;
  /** Rows whose label says that there is none, such as `NaN`, and the first such label. */
  readonly absent?: { readonly count: number; readonly example: string };
}

/** More different whole numbers than this are amounts, not classes; unless they look like numbers that were given to classes: see `isNumbering`. */
const MOST_NUMBERED_CLASSES = 30;
/** Numbers of classes come so often each, and the most frequent no more than so many times as often as the rarest. */
const [LEAST_OF_EACH, MOST_UNEVEN] = [10, 5];

/**
 * @param given the columns that hold the labels; several of them are labels that hold or not, or several targets.
 * @param leastClasses a model learns nothing from fewer; to measure one it takes any.
 * @param separator between the labels of a row, where a string holds several; `''`: there is none.
 * @throws GraftError `invalid-data` when the labels do not fit the task, no row has one, or there is one class only.
 */
export function labelled(given: readonly Column[], wanted: (typeof TASKS)[number], separator = '', leastClasses = 2): Labelled {
  const columns = given.length > 1 ? given.map(asFlags) : given;
  const [first] = columns;
  if (!first) return fail('internal', 'A task needs a column of labels.');
  if (columns.length === 1 && first.kind === 'array' && first.dims.length === 1) return rowsOfNumbers(first, wanted, leastClasses);
  const kind = wanted === 'auto' ? kindOf(columns, separator) : wanted;
  if (kind === 'regression') return regression(columns);
  if (kind === 'multi-label') return columns.length > 1 ? flags(columns) : lists(first, separator);
  if (columns.length > 1)
    fail('invalid-argument', `A classification has one column of labels, not ${columns.length}; give \`task: 'multi-label'\` for several.`);
  return classification(first, leastClasses);
}

function kindOf(columns: readonly Column[], separator: string): Exclude<(typeof TASKS)[number], 'auto'> {
  const [first] = columns;
  if (columns.length > 1) return columns.every((column) => column.kind === 'number' && column.values.every(isFlag)) ? 'multi-label' : 'regression';
  if (first?.kind === 'list' || separator !== '') return 'multi-label';
  if (first?.kind !== 'number') return 'classification';
  const counts = new Map<number, number>();
  for (const value of first.values) {
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) return 'regression';
    counts.set(value, (counts.get(value) ?? 0) + 1);
    // Too many for each to come often.
    if (counts.size > Math.max(MOST_NUMBERED_CLASSES, first.length / LEAST_OF_EACH)) return 'regression';
  }
  if (counts.size > MOST_NUMBERED_CLASSES) return isNumbering(counts) ? 'classification' : 'regression';
  // Few examples of each number: amounts, such as ages.
  return counts.size > first.length / 2 ? 'regression' : 'classification';
}

/** Whether whole numbers are those from 0, or 1, on without a gap, each many times and about as often: nobody's ages or amounts are. */
function isNumbering(counts: ReadonlyMap<number, number>): boolean {
  const ends = (values: Iterable<number>) => {
    const sorted = Float64Array.from(values).sort();
    return [sorted[0], sorted.at(-1)] as [number, number];
  };
  const [least, most] = ends(counts.keys());
  const [rarest, commonest] = ends(counts.values());
  return (least === 0 || least === 1) && most - least + 1 === counts.size && rarest >= LEAST_OF_EACH && commonest <= MOST_UNEVEN * rarest;
}

/** A row of numbers for each label: 1 for its class and 0 for all others, or 1 for each that holds, or targets. */
function rowsOfNumbers(column: ArrayColumn, wanted: (typeof TASKS)[number], leastClasses: number): Labelled {
  const { length, values } = column;
  const [width = 0] = column.dims;
  const each = Array.from({ length: width }, (_, c): NumberColumn => {
    const own = Float64Array.from({ length }, (_, row) => values[row * width + c] as number);
    return { name: String(c), length, kind: 'number', values: own };
  });
  if (wanted === 'regression' || (wanted === 'auto' && !values.every(isFlag))) return regression(each);
  const classes = Float64Array.from({ length }, (_, row) => {
    const own = values.subarray(row * width, (row + 1) * width);
    return own.filter((value) => value === 1).length === 1 && own.every(isFlag) ? own.indexOf(1) : Number.NaN;
  });
  const isOneOfAll = !classes.some(Number.isNaN);
  if (wanted === 'multi-label' || (wanted === 'auto' && !isOneOfAll)) return flags(each);
  if (!isOneOfAll)
    fail(
      'invalid-data',
      `Rows of "${column.name}" do not all hold one 1 and 0 besides; a classification needs one class a row: give \`task: 'multi-label'\`.`,
    );
  return classification({ name: column.name, length, kind: 'number', values: classes }, leastClasses);
}

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['true', 1],
  ['false', 0],
  ['yes', 1],
  ['no', 0],
]);

/** A column of `true` and `false`, or `yes` and `no`, as 1 and 0; any other as it is. */
function asFlags(column: Column): Column {
  if (column.kind !== 'string') return column;
  const values = Float64Array.from({ length: column.length }, (_, i) => {
    const text = column.values.at(i);
    return text === null ? Number.NaN : (FLAGS.get(text.trim().toLowerCase()) ?? Number.POSITIVE_INFINITY);
  });
  return values.includes(Number.POSITIVE_INFINITY) ? column : { name: column.name, length: column.length, kind: 'number', values };
}

const isFlag = (value: number) => value === 0 || value === 1 || Number.isNaN(value);

/** What programs write for a missing label, lower case. */
const ABSENT = new Set(['na', 'n/a', 'nan', 'null']);
const isAbsent = (name: string | undefined) => name !== undefined && ABSENT.has(name.toLowerCase());

function classification(column: Column, leastClasses: number): Labelled {
  const nameOf = namesIn(column);
  const given = Array.from({ length: column.length }, (_, i) => nameOf(i));
  // Beside one other name alone it is a class: `null` and `alternative`.
  const others = new Set(given.filter((name) => name !== undefined && !isAbsent(name)));
  const absent = others.size < 2 ? [] : given.filter((name) => name !== undefined && isAbsent(name));
  const names = absent.length === 0 ? given : given.map((name) => (isAbsent(name) ? undefined : name));
  const classes = sorted(names);
  const index = new Map(classes.map((name, i) => [name, i]));
  const rows = Int32Array.from(names.flatMap((name, i) => (name === undefined ? [] : [i])));
  requireRows(rows, column.name);
  // To measure by, one row is enough.
  if (leastClasses > 1 && classes.length === rows.length && rows.length > 2)
    fail(
      'invalid-data',
      `Each of the ${rows.length} labels in column "${column.name}" is another one (${classes.slice(0, 3).join(', ')} ...), so nothing can be learnt of any: name another column by \`label\`${column.kind === 'number' ? ", or give `task: 'regression'` where they are amounts" : ''}.`,
    );
  if (classes.length < leastClasses)
    fail('invalid-data', `All labels in column "${column.name}" are "${classes[0]}"; a classification needs at least two classes.`);
  return {
    task: { kind: 'classification', classes },
    rows,
    labels: Int32Array.from(rows, (i) => index.get(names[i] as string) as number),
    ...(absent.length > 0 && { absent: { count: absent.length, example: absent[0] as string } }),
  };
}

/** The name of a row's class; nothing where it is missing. @throws GraftError `invalid-data` for a column of other than texts and numbers. */
export function namesIn(column: Column): (row: number) => string | undefined {
  switch (column.kind) {
    case 'string':
      return (row) => column.values.at(row)?.trim() || undefined;
    case 'number':
      return (row) => (Number.isNaN(column.values[row]) ? undefined : String(column.values[row]));
    default:
      return fail('invalid-data', `Column "${column.name}" holds ${column.kind} values, which cannot be classes; name another column as the label.`);
  }
}

function lists(column: Column, separator: string): Labelled {
  const listAt = (row: number): readonly string[] | null => {
    if (column.kind === 'list') return column.values[row] ?? null;
    if (column.kind !== 'string') return fail('invalid-data', `Column "${column.name}" holds ${column.kind} values, which are no lists of labels.`);
    const text = column.values.at(row);
    if (separator !== '') return text?.split(separator) ?? [];
    return text === null ? null : [text];
  };
  const found = Array.from({ length: column.length }, (_, i) =>
    listAt(i)
      ?.map((name) => name.trim())
      .filter((name) => name !== ''),
  );
  const rows = Int32Array.from(found.flatMap((list, i) => (list === undefined ? [] : [i])));
  requireRows(rows, column.name);
  const classes = sorted(found.flatMap((list) => list ?? []));
  if (classes.length === 0) fail('invalid-data', `No row of column "${column.name}" has a label.`);
  const index = new Map(classes.map((name, i) => [name, i]));
  const hot = new Float32Array(rows.length * classes.length);
  rows.forEach((row, i) => {
    for (const name of found[row] ?? []) hot[i * classes.length + (index.get(name) as number)] = 1;
  });
  const none = rows.reduce((count, row) => count + (found[row]?.length === 0 ? 1 : 0), 0);
  return {
    task: { kind: 'multi-label', classes },
    rows,
    labels: tensor('float32', [rows.length, classes.length], hot),
    ...(none > 0 && { none }),
  };
}

function flags(columns: readonly Column[]): Labelled {
  const { rows, values } = numbers(columns);
  const wrong = values.findIndex((value) => !isFlag(value));
  if (wrong >= 0) {
    const column = columns[wrong % columns.length]?.name;
    fail('invalid-data', `Column "${column}" holds ${values[wrong]}; the labels of a multi-label task, one column each, are 0 or 1.`);
  }
  return {
    task: { kind: 'multi-label', classes: columns.map(({ name }) => name) },
    rows,
    labels: tensor('float32', [rows.length, columns.length], Float32Array.from(values)),
  };
}

function regression(columns: readonly Column[]): Labelled {
  const { rows, values } = numbers(columns);
  return {
    task: { kind: 'regression', targets: columns.map(({ name }) => name) },
    rows,
    // Of large amounts that differ little, such as seconds since 1970, float32 would hold nothing that differs.
    labels: tensor('float64', [rows.length, columns.length], values),
  };
}

/** The rows in which no column lacks a number of a size that float32 can hold, and those numbers `[rows, columns]`. */
function numbers(columns: readonly Column[]): { rows: Int32Array; values: Float64Array<ArrayBuffer> } {
  const all = columns.map((column) => {
    if (column.kind === 'number') return column.values;
    const remedy = column.kind === 'string' ? 'repair what is no number, or name another column' : 'name another column';
    return fail(
      'invalid-data',
      `Column "${column.name}" holds ${column.kind === 'string' ? 'text' : `${column.kind} values`}, not numbers; ${remedy}.`,
    );
  });
  const length = columns[0]?.length ?? 0;
  const rows = Int32Array.from(
    Array.from({ length }, (_, i) => i).filter((i) => all.every((values) => Number.isFinite(Math.fround(values[i] as number)))),
  );
  requireRows(rows, columns.map(({ name }) => name).join('", "'));
  const values = Float64Array.from(
    { length: rows.length * all.length },
    (_, i) => all[i % all.length]?.[rows[Math.floor(i / all.length)] as number] as number,
  );
  return { rows, values };
}

function requireRows(rows: Int32Array, names: string): void {
  if (rows.length === 0) fail('invalid-data', `No row has a label in column "${names}"; name another column, or fill it in.`);
}

/** Different names, numbers among them by size. */
function sorted(names: readonly (string | undefined)[]): string[] {
  const different = [...new Set(names.filter((name) => name !== undefined))];
  return different.sort((a, b) => {
    const [x, y] = [Number(a), Number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
    return a < b ? -1 : a > b ? 1 : 0;
  });
}
