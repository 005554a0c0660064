// Which format a file or folder is of. Called by `openData`.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import { imageFolder } from '../formats/image-folder.ts';
import { formats } from '../formats/index.ts';
import { partOf } from '../pictures/names.ts';
import { type FileInput, fileInput } from '../reading/file-input.ts';
import type { Format, Part, ReadContext } from '../reading/format.ts';
import { type Album, listedAlbum } from './album.ts';

/** A file with the format to read it by, and the part that it is, where its name says so. */
export interface Found {
  readonly input: FileInput;
  readonly format: Format;
  readonly part?: Part | undefined;
  /** Pictures that the file names, where it was found by their folder. */
  readonly album?: Album | undefined;
}

/** What is looked for in a folder of pictures. */
export interface LabelsWanted {
  /** A column, if one was named. */
  readonly label: string;
  readonly context: ReadContext;
}

/** What formats look at to recognise a file. */
const HEAD = 4096;

/**
 * A folder that is no data set of a format by itself may hold a table in parts: `train.csv` and `test.csv`. A folder of pictures without class folders may
 * have a table that names them and their labels.
 * @param wanted name of a format, or `auto`.
 * @param labels left out where none are needed.
 * @throws GraftError `invalid-argument` for an unknown format; `invalid-data` when none recognises the file, saying what there is.
 */
export async function findFormat(path: string, wanted: string, labels?: LabelsWanted): Promise<Found[]> {
  const input = await fileInput(path);
  if (wanted !== 'auto') {
    const format = formats.find(({ name }) => name === wanted);
    return [{ input, format: format ?? unknown(wanted) }];
  }
  if (input.kind === 'folder') {
    for (const format of formats) {
      if (!(await format.folder?.(path))) continue;
      const listed = format.name === imageFolder.name && labels ? await listedAlbum(path, labels.label, labels.context) : undefined;
      return listed ? Promise.all(listed.tables.map((table) => tableOf(table, listed.album, listed.tables.length > 1))) : [{ input, format }];
    }
    return partsIn(path);
  }
  const format = await formatOf(input);
  return [{ input, format: format ?? unrecognised(input) }];
}

/** A table that names pictures; one of several is a part. */
async function tableOf(path: string, album: Album, isPart: boolean): Promise<Found> {
  const input = await fileInput(path);
  const part = isPart ? partOf(/^[a-z]+/i.exec(input.name)?.[0] ?? '') : undefined;
  return { input, format: (await formatOf(input)) ?? unrecognised(input), part, album };
}

/** The tables of a folder, each a part. */
async function partsIn(folder: string): Promise<Found[]> {
  const names = (await readdir(folder)).sort();
  const found: Found[] = [];
  for (const name of names) {
    // `train.csv`, and `train-00000.csv`.
    const part = partOf(/^[a-z]+/i.exec(name)?.[0] ?? '');
    if (part === undefined) continue;
    const input = await fileInput(join(folder, name));
    const format = input.kind === 'file' ? await formatOf(input) : undefined;
    if (format) found.push({ input, format, part });
  }
  if (found.length > 0) return found;
  const shown = names.slice(0, 5).join(', ') || 'nothing';
  const remedy = 'give a folder of class subfolders with pictures, one with train.* and test.*, or the path of one file';
  return fail('invalid-data', `"${folder}" holds no data that is recognised (${shown}${names.length > 5 ? ', ...' : ''}); ${remedy}.`);
}

async function formatOf(input: FileInput): Promise<Format | undefined> {
  const name = input.name.toLowerCase();
  const named = formats.find(({ extensions }) => extensions.some((extension) => name.endsWith(extension)));
  if (named) return named;
  const head = await input.head(HEAD);
  return formats.find(({ sniff }) => sniff?.(head, name));
}

function unknown(wanted: string): never {
  return fail(
    'invalid-argument',
    `There is no format \`${wanted}\`; ${suggest(
      wanted,
      formats.map(({ name }) => name),
    )}`,
  );
}

function unrecognised({ path, size }: FileInput): never {
  if (size === 0) fail('invalid-data', `"${path}" is empty; give a file with at least one example.`);
  if (/\.(xlsx?|xlsm|ods|numbers)$/i.test(path))
    fail('invalid-data', `"${path}" is a workbook of a spreadsheet program, which is not read; save the sheet as CSV there, and give that file.`);
  const known = formats.map(({ name }) => name).join(', ');
  return fail('invalid-data', `"${path}" is of no format that is recognised; formats are ${known}: choose one by \`format\`.`);
}
