// A path -> data ready to learn from: format, label, inputs and task found out or given, copies looked for, rows divided into parts. Called by users and the CLI.
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fail } from '../../core/errors.ts';
import { type GivenOptions, resolveOptions } from '../../core/options.ts';
import { type DamagedPhoto, photoDuplicates } from '../duplicates/duplicate-photos.ts';
import { takeDuplicates } from '../duplicates/duplicates.ts';
import { exampleName } from '../images/picture.ts';
import { type Labels, takeLabels } from '../labels.ts';
import { isPicture } from '../pictures/names.ts';
import { splitRows } from '../splits/split-rows.ts';
import type { Keys } from '../splits/units.ts';
import type { Column, PhotoColumn, PlainKind } from '../table/column.ts';
import { type Table, takeTable } from '../table/table.ts';
import { copiesIn } from './copies.ts';
import type { Data, Grouped, Unlabelled } from './data.ts';
import {
  absentFindings,
  balanceFindings,
  columnFindings,
  copyFindings,
  damageFindings,
  farOutFindings,
  info,
  labelFindings,
  photoFindings,
  unreadFindings,
  warning,
} from './findings.ts';
import { type DataOptions, dataOptions } from './options.ts';
import { type Place, readTable, type TableRead } from './read-table.ts';
import { type AskedRoles, columnOf, type Inputs, rolesIn, type White } from './roles.ts';
import { type Labelled, labelled } from './task.ts';
import { requireTypes, typesIn } from './types.ts';

/** What goes on while data is opened. */
export interface Opening {
  readonly what: 'reading' | 'comparing';
  /** Rows. */
  readonly done: number;
  readonly of?: number | undefined;
}

/** What is otherwise found out from the values of a file, and must be the same for all that one model reads. */
export interface ReadAs {
  /** Kinds of columns, by name. */
  readonly kinds?: Readonly<Record<string, PlainKind>> | undefined;
  /** How decimals are written, where not with a point and the file does not say otherwise. */
  readonly decimal?: 'comma' | undefined;
  /** The number that stands for white in pictures as arrays. */
  readonly white?: White | undefined;
}

/** What {@link openData} is given besides its options. */
export interface OpenContext {
  /** Options of the format itself: `{ delimiter: 'semicolon' }`. */
  readonly formatOptions?: Readonly<Record<string, number | boolean | string>>;
  /** Columns that hold the labels where no option names any, if all of them are there: those that a model learnt from. */
  readonly label?: readonly string[] | undefined;
  /** Whether a model is to read the data that knows its columns, as in evaluation: then one row is enough. */
  readonly known?: boolean | undefined;
  /** Marks the rows that the model to go on from has learnt from, with 1. */
  readonly learnt?: ((data: Pick<Unlabelled, 'name' | 'inputs' | 'table'>) => Promise<Uint8Array>) | undefined;
  /** What a model's own data was read as, and its other data is: `LoadedModel.readAs`. */
  readonly readAs?: ReadAs | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told now and then how far it is. */
  readonly progress?: ((state: Opening) => void) | undefined;
}

/**
 * Opens labelled data: a folder of class subfolders, an archive of one, a table in any of the formats.
 * @param path of the file or folder; what `validation` and `test` name is added as those parts.
 * @throws GraftError `invalid-argument` where the label must be named, or a column is not there; `invalid-data` and `io` as the formats say.
 */
