// The value of a JSON file -> the lists of records in it, in one of the shapes that people and programs write. Called by the JSON format.
import type { Part } from './format.ts';
import { isObject } from './record.ts';

/** Records one after the other; which are none, whoever takes them sees. */
export interface RecordList {
  readonly length: number;
  at(index: number): unknown;
  readonly part?: Part | undefined;
}

/** Where the records of a file are. */
export interface RecordShape {
  /** For people: `the list "rows"`. */
  readonly about: string;
  readonly lists: readonly RecordList[];
}

type Entries = readonly (readonly [string, unknown])[];
type Lists = readonly (readonly [string, readonly unknown[]])[];
type Objects = readonly (readonly [string, Readonly<Record<string, unknown>>])[];

/** What lists of records are called, where a file has several. */
const USUAL = ['data', 'rows', 'records', 'examples', 'instances', 'items'];
const PARTS: Readonly<Record<string, Part>> = {
  train: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
};

/**
 * Finds the records: a list of them, one within an object, a list for each part (`train`, `test`), columns as lists, or pandas' orients.
 * @returns otherwise what is wrong, as the rest of a sentence that begins with the file.
 */
export function recordsIn(value: unknown): RecordShape | string {
  if (Array.isArray(value)) return { about: 'a list of records', lists: [value] };
  if (!isObject(value)) return 'holds a single value; write a list of records, `[{"name": value, ...}, ...]`';
  const entries = Object.entries(value);
  return splitOrient(value) ?? asParts(entries) ?? asColumns(entries) ?? named(entries) ?? pandasOrient(entries) ?? nothing(entries);
}

/** `{"columns": ["a", "b"], "data": [[1, 2], ...]}`. */
function splitOrient({ columns, data }: Readonly<Record<string, unknown>>): RecordShape | undefined {
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(Array.isArray)) return undefined;
  const at = (index: number) => {
    const row: unknown = data[index];
    return Array.isArray(row) && row.length === columns.length ? Object.fromEntries(columns.map((name, c) => [String(name), row[c]])) : row;
  };
  return { about: 'columns and data', lists: [{ length: data.length, at }] };
}

function asParts(entries: Entries): RecordShape | undefined {
  if (entries.length === 0 || !allLists(entries) || !entries.every(([name, list]) => Object.hasOwn(PARTS, name) && areRecords(list)))
    return undefined;
  const lists = entries.map(([name, list]) => ({ length: list.length, at: (index: number) => list[index], part: PARTS[name] }));
  return { about: `a list for each part: ${namesOf(entries)}`, lists };
}

/** `{"a": [1, 2], "b": ["x", "y"]}`; a single list of objects is one of records instead. */
function asColumns(entries: Entries): RecordShape | undefined {
  if (entries.length === 0 || !allLists(entries) || entries.every(([, list]) => areRecords(list))) return undefined;
  const length = entries[0]?.[1].length ?? 0;
  if (entries.some(([, list]) => list.length !== length)) return undefined;
  const at = (index: number) => Object.fromEntries(entries.map(([name, list]) => [name, list[index]]));
  return { about: 'a list for each column', lists: [{ length, at }] };
}

/** The list of records with a usual name, or the only one. */
function named(entries: Entries): RecordShape | undefined {
  const lists = entries.flatMap(([name, list]) =>
    Array.isArray(list) && (areRecords(list) || (list.length === 0 && USUAL.includes(name))) ? [{ name, list }] : [],
  );
  const chosen = USUAL.map((name) => lists.find((one) => one.name === name)).find((one) => one) ?? (lists.length === 1 ? lists[0] : undefined);
  return chosen && { about: `the list "${chosen.name}"`, lists: [chosen.list] };
}

/** `{"a": {"0": 1, "1": 2}}`, a column each, or `{"0": {"a": 1}, "1": {"a": 2}}`, a record each: the numbered ones are the rows. */
function pandasOrient(entries: Entries): RecordShape | undefined {
  if (entries.length === 0 || !allObjects(entries)) return undefined;
  const rows = Object.keys(entries[0]?.[1] ?? {});
  const areNumbers = (names: readonly string[]) => names.every((name) => /^\d+$/.test(name));
  if (areNumbers(entries.map(([name]) => name)))
    return { about: 'a record for each number', lists: [{ length: entries.length, at: (index) => entries[index]?.[1] }] };
  if (rows.length === 0 || !areNumbers(rows) || entries.some(([, column]) => Object.keys(column).length !== rows.length)) return undefined;
  const at = (index: number) => Object.fromEntries(entries.map(([name, column]) => [name, column[rows[index] ?? '']]));
  return { about: 'numbered values for each column', lists: [{ length: rows.length, at }] };
}

function nothing(entries: Entries): string {
  const lists = entries.filter(([, list]) => Array.isArray(list));
  if (lists.length > 1) {
    const lengths = lists.slice(0, 6).map(([name, list]) => `"${name}" (${(list as readonly unknown[]).length})`);
    return `holds several lists: ${lengths.join(', ')}; columns must be equally long, and of lists of records there must be one, or one called "data"`;
  }
  return 'holds an object without a list of records; write `[{"name": value, ...}, ...]`, or a record a line in a file called `.jsonl`';
}

const allLists = (entries: Entries): entries is Lists => entries.every(([, value]) => Array.isArray(value));
const allObjects = (entries: Entries): entries is Objects => entries.every(([, value]) => isObject(value));
const areRecords = (list: readonly unknown[]) => list.length > 0 && isObject(list[0]);
const namesOf = (entries: Entries) => entries.map(([name]) => name).join(', ');
