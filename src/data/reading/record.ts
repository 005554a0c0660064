// Records, objects with names and values, nested or not -> rows of cells in batches. Called by the JSON formats.
import type { Cell, DenseRow } from './cell.ts';
import type { RowBatch } from './format.ts';

/** Records on their way into batches. */
export interface RecordBatcher {
  /** Takes a record up; where it cannot be, says why, as the rest of a sentence that begins with its place. */
  add(record: unknown): string | undefined;
  /** Whether it is time to take a batch. */
  isFull(): boolean;
  /** The rows since the last batch; their columns are the names that occur in them. */
  take(): RowBatch;
}

/** Rows, and cells, handed on at once. */
const BATCH = { rows: 1000, cells: 2 ** 20 };
/** With more different names than this, they are values. */
const MOST_NAMES = 2 ** 16;
/** Objects and lists in one another. */
const DEEPEST = 32;

type Fields = Map<string, Cell>;

/**
 * Names of nested objects are joined by dots: `user.age`. A list of strings becomes several labels, numbers an array of numbers, mixed values strings;
 * a list that holds objects becomes the text of its JSON.
 */
export function recordBatcher(): RecordBatcher {
  const names = new Set<string>();
  let columns = new Map<string, number>();
  let rows: Cell[][] = [];
  return {
    add(record) {
      if (!isObject(record)) return `is ${described(record)}, not an object with names and values`;
      const fields: Fields = new Map();
      const wrong = flatten(record, '', fields, 1);
      if (wrong) return wrong;
      const fresh = [...fields.keys()].filter((name) => !names.has(name));
      if (names.size + fresh.length > MOST_NAMES) return `brings more than ${MOST_NAMES} different names; give each record the same few`;
      for (const name of fresh) names.add(name);
      rows.push(rowOf(fields, columns));
      return undefined;
    },
    isFull: () => rows.length >= BATCH.rows || rows.length * columns.size >= BATCH.cells,
    take() {
      for (const row of rows) while (row.length < columns.size) row.push(null);
      const batch = { columns: [...columns.keys()], rows };
      [columns, rows] = [new Map(), []];
      return batch;
    },
  };
}

/** Whether a value of JSON is an object, no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Adds to `columns` what is new. */
function rowOf(fields: Fields, columns: Map<string, number>): Cell[] {
  const row = new Array<Cell>(columns.size).fill(null);
  for (const [name, cell] of fields) {
    const at = columns.get(name) ?? columns.size;
    columns.set(name, at);
    row[at] = cell;
  }
  return row;
}

function flatten(record: object, prefix: string, fields: Fields, depth: number): string | undefined {
  if (depth > DEEPEST) return `is nested more than ${DEEPEST} deep; flatten it first`;
  for (const [key, value] of Object.entries(record)) {
    const name = prefix + key;
    if (isObject(value) && Object.keys(value).length > 0) {
      const wrong = flatten(value, `${name}.`, fields, depth + 1);
      if (wrong) return wrong;
    } else if (fields.has(name)) return `holds "${name}" twice, once nested and once with a dot in its name`;
    else if (isDeeper(value, DEEPEST)) return `holds lists in "${name}" that are nested more than ${DEEPEST} deep; flatten them first`;
    else fields.set(name, cellOf(value));
  }
  return undefined;
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (!Array.isArray(value)) return null;
  const list: readonly unknown[] = value.filter((item) => item !== null);
  if (list.every((item) => typeof item === 'string')) return list;
  const numbers = denseRow(value);
  if (numbers) return numbers;
  return list.some((item) => typeof item === 'object') ? JSON.stringify(value) : list.map(String);
}

/** A list of numbers, or lists of lists of them that are equally long; `null` becomes NaN. */
function denseRow(list: readonly unknown[]): DenseRow | undefined {
  const dims: number[] = [];
  for (let inner: unknown = list; Array.isArray(inner); inner = inner[0]) dims.push(inner.length);
  const values: number[] = [];
  const fill = (value: unknown, axis: number): boolean => {
    if (axis < dims.length) return Array.isArray(value) && value.length === dims[axis] && value.every((item) => fill(item, axis + 1));
    if (typeof value !== 'number' && typeof value !== 'boolean' && value !== null) return false;
    values.push(value === null ? Number.NaN : Number(value));
    return true;
  };
  return fill(list, 0) ? { dims, values: Float32Array.from(values) } : undefined;
}

function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return most === 0 || Object.values(value).some((inner) => isDeeper(inner, most - 1));
}

function described(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? `the text "${value.slice(0, 40)}"` : String(value);
}