export async function openData(path: string, given: GivenOptions<typeof dataOptions> = {}, context: OpenContext = {}): Promise<Data> {
  const options = resolveOptions(dataOptions, given, 'openData');
  const name = basename(resolve(path));
  const read = await readAll(name, placesIn(path, options), options, context, options.label);
  const { table: whole, format, damaged, notes } = read;
  const asked = askedIn(options, context);
  const roles = rolesIn(whole, asked, true);
  const found = labelled(roles.labels, options.task, options.labelSeparator);
  const { task, rows } = found;
  const labelledRows = rows.length === whole.length ? whole : takeTable(whole, rows);
  const { inputs: all } =
    rows.length === whole.length ? roles : rolesIn(labelledRows, { ...asked, label: roles.labels.map((column) => column.name) }, true);
  const { duplicates: copies, sought, damagedPhotos } = await copiesIn(all, options, context);
  allowDamage(name, damagedPhotos, labelledRows.length, options);
  const { table, inputs, kept } = withoutDamaged(labelledRows, all, damagedPhotos);
  const labels = kept ? (takeLabels(found.labels, kept) as Labels) : found.labels;
  const duplicates = kept && copies ? takeDuplicates(copies, kept) : copies;
  const groups = options.group === '' ? undefined : keysOf(columnOf(table, options.group, 'group'));
  const learnt = await context.learnt?.({ name, inputs, table });
  const { facts, warnings, ...parts } = splitRows({
    length: table.length,
    ...(labels instanceof Int32Array ? { labels } : labels.dims[1] === 1 ? { labels: Float64Array.from(labels.data as Float64Array) } : {}),
    ...(task.kind === 'classification' && { classes: task.classes }),
    ...(groups && { groups }),
    ...(options.timeColumn !== '' && { time: timesOf(columnOf(table, options.timeColumn, 'timeColumn')) }),
    ...(table.parts && { given: table.parts }),
    ...(duplicates && { duplicates }),
    ...(learnt && { learnt }),
    seed: options.seed,
  });
  if (parts.train.length === 0 || parts.validation.length === 0)
    fail(
      'invalid-data',
      groups && numbered(groups).every((group) => group === 0)
        ? `All ${table.length} examples of "${name}" are of one group of \`group\` (="${options.group}"), which stays in one part: nothing is left to choose by. Give rows of other groups, or leave \`group\` out.`
        : `"${name}" has too few examples to learn from and to choose by: ${table.length} in all; give more.`,
    );
  const findings = [
    ...roles.notes.map(info),
    ...roles.leftOut.map(warning),
    ...notes.map(warning),
    ...columnFindings(whole),
    ...farOutFindings(roles.inputs, whole),
    ...unreadFindings(
      whole,
      new Set([...roles.labels.map((column) => column.name), ...asked.text, ...asked.ignore, ...asked.besides, ...(asked.uses?.keys() ?? [])]),
    ),
    ...damageFindings(damaged),
    ...photoFindings(damagedPhotos),
    ...(rows.length < whole.length ? [warning(`${whole.length - rows.length} of ${whole.length} rows have no label and are left out.`)] : []),
    ...copyFindings(duplicates, sought, labels, (row) => exampleName({ inputs, table }, row)),
    ...facts.map(info),
    ...warnings.map(warning),
    ...absentFindings(found),
    ...labelFindings(found),
    ...balanceFindings({ ...found, labels }, parts),
  ];
  const labelColumns = roles.labels.map((column) => column.name);
  const { labelSeparator } = options;
  return {
    name,
    path,
    format,
    table,
    inputs,
    task,
    labels,
    labelColumns,
    ...(labelSeparator !== '' && { labelSeparator }),
    ...(groups && { groups: numbered(groups) }),
    parts,
    findings,
  };
}

/**
 * Opens data to predict on; labels may be there and are not read.
 * @throws GraftError as {@link openData} does.
 */
export async function openUnlabelled(
  paths: readonly string[],
  given: GivenOptions<typeof dataOptions> = {},
  context: OpenContext = {},
): Promise<Unlabelled> {
  const options = resolveOptions(dataOptions, given, 'predict');
  const [first = fail('invalid-argument', 'No file was given to predict on; give at least one.')] = paths;
  const name = paths.length === 1 ? basename(resolve(first)) : `${paths.length} files`;
  if (options.format === 'auto') {
    // A folder may have a picture's ending too.
    const alone = paths.filter((path) => isPicture(path, false) && !statSync(path, { throwIfNoEntry: false })?.isDirectory());
    const other = paths.find((path) => !alone.includes(path));
    if (other === undefined) return readable(pictures(name, paths), options, context);
    if (alone.length > 0)
      fail(
        'invalid-argument',
        `"${alone[0]}" is a picture by itself, "${other}" is none; give pictures by themselves, and folders and tables one by one.`,
      );
  }
  const { table, damaged, notes } = await readAll(
    name,
    paths.map((path) => ({ path })),
    options,
    context,
  );
  const asked = askedIn(options, context);
  const label = asked.label.filter((column) => table.columns.some((one) => one.name === column));
  const roles = rolesIn(table, { ...asked, label }, false);
  const findings = [
    ...roles.notes.map(info),
    ...notes.map(warning),
    ...columnFindings(table),
    ...farOutFindings(roles.inputs, table),
    ...damageFindings(damaged),
  ];
  return readable({ name, table, inputs: roles.inputs, findings }, options, context);
}

