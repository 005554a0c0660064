// Paths of pictures in; the class and the part of each out, by the folders that it lies in. Called by `pictureReading`.
import { fail } from '../../core/errors.ts';
import type { Part } from '../reading/format.ts';
import type { Listing } from './listing.ts';
import { partOf } from './names.ts';
import type { PictureOptions } from './options.ts';

/** A picture in its place. */
export interface Placed {
  readonly path: string;
  /** The class folder's name; `null` outside of class folders. */
  readonly label: string | null;
}

/** Pictures of one part, sorted by path. */
export interface PlacedPart {
  /** Left out where folders do not divide the data. */
  readonly part?: Part | undefined;
  readonly pictures: readonly Placed[];
}

/** How the pictures of a folder lie. */
export interface Layout {
  readonly groups: readonly PlacedPart[];
  /** Whether any picture has a class. */
  readonly labelled: boolean;
  /** For people. */
  readonly facts: Readonly<Record<string, string>>;
}

const ORDER: readonly Part[] = ['train', 'validation', 'test'];

/**
 * Folders `train/`, `val/`, `test/` of class folders, or class folders, or neither. One folder around them all is looked through. The class is the first
 * folder below the part; pictures in deeper ones belong to it.
 * @param place what was listed, for errors.
 * @throws GraftError `invalid-data` where it cannot be told whether folders are parts or classes.
 */
export function layoutOf({ pictures, folders }: Listing, parts: PictureOptions['parts'], place: string): Layout {
  const all = [...pictures.keys()].sort();
  const around = folderAround(all);
  const paths = all.map((path) => path.slice(around.length));
  const divided = isDivided(paths, parts, place);
  const byPart = new Map<Part | undefined, Placed[]>();
  const [used, classes] = [new Set<string>(), new Set<string>()];
  let [deeper, loose, passed] = [0, 0, 0];
  paths.forEach((path, i) => {
    const [top = '', ...below] = path.split('/');
    const part = divided && below.length > 0 ? partOf(top) : undefined;
    used.add(top);
    if (divided && part === undefined) {
      passed++;
      return;
    }
    const inPart = divided ? below : [top, ...below];
    const label = inPart.length > 1 ? (inPart[0] as string).normalize('NFC') : null;
    if (divided && label !== null) used.add(`${top}/${inPart[0]}`);
    if (label === null) loose++;
    else classes.add(label);
    if (inPart.length > 2) deeper++;
    const group = byPart.get(part) ?? [];
    group.push({ path: all[i] as string, label });
    byPart.set(part, group);
  });
  const order = divided ? ORDER : [undefined];
  const groups = order.flatMap((part): PlacedPart[] => (byPart.has(part) ? [{ part, pictures: byPart.get(part) ?? [] }] : []));
  const empty = [...folders]
    .filter((folder) => folder.startsWith(around))
    .map((folder) => folder.slice(around.length))
    .filter((folder) => !used.has(folder) && isClassPlace(folder.split('/'), divided, used))
    .sort();
  const counts: Readonly<Record<string, string>> = {
    pictures: String(paths.length - passed),
    classes: classes.size > 0 ? String(classes.size) : 'none',
    parts: divided ? groups.map(({ part, pictures }) => `${part} ${pictures.length}`).join(', ') : '',
    'folder around them': around.slice(0, -1),
    'in folders inside class folders': positive(deeper),
    'without a class folder': classes.size > 0 ? positive(loose) : '',
    'passed over outside of the parts': positive(passed),
    'folders without pictures': listed(empty),
  };
  return { groups, labelled: classes.size > 0, facts: Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== '')) };
}

/** The folder that everything lies in and that is no class itself, with its `/`; or several, one in the other. */
function folderAround(paths: readonly string[]): string {
  let around = '';
  for (;;) {
    const path = paths[0] ?? '';
    const end = path.indexOf('/', around.length);
    const next = path.slice(0, end + 1);
    const isClassOrPart = end < 0 || partOf(next.slice(around.length, -1)) !== undefined || !paths.some((one) => one.includes('/', next.length));
    if (isClassOrPart || !paths.every((one) => one.startsWith(next))) return around;
    around = next;
  }
}

/** Whether the folders at the top are parts. */
function isDivided(paths: readonly string[], parts: PictureOptions['parts'], place: string): boolean {
  if (parts === 'no') return false;
  const tops = new Set(paths.filter((path) => path.includes('/')).map((path) => path.slice(0, path.indexOf('/'))));
  const named = [...tops].filter((top) => partOf(top) !== undefined);
  const others = [...tops].filter((top) => partOf(top) === undefined);
  if (parts === 'yes') {
    const remedy = 'rename its folders to train, val and test, or leave the option `parts` out';
    return named.length > 0 || fail('invalid-data', `"${place}" has no folder of pictures that is called train, val or test; ${remedy}.`);
  }
  if (named.length === 0 || others.length === 0) return named.length > 0;
  // A class may well be called "train"; two that are parts by name and hold folders of their own are no classes.
  const full = new Set(named.filter((top) => paths.some((path) => path.startsWith(`${top}/`) && path.includes('/', top.length + 1))).map(partOf));
  if (full.size < 2) return false;
  const remedy = `move it away, or set the option \`parts\` to 'yes' (it is passed over) or 'no' (all of them are classes)`;
  return fail('invalid-data', `"${place}" has "${named.join('", "')}", which are parts by their names, but "${others[0]}" beside them; ${remedy}.`);
}

/** Whether a folder lies where class folders lie, or parts. */
function isClassPlace(folder: readonly string[], divided: boolean, used: ReadonlySet<string>): boolean {
  if (folder.length === 1) return folder[0] !== '';
  return divided && folder.length === 2 && used.has(folder[0] as string) && partOf(folder[0] as string) !== undefined;
}

const positive = (count: number) => (count > 0 ? String(count) : '');

/** The first few of many names. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
}
