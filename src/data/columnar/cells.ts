// Values of nested columns -> cells: structs become columns with dots in their names, lists of numbers arrays, pictures photos, class indices their names.
// What no column can be is left out by name. Called by the readers of Parquet and Arrow files.
import { fail, GraftError } from '../../core/errors.ts';
import type { Cell, DenseRow, Photo } from '../reading/cell.ts';
import { classNamesOf, type Feature, type Features, fieldFeature, itemFeature, kindOfFeature } from './features.ts';

/** What the values of a column are. `other` cannot be used; its noun says what it is. */
export type Shape =
  | { readonly kind: 'number' | 'string' | 'boolean' | 'date' | 'bytes' }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  | { readonly kind: 'other'; readonly noun: string };

/** A column of a file, or a field of a struct. */
export interface Field {
  readonly name: string;
  readonly shape: Shape;
}

/** Makes a photo of a picture's bytes, which may lie in a larger buffer; or of its path, where the file holds only that. */
export type MakePhoto = (bytes: Uint8Array | null, path: string | null, row: number) => Photo;

/** One column of cells. */
export interface CellColumn {
  readonly name: string;
  /** Which of the file's columns it is made of. */
  readonly field: number;
  /** @throws GraftError whose message is the rest of a sentence that begins with the place. */
  read(value: unknown, row: number): Cell;
}

/** How the values of a file's columns become cells. */
export interface CellPlan {
  readonly columns: readonly CellColumn[];
  /** For people: what is in the file but not among the columns. */
  readonly leftOut: readonly string[];
  /** The one column of classes; of several, the one that is named so. */
  readonly label: string | undefined;
}

type Read = CellColumn['read'];

/**
 * Plans the columns of a file.
 * @throws GraftError `invalid-data` when no column can be used, or two have one name.
 */
export function planCells(path: string, fields: readonly Field[], features: Features | undefined, photo: MakePhoto): CellPlan {
  const columns: CellColumn[] = [];
  const leftOut: string[] = [];
  const labels: string[] = [];
  const add = (field: number, name: string, shape: Shape, feature: Feature, pick: (value: unknown) => unknown) => {
    if (shape.kind === 'struct' && !isPicture(shape)) {
      for (const part of shape.fields)
        add(field, `${name}.${part.name}`, part.shape, fieldFeature(feature, part.name), (value) => partOf(pick(value), part.name));
      return;
    }
    const read = readerOf(shape, feature, photo);
    if (typeof read === 'string') leftOut.push(`${name} (${read})`);
    else {
      columns.push({ name, field, read: (value, row) => read(pick(value), row) });
      if (classNamesOf(feature) || classNamesOf(itemFeature(feature))) labels.push(name);
    }
  };
  for (const [i, { name, shape }] of fields.entries())
    add(i, name, shape, features && Object.hasOwn(features, name) ? features[name] : undefined, (value) => value);
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) fail('invalid-data', `"${path}" has two columns named "${twice}"; rename one of them.`);
  if (columns.length === 0) {
    const why = leftOut.length > 0 ? `holds only columns that cannot be used: ${leftOut.slice(0, 5).join(', ')}` : 'has no columns';
    fail('invalid-data', `"${path}" ${why}; write numbers, texts, dates, pictures or lists of them.`);
  }
  return { columns, leftOut, label: labels.length === 1 ? labels[0] : labels.find((name) => /^labels?$/i.test(name)) };
}

/** A row of cells from one value for each of the file's columns; nothing when `damaged`, told the column and what is wrong, returns. */
export function rowOf(
  columns: readonly CellColumn[],
  row: number,
  values: readonly unknown[],
  damaged: (column: string, what: string) => void,
): Cell[] | undefined {
  const cells: Cell[] = [];
  for (const { name, field, read } of columns) {
    try {
      cells.push(read(values[field], row));
    } catch (error) {
      if (!(error instanceof GraftError)) throw error;
      damaged(name, error.message);
      return undefined;
    }
  }
  return cells;
}

/** As `datasets` stores pictures: `{ bytes, path }`. */
function isPicture({ fields }: { readonly fields: readonly Field[] }): boolean {
  const kinds = new Map(fields.map(({ name, shape }) => [name, shape.kind]));
  return fields.length === 2 && kinds.get('bytes') === 'bytes' && (kinds.get('path') === 'string' || kinds.get('path') === 'bytes');
}

function partOf(value: unknown, name: string): unknown {
  return value === null || value === undefined ? value : (value as Readonly<Record<string, unknown>>)[name];
}

/** What reads a value of that shape; or what it is, where none can. */
function readerOf(shape: Shape, feature: Feature, photo: MakePhoto): Read | string {
  const names = classNamesOf(feature);
  switch (shape.kind) {
    case 'number':
      return names ? (value) => className(value, names) : (value) => checked(value, 'number', isNumber);
    case 'string':
      return (value) => checked(value, 'text', (one) => typeof one === 'string');
    case 'boolean':
      return (value) => checked(value, 'truth value', (one) => typeof one === 'boolean');
    case 'date':
      return (value) => checked(value, 'date', (one) => one instanceof Date);
    case 'bytes':
      return (value, row) => bytesCell(value, row, photo);
    case 'struct': {
      const kind = kindOfFeature(feature);
      if (kind === 'Audio' || kind === 'Video') return kind === 'Audio' ? 'sounds' : 'films';
      return (value, row) => pictureCell(value, row, photo);
    }
    case 'list':
      return listReader(shape.of, itemFeature(feature));
    case 'other':
      return shape.noun;
  }
}