/**
 * Opens labelled data whole, with what `validation` and `test` name, to measure a model on it.
 * @throws GraftError as {@link openData} does.
 */
export async function openLabelled(
  path: string,
  given: GivenOptions<typeof dataOptions> = {},
  context: OpenContext = {},
): Promise<Unlabelled & Labelled> {
  const options = resolveOptions(dataOptions, given, 'evaluate');
  const name = basename(resolve(path));
  const read = await readAll(name, placesIn(path, options), options, context, options.label);
  const { table: all, damaged } = read;
  const asked = askedIn(options, context);
  const first = rolesIn(all, asked, true);
  const found = labelled(first.labels, options.task, options.labelSeparator, 1);
  const table = found.rows.length === all.length ? all : takeTable(all, found.rows);
  const { inputs, notes } = rolesIn(table, { ...asked, label: first.labels.map((column) => column.name) }, true);
  const findings = [
    ...notes.map(info),
    ...read.notes.map(warning),
    ...columnFindings(all),
    ...farOutFindings(first.inputs, all),
    ...damageFindings(damaged),
    ...absentFindings(found),
  ];
  const groups: Grouped = options.group === '' ? {} : { groups: numbered(keysOf(columnOf(table, options.group, 'group'))) };
  return readable({ ...found, name, table, inputs, findings, ...groups }, options, context);
}

/** Without the examples whose pictures cannot be read, where such are passed over; otherwise as it is, and whoever reads the picture refuses it. */
async function readable<T extends Unlabelled & Partial<Labelled>>(data: T, options: DataOptions, { signal }: OpenContext): Promise<T> {
  const { name, table, inputs, rows, labels, groups, findings } = data;
  if (options.onDamaged === 'fail' || inputs.kind !== 'image') return data;
  const { damaged } = await photoDuplicates(inputs.photos.values, { signal });
  allowDamage(name, damaged, table.length, options);
  const { kept, ...left } = withoutDamaged(table, inputs, damaged);
  if (!kept) return data;
  return {
    ...data,
    ...left,
    ...(rows && { rows: takeRowNumbers(rows, kept) }),
    ...(labels && { labels: takeLabels(labels, kept) }),
    ...(groups && { groups: takeRowNumbers(groups, kept) }),
    findings: [...findings, ...photoFindings(damaged)],
  };
}

const takeRowNumbers = (rows: Int32Array, kept: Int32Array) => kept.map((row) => rows[row] as number);

/** The rows whose pictures can be read, and which these are; all as they are where all can. */
function withoutDamaged(
  table: Table,
  inputs: Inputs,
  damaged: readonly DamagedPhoto[],
): Pick<Unlabelled, 'table' | 'inputs'> & { kept?: Int32Array } {
  if (damaged.length === 0 || inputs.kind !== 'image') return { table, inputs };
  const unreadable = new Set(damaged.map(({ index }) => index));
  const kept = Int32Array.from(Array(table.length).keys()).filter((row) => !unreadable.has(row));
  const left = takeTable(table, kept);
  return { table: left, inputs: { ...inputs, photos: left.columns[table.columns.indexOf(inputs.photos)] as PhotoColumn }, kept };
}

