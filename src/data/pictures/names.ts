// Names of files and folders in, what they mean out: pictures, tables, clutter, parts of the data. Called where folders and archives are listed.
import type { Part } from '../reading/format.ts';

/** Endings of what `decodeImage` reads. */
const PICTURE = /\.(?:jpe?g|jpe|jfif|png|webp|gif|tiff?|avif)$/i;
const SVG = /\.svgz?$/i;
const TABLE = /\.(?:csv|tsv|jsonl?|ndjson|parquet|arrow|feather|svm|svmlight|libsvm|npy|npz)(?:\.gz)?$/i;
/** What operating systems and programs leave behind. */
const CLUTTER = /^(?:\..*|__MACOSX|Thumbs\.db|desktop\.ini|@eaDir)$/i;
const PARTS: ReadonlyMap<string, Part> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['dev', 'validation'],
  ['development', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** Whether a file is a picture by its name. @param svg whether SVG drawings count. */
export function isPicture(name: string, svg: boolean): boolean {
  return PICTURE.test(name) || (svg && isDrawing(name));
}

/** Whether a file is an SVG drawing by its name. */
export function isDrawing(name: string): boolean {
  return SVG.test(name);
}

/** Whether a file is a table of data by its name. */
export function isTable(name: string): boolean {
  return TABLE.test(name);
}

/** Whether a file or folder, by its name without folders, is passed over without a word. */
export function isClutter(name: string): boolean {
  return CLUTTER.test(name);
}

/** The part of the data that a folder or an array of this name is, if it is one. */
export function partOf(name: string): Part | undefined {
  return PARTS.get(name.toLowerCase());
}

/** The ending of a file's name, lower case: `.jpg`; for one without, `no ending`. */
export function endingOf(path: string): string {
  return /[^/]\.[^./]+$/.test(path) ? path.slice(path.lastIndexOf('.')).toLowerCase() : 'no ending';
}