function listReader(item: Shape, feature: Feature): Read | string {
  const names = classNamesOf(feature);
  if (item.kind === 'string') return (value) => texts(value, (one) => checked(one, 'text', (text) => typeof text === 'string'));
  if (item.kind === 'number' && names) return (value) => texts(value, (one) => className(one, names));
  let [depth, last] = [1, item];
  for (; last.kind === 'list'; depth++) last = last.of;
  if (last.kind === 'number' || last.kind === 'boolean') return (value) => (value === null ? null : dense(value, depth));
  const nouns = { string: 'texts', date: 'dates', bytes: 'bytes', struct: 'structs' };
  return `lists of ${last.kind === 'other' ? last.noun : nouns[last.kind]}`;
}

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

function checked<T extends Cell>(value: unknown, noun: string, is: (value: unknown) => boolean): T | null {
  if (value === null || is(value)) return value as T | null;
  return value === undefined ? missing() : bad(`holds something else than a ${noun}; the file is damaged`);
}

function className(value: unknown, names: readonly string[]): string | null {
  const index = checked<number | bigint>(value, 'class', isNumber);
  // -1 is how `datasets` says that there is no label.
  if (index === null || Number(index) === -1) return null;
  return names[Number(index)] ?? bad(`holds class ${index}, but only 0 to ${names.length - 1} have names`);
}

function texts(value: unknown, text: (item: unknown) => string | null): readonly string[] | null {
  return value === null ? null : Array.from(listOf(value), text).filter((one) => one !== null);
}

/** Lists in lists, all as long as their neighbours, as one array. */
function dense(value: unknown, depth: number): DenseRow {
  const dims: number[] = [];
  let first = value;
  for (let i = 0; i < depth; i++) {
    const list = listOf(first);
    dims.push(list.length);
    first = list.length > 0 ? list[0] : [];
  }
  const values = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  let at = 0;
  const fill = (list: ArrayLike<unknown>, axis: number) => {
    if (list.length !== dims[axis]) bad(`holds a list of ${list.length} values beside one of ${dims[axis]}; make all of them as long`);
    for (let i = 0; i < list.length; i++) {
      const one = list[i];
      if (axis < depth - 1) fill(listOf(one), axis + 1);
      else values[at++] = one === null ? Number.NaN : isNumber(one) || typeof one === 'boolean' ? Number(one) : missing();
    }
  };
  fill(listOf(value), 0);
  return { dims, values };
}

function listOf(value: unknown): ArrayLike<unknown> {
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) return value as unknown as ArrayLike<unknown>;
  return value === null ? bad('lacks a list inside a list; fill it in') : missing();
}

function pictureCell(value: unknown, row: number, photo: MakePhoto): Cell {
  if (value === null) return null;
  const { bytes = null, path = null } = value === undefined ? missing() : (value as { readonly bytes?: unknown; readonly path?: unknown });
  const name = path instanceof Uint8Array ? new TextDecoder().decode(path) : checked<string>(path, 'path', (one) => typeof one === 'string');
  if (bytes !== null && !(bytes instanceof Uint8Array)) bad('holds a picture whose bytes are none; the file is damaged');
  return bytes === null && name === null ? null : photo(bytes as Uint8Array | null, name, row);
}

/** Bytes that nothing is said of: a picture, by how they begin, or a text. */
function bytesCell(value: unknown, row: number, photo: MakePhoto): Cell {
  if (value === null) return null;
  if (!(value instanceof Uint8Array)) return missing();
  if (PICTURES.some((magic) => magic.every((byte, i) => byte === undefined || value[i] === byte))) return photo(value, null, row);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value);
  } catch {
    return bad('holds bytes that are neither a picture nor UTF-8 text; leave the column out when writing the file');
  }
}

/** How files of JPEG, PNG, GIF, WebP, TIFF (two orders) and AVIF begin; `undefined` where any byte may be. */
const PICTURES: readonly (readonly (number | undefined)[])[] = [
  [0xff, 0xd8, 0xff],
  [0x89, 0x50, 0x4e, 0x47],
  [0x47, 0x49, 0x46, 0x38],
  [0x52, 0x49, 0x46, 0x46, undefined, undefined, undefined, undefined, 0x57, 0x45, 0x42, 0x50],
  [0x49, 0x49, 0x2a, 0x00],
  [0x4d, 0x4d, 0x00, 0x2a],
  [undefined, undefined, undefined, undefined, 0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66],
];

function missing(): never {
  return bad('has no value where there must be one; the file is damaged');
}

function bad(what: string): never {
  return fail('invalid-data', what);
}
