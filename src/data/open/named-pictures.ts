// Rows that name pictures -> the same rows with the pictures themselves, each looked for where it should be. Called by `readTable`.
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { fail } from '../../core/errors.ts';
import { isPicture } from '../pictures/names.ts';
import type { Cell, Photo } from '../reading/cell.ts';
import type { ReadContext, Reading, RowBatch } from '../reading/format.ts';
import type { Album } from './album.ts';

/** A table that may name pictures. */
export interface NamingTable {
  readonly path: string;
  readonly reading: Reading;
  /** The folder of pictures that it belongs to, if it was found by that. */
  readonly album?: Album | undefined;
}

/** Which column it may be. */
export interface AskedColumns {
  /** Names the pictures; `''`: it is looked for, but not where there are `texts`. */
  readonly image: string;
  readonly texts: readonly string[];
  /** Columns that are something else. */
  readonly others: readonly string[];
}

/** What turns names into pictures, table by table: what the first one's column was is that of the others too. */
export interface PictureNames {
  batches(table: NamingTable, context: ReadContext): AsyncIterable<RowBatch>;
  /** What else people should know, once all tables were read. */
  notes(): string[];
}

/** Values that are looked at to tell what a column is, the files of some of which are looked for. */
const [LOOKED_AT, TRIED] = [100, 10];
/** A column of pictures has so many names of pictures among its values. */
const MOSTLY = 0.9;
/** Pictures that are named to people. */
const MOST_NAMED = 3;

export function pictureNames(asked: AskedColumns): PictureNames {
  let column: string | undefined;
  let decided = asked.image === '' && asked.texts.length > 0;
  const albums = new Set<Album>();
  const notes: string[] = [];

  async function* batches({ path, reading, album }: NamingTable, context: ReadContext): AsyncGenerator<RowBatch, void, void> {
    const seen = new Map<string, string>();
    if (album) albums.add(album);
    let before = 0;
    for await (const batch of reading.batches) {
      if (!decided) column = await columnIn(batch, path, album);
      decided = true;
      const numberOf = (row: number) => batch.numbers?.[row] ?? before + row + 1;
      const place = (row: number) => (batch.lines ? `line ${batch.lines[row]}` : `row ${numberOf(row)}`);
      const at = column === undefined ? -1 : indexOf(batch.columns, column);
      const own = at < 0 ? undefined : await rowsOf(batch, at, { path, album }, { place, seen, context });
      const pictured = own ? { ...batch, lines: undefined, numbers: [...own.keys()].map(numberOf), rows: [...own.values()] } : batch;
      before += batch.rows.length;
      if (pictured.rows.length > 0) yield pictured;
    }
  }

  async function columnIn({ columns, rows }: RowBatch, path: string, album: Album | undefined): Promise<string | undefined> {
    if (asked.image !== '') return asked.image;
    const others = new Set(asked.others.map((other) => other.toLowerCase()));
    const free = [...columns.entries()].filter(([, name]) => !others.has(name.toLowerCase()));
    const some = rows.slice(0, LOOKED_AT);
    for (const [at, name] of free) {
      const cells = some.map((row) => row[at] ?? null);
      const values = cells.filter((cell) => cell !== null);
      if (values.length === 0 || !values.every((value) => typeof value === 'string')) continue;
      const there = async (value: string) => typeof (await find(value, { path, album })) !== 'string';
      if (album) {
        const found = await Promise.all(values.map(there));
        if (found.filter(Boolean).length > MOSTLY * values.length || namesPictures(values)) return name;
      } else if (namesPictures(values)) {
        for (const value of values.slice(0, TRIED)) if (await there(value)) return name;
        const what = `column "${name}" names pictures, such as "${values[0]}", but none of the first ones is there; paths are relative to "${dirname(path)}"`;
        // Of the columns one is the label.
        if (free.length <= (asked.others.length > 0 ? 1 : 2)) fail('invalid-data', `"${path}": ${what}.`);
        notes.push(`${capital(what)}. It is taken for text.`);
      }
    }
    if (album) fail('invalid-data', `No column of "${path}" names the pictures in "${album.folder}"; name it by \`image\`.`);
    return undefined;
  }

  return {
    batches,
    notes: () => [...notes, ...[...albums].flatMap(unnamed)],
  };
}

