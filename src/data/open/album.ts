// A folder of pictures that are labelled by a table in it or beside it, rather than by class folders. Found by `findFormat`.
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fail } from '../../core/errors.ts';
import { layoutOf } from '../pictures/layout.ts';
import type { FoundPicture } from '../pictures/listing.ts';
import { isClutter, partOf } from '../pictures/names.ts';
import { walk } from '../pictures/walk.ts';
import type { ReadContext } from '../reading/format.ts';

/** The pictures of a folder. */
export interface Album {
  readonly folder: string;
  /** By paths below it. */
  readonly pictures: ReadonlyMap<string, FoundPicture>;
  /** A picture by what a table calls it: a path below the folder or beside it, with its ending or without. */
  find(name: string): FoundPicture | undefined;
  /** Names of pictures that rows were found for; filled as they are read. */
  readonly named: Set<string>;
}

/** An album with the tables of its labels: one, or one for each part. */
export interface ListedAlbum {
  readonly album: Album;
  readonly tables: readonly string[];
}

const TABLE = /\.(?:csv|tsv|jsonl|ndjson|json)(?:\.gz)?$/i;
/** Of several tables, one that is called so holds the labels. */
const USUAL = /^(?:labels?|metadata|annotations?)\.[^.]+(?:\.gz)?$/i;

/**
 * @param label that was asked for; where it is a column of the table, class folders do not matter.
 * @returns nothing where class folders are the labels, or there is no table.
 * @throws GraftError `invalid-argument` where it cannot be told which table it is.
 */
export async function listedAlbum(folder: string, label: string, context: ReadContext): Promise<ListedAlbum | undefined> {
  const inside = await tablesIn(folder);
  const tables = inside.length > 0 ? inside : await tablesIn(dirname(resolve(folder)));
  if (tables.length === 0) return undefined;
  const listing = await walk(folder, { svg: false, links: false }, context);
  const { groups } = layoutOf(listing, 'auto', folder);
  const classes = new Set(groups.flatMap(({ pictures }) => pictures.flatMap((one) => one.label ?? [])));
  // A single folder, such as images/, says nothing of the pictures in it.
  if (classes.size > 1 && (label === '' || label === 'label')) return undefined;
  const own = chosen(tables, folder);
  if (own) return { album: albumOf(folder, listing.pictures), tables: own };
  // Tables beside the folder may have nothing to do with it.
  if (inside.length === 0) return undefined;
  const list = `${tables
    .slice(0, 5)
    .map((table) => `"${basename(table)}"`)
    .join(', ')}${tables.length > 5 ? ', ...' : ''}`;
  const remedy = 'give that table itself, or call it labels.csv';
  return fail('invalid-argument', `It cannot be told which of the tables in "${folder}" names its pictures: ${list}; ${remedy}.`);
}

async function tablesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const tables = entries.filter((entry) => !entry.isDirectory() && TABLE.test(entry.name) && !isClutter(entry.name));
  return tables.map(({ name }) => join(folder, name)).sort();
}

/** The only one; those of parts; or the one that is called so. */
function chosen(tables: readonly string[], folder: string): readonly string[] | undefined {
  if (tables.length === 1 || tables.every((table) => partOf(stemOf(basename(table))) !== undefined)) return tables;
  const own = basename(resolve(folder)).toLowerCase();
  const named = tables.filter((table) => USUAL.test(basename(table)) || stemOf(basename(table)).toLowerCase() === own);
  return named.length === 1 ? named : undefined;
}

function albumOf(folder: string, pictures: ReadonlyMap<string, FoundPicture>): Album {
  const own = `${basename(resolve(folder))}/`;
  /** Paths without their endings; nothing where two are the same. */
  const stems = new Map<string, string | undefined>();
  for (const path of pictures.keys()) stems.set(stemOf(path), stems.has(stemOf(path)) ? undefined : path);
  const at = (path: string) => pictures.get(path) ?? pictures.get(stems.get(path) ?? '');
  return {
    folder,
    pictures,
    named: new Set(),
    find(name) {
      const path = name
        .trim()
        .replaceAll('\\', '/')
        .replace(/^(?:\.\/+)+/, '');
      return at(path) ?? (path.startsWith(own) ? at(path.slice(own.length)) : undefined);
    },
  };
}

/** A path without its ending. */
function stemOf(path: string): string {
  return path.replace(/(?<=[^/])\.[^./]+(?:\.gz)?$/i, '');
}