/** Files that each are a picture. */
function pictures(name: string, paths: readonly string[]): Unlabelled {
  const column = { name: 'photo', length: paths.length, kind: 'photo', values: paths.map((path) => ({ name: path, source: path })) } as const;
  return { name, table: { name, length: paths.length, columns: [column], facts: {} }, inputs: { kind: 'image', photos: column }, findings: [] };
}

const listOf = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function placesIn(path: string, { validation, test }: DataOptions): Place[] {
  return [
    { path, ...((validation !== '' || test !== '') && { part: 'train' as const }) },
    ...(validation === '' ? [] : [{ path: validation, part: 'validation' as const }]),
    ...(test === '' ? [] : [{ path: test, part: 'test' as const }]),
  ];
}

/** @param label column of labels that was asked for; left out where none are needed. */
async function readAll(name: string, places: readonly Place[], options: DataOptions, context: OpenContext, label?: string): Promise<TableRead> {
  const read = await readTable(name, places, { ...readingOf(options, context), ...contextOf(context), label });
  requireTypes(read.table, typesIn(options.types));
  return read;
}

function readingOf({ format, onDamaged, maxDamaged, image, text, label, ignore, group, timeColumn, types }: DataOptions, { readAs }: OpenContext) {
  const others = [...listOf(label), ...listOf(ignore), group, timeColumn].filter((name) => name !== '');
  return {
    format,
    onDamaged,
    maxDamaged,
    decimal: readAs?.decimal,
    kinds: { ...readAs?.kinds, ...typesIn(types).kinds },
    columns: { image, texts: listOf(text), others },
  };
}

function contextOf({ formatOptions = {}, signal, progress }: OpenContext) {
  return {
    formatOptions,
    signal,
    progress: ({ rows, of }: { rows: number; of?: number | undefined }) => progress?.({ what: 'reading', done: rows, of }),
  };
}

function askedIn({ label, text, image, ignore, group, timeColumn, types }: DataOptions, { label: usual, known, readAs }: OpenContext): AskedRoles {
  const besides = [group, timeColumn].filter((name) => name !== '');
  return {
    label: listOf(label),
    usual,
    known,
    white: readAs?.white,
    text: listOf(text),
    image,
    ignore: listOf(ignore),
    uses: typesIn(types).uses,
    besides,
  };
}

function keysOf(column: Column): Keys {
  if (column.kind === 'number' || column.kind === 'date') return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
  if (column.kind === 'string') return Array.from({ length: column.length }, (_, i) => column.values.at(i));
  return fail('invalid-argument', `\`group\` (="${column.name}") names a column of ${column.kind} values; groups are told by texts or numbers.`);
}

/** For each row the number of its group; one of its own where it has none. */
function numbered(keys: Keys): Int32Array {
  const seen = new Map<string | number, number>();
  let count = 0;
  return Int32Array.from(keys, (key) => {
    if (key === null) return count++;
    const known = seen.get(key);
    if (known !== undefined) return known;
    seen.set(key, count);
    return count++;
  });
}

function timesOf(column: Column): Float64Array {
  if (column.kind === 'number' || column.kind === 'date') return column.values;
  return fail(
    'invalid-argument',
    `\`timeColumn\` (="${column.name}") names a column that holds no dates or numbers; dates are written 2024-05-31 or 2024-05-31T12:00:00.`,
  );
}

/** @throws GraftError `invalid-data` where there are such pictures and none, or not so many, are to be passed over. */
function allowDamage(name: string, damaged: readonly DamagedPhoto[], of: number, { onDamaged, maxDamaged }: DataOptions): void {
  const [first] = damaged;
  if (!first) return;
  const { name: photo, reason } = first;
  const lost = damaged.length;
  if (onDamaged === 'fail')
    fail('invalid-data', `"${photo}" cannot be read: ${reason}. Repair it, or pass over such files with \`onDamaged: 'skip'\`.`);
  if (lost > maxDamaged * of)
    fail(
      'invalid-data',
      `${lost} of ${of} pictures of "${name}" cannot be read, more than \`maxDamaged\` (=${maxDamaged}) allows; the first is "${photo}": ${reason}.`,
    );
}