/** How the rows of a table are read. */
interface RowContext {
  place(row: number): string;
  /** The place where each picture came first. */
  readonly seen: Map<string, string>;
  readonly context: ReadContext;
}

/** The rows, by their places in the batch, with pictures instead of names, but for those that are damaged. */
async function rowsOf(
  { columns, rows }: RowBatch,
  at: number,
  from: Pick<NamingTable, 'path' | 'album'>,
  how: RowContext,
): Promise<ReadonlyMap<number, Cell[]>> {
  const found = await Promise.all(rows.map((row) => photoOf(row[at] ?? null, columns[at] as string, from)));
  const pictured = rows.flatMap((row, i): [number, Cell[]][] => {
    const [photo, place] = [found[i] as Found | string, how.place(i)];
    const first = typeof photo === 'string' || photo.key === undefined ? undefined : how.seen.get(photo.key);
    const wrong = typeof photo === 'string' ? photo : first && `names "${photo.photo.name}" again, as ${first} does; keep one of them`;
    if (wrong !== undefined) {
      how.context.damaged(place, wrong);
      return [];
    }
    const { key, photo: picture } = photo as Found;
    if (key !== undefined) {
      how.seen.set(key, place);
      from.album?.named.add(key);
    }
    return [[i, row.map((cell, c) => (c === at ? picture : cell))]];
  });
  return new Map(pictured);
}

/** A picture that is there, and a key that is the same for all names of its file. */
interface Found {
  readonly key?: string;
  readonly photo: Photo;
}

/** The picture of a cell; or what is wrong, as the rest of a sentence that begins with its place. */
async function photoOf(cell: Cell, column: string, from: Pick<NamingTable, 'path' | 'album'>): Promise<Found | string> {
  if (cell === null || cell === '') return `has no picture in column "${column}"`;
  if (typeof cell === 'object' && 'source' in cell) return { photo: cell };
  if (typeof cell === 'object') return `has no path of a picture in column "${column}"`;
  return find(String(cell), from);
}

async function find(name: string, { path, album }: Pick<NamingTable, 'path' | 'album'>): Promise<Found | string> {
  const listed = album?.find(name);
  if (listed) return { key: listed.name, photo: { name, source: listed.source } };
  const place = placed(name, dirname(path));
  const found = await stat(place).catch(() => undefined);
  if (found?.isFile()) return { key: resolve(place), photo: { name, source: place } };
  const where = album ? `"${album.folder}" nor beside the table` : `"${dirname(path)}"`;
  return found ? `names "${name}", which is no file` : `names "${name}", which is ${album ? 'neither in' : 'not in'} ${where}`;
}

/** A list of pictures from elsewhere must not lead out of its own folder by `..`; a path that is whole was meant. */
function placed(name: string, folder: string): string {
  if (isAbsolute(name)) return name;
  const whole = resolve(folder, name);
  if (whole !== resolve(folder) && !whole.startsWith(resolve(folder) + sep))
    fail('invalid-data', `The path "${name}" leads out of the folder "${folder}"; put the pictures beside the list, or give whole paths.`);
  return join(folder, name);
}

function namesPictures(values: readonly string[]): boolean {
  return values.filter((value) => isPicture(value.trim(), false)).length >= MOSTLY * values.length;
}

function indexOf(columns: readonly string[], name: string): number {
  const at = columns.indexOf(name);
  return at >= 0 ? at : columns.findIndex((column) => column.toLowerCase() === name.toLowerCase());
}

/** Pictures of a folder that no row names. */
function unnamed({ folder, pictures, named }: Album): string[] {
  const left = [...pictures].filter(([, { name }]) => !named.has(name)).map(([path]) => `"${path}"`);
  const more = left.length > MOST_NAMED ? ` and ${left.length - MOST_NAMED} more` : '';
  const shown = `${left.sort().slice(0, MOST_NAMED).join(', ')}${more}`;
  if (left.length === 0) return [];
  const place = `of "${basename(resolve(folder))}"`;
  return [
    left.length === 1
      ? `1 picture ${place} has no line in the table and is left out: ${shown}.`
      : `${left.length} pictures ${place} have no line in the table and are left out: ${shown}.`,
  ];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
