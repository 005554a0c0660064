// A path -> data ready to learn from: format, label, inputs and task found out or given, copies looked for, rows divided into parts. Called by users and the CLI.
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fail } from '../../core/errors.ts';
import { type GivenOptions, resolveOptions } from '../../core/options.ts';
import { classCounts } from '../../score/label-balance.ts';
import { type DamagedPhoto, photoDuplicates } from '../duplicates/duplicate-photos.ts';
import { rowDuplicates } from '../duplicates/duplicate-rows.ts';
import { textDuplicates } from '../duplicates/duplicate-texts.ts';
import { type Duplicates, duplicatesBuilder, labelConflicts } from '../duplicates/duplicates.ts';
import type { Pixels } from '../images/decode.ts';
import { picturesOf } from '../images/picture.ts';
import { type Labels, takeLabels } from '../labels.ts';
import { isPicture } from '../pictures/names.ts';
import { splitRows } from '../splits/split-rows.ts';
import type { Keys } from '../splits/units.ts';
import type { Column, PlainKind, StringColumn } from '../table/column.ts';
import type { Strings } from '../table/strings.ts';
import { type Table, takeTable } from '../table/table.ts';
import type { Data, Finding, Unlabelled } from './data.ts';
import { type DataOptions, dataOptions } from './options.ts';
import { type Damage, type Place, readTable } from './read-table.ts';
import { type AskedRoles, columnOf, type Inputs, rolesIn, type White } from './roles.ts';
import { type Labelled, labelled } from './task.ts';

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

/** Fewer rows to learn from, or to choose by, than this are told of. */
const FEW = 20;
/** Words of texts beside other columns, from which on rows with the same ones are copies. */
const LEAST_WORDS = 8;
/** What counts as a copy, by what is compared. */
const SOUGHT = {
  files: 'the same files',
  pictures:
    'the same pictures, in another size or quality, mirrored, or cropped or framed by up to a tenth at each edge; not turned, cut further or drawn over',
  texts: 'the same words, most of them in long texts, or a few more in front or behind; not the same said in other words',
  characters: 'the same characters',
  rows: 'the same values in all columns',
};
/** Pixels along each side of pictures in arrays, from which on near copies are looked for. */
const LEAST_SIDE = 32;

/**
 * Opens labelled data: a folder of class subfolders, an archive of one, a table in any of the formats.
 * @param path of the file or folder; what `validation` and `test` name is added as those parts.
 * @throws GraftError `invalid-argument` where the label must be named, or a column is not there; `invalid-data` and `io` as the formats say.
 */
export async function openData(path: string, given: GivenOptions<typeof dataOptions> = {}, context: OpenContext = {}): Promise<Data> {
  const options = resolveOptions(dataOptions, given, 'openData');
  const name = basename(resolve(path));
  const places: Place[] = [
    { path, ...((options.validation !== '' || options.test !== '') && { part: 'train' as const }) },
    ...(options.validation === '' ? [] : [{ path: options.validation, part: 'validation' as const }]),
    ...(options.test === '' ? [] : [{ path: options.test, part: 'test' as const }]),
  ];
  const read = await readTable(name, places, { ...readingOf(options), label: options.label, ...contextOf(context) });
  const { table: whole, format, damaged, notes } = read;
  const asked = askedIn(options, context);
  const roles = rolesIn(whole, asked, true);
  const found = labelled(roles.labels, options.task, options.labelSeparator);
  const { task, rows, labels } = found;
  const table = rows.length === whole.length ? whole : takeTable(whole, rows);
  const { inputs } = rows.length === whole.length ? roles : rolesIn(table, { ...asked, label: roles.labels.map((column) => column.name) }, true);
  const { duplicates, sought, damagedPhotos } = await copiesIn(inputs, options, context);
  const learnt = await context.learnt?.({ name, inputs, table });
  const split = splitRows({
    length: table.length,
    ...(labels instanceof Int32Array ? { labels } : labels.dims[1] === 1 ? { labels: Float64Array.from(labels.data as Float32Array) } : {}),
    ...(task.kind === 'classification' && { classes: task.classes }),
    ...(options.group !== '' && { groups: keysOf(columnOf(table, options.group, 'group')) }),
    ...(options.timeColumn !== '' && { time: timesOf(columnOf(table, options.timeColumn, 'timeColumn')) }),
    ...(table.parts && { given: table.parts }),
    ...(duplicates && { duplicates }),
    ...(learnt && { learnt }),
    seed: options.seed,
  });
  const unreadable = new Set(damagedPhotos.map(({ index }) => index));
  allowDamage(name, damagedPhotos, table.length, options);
  const parts = {
    train: split.train.filter((row) => !unreadable.has(row)),
    validation: split.validation.filter((row) => !unreadable.has(row)),
    test: split.test.filter((row) => !unreadable.has(row)),
  };
  if (parts.train.length === 0 || parts.validation.length === 0)
    fail('invalid-data', `"${name}" has too few examples to learn from and to choose by: ${table.length} in all; give more.`);
  const findings = [
    ...roles.notes.map(info),
    ...notes.map(warning),
    ...columnFindings(whole),
    ...damageFindings(damaged),
    ...photoFindings(damagedPhotos),
    ...(rows.length < whole.length ? [warning(`${whole.length - rows.length} of ${whole.length} rows have no label and are left out.`)] : []),
    ...copyFindings(duplicates, sought, labels),
    ...split.facts.map(info),
    ...split.warnings.map(warning),
    ...labelFindings(found),
    ...balanceFindings(found, parts),
  ];
  const labelColumns = roles.labels.map((column) => column.name);
  const { labelSeparator } = options;
  return { name, path, format, table, inputs, task, labels, labelColumns, ...(labelSeparator !== '' && { labelSeparator }), parts, findings };
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
  const { table, damaged, notes } = await readTable(
    name,
    paths.map((path) => ({ path })),
    { ...readingOf(options), ...contextOf(context) },
  );
  const asked = askedIn(options, context);
  const label = asked.label.filter((column) => table.columns.some((one) => one.name === column));
  const roles = rolesIn(table, { ...asked, label }, false);
  const findings = [...roles.notes.map(info), ...notes.map(warning), ...columnFindings(table), ...damageFindings(damaged)];
  return readable({ name, table, inputs: roles.inputs, findings }, options, context);
}

/**
 * Opens labelled data whole, to measure a model on it.
 * @throws GraftError as {@link openData} does.
 */
export async function openLabelled(
  path: string,
  given: GivenOptions<typeof dataOptions> = {},
  context: OpenContext = {},
): Promise<Unlabelled & Labelled> {
  const options = resolveOptions(dataOptions, given, 'evaluate');
  const name = basename(resolve(path));
  const read = await readTable(name, [{ path }], { ...readingOf(options), label: options.label, ...contextOf(context) });
  const { table: all, damaged } = read;
  const asked = askedIn(options, context);
  const first = rolesIn(all, asked, true);
  const found = labelled(first.labels, options.task, options.labelSeparator, 1);
  const table = found.rows.length === all.length ? all : takeTable(all, found.rows);
  const { inputs, notes } = rolesIn(table, { ...asked, label: first.labels.map((column) => column.name) }, true);
  const findings = [...notes.map(info), ...read.notes.map(warning), ...columnFindings(all), ...damageFindings(damaged)];
  return readable({ ...found, name, table, inputs, findings }, options, context);
}

/** Without the examples whose pictures cannot be read, where such are passed over; otherwise as it is, and whoever reads the picture refuses it. */
async function readable<T extends Unlabelled & Partial<Labelled>>(data: T, options: DataOptions, { signal }: OpenContext): Promise<T> {
  const { name, table, inputs, rows, labels, findings } = data;
  if (options.onDamaged === 'fail' || inputs.kind !== 'image') return data;
  const { damaged } = await photoDuplicates(inputs.photos.values, { signal });
  if (damaged.length === 0) return data;
  allowDamage(name, damaged, table.length, options);
  const unreadable = new Set(damaged.map(({ index }) => index));
  const kept = Int32Array.from(Array(table.length).keys()).filter((row) => !unreadable.has(row));
  const left = takeTable(table, kept);
  const photos = left.columns[table.columns.indexOf(inputs.photos)];
  return {
    ...data,
    table: left,
    inputs: { ...inputs, photos },
    ...(rows && { rows: rows.filter((_, i) => !unreadable.has(i)) }),
    ...(labels && { labels: takeLabels(labels, kept) }),
    findings: [...findings, ...photoFindings(damaged)],
  };
}

/** Files that each are a picture. */
function pictures(name: string, paths: readonly string[]): Unlabelled {
  const column = { name: 'photo', length: paths.length, kind: 'photo', values: paths.map((path) => ({ name: path, source: path })) } as const;
  return { name, table: { name, length: paths.length, columns: [column], facts: {} }, inputs: { kind: 'image', photos: column }, findings: [] };
}

const info = (text: string): Finding => ({ level: 'info', text });
const warning = (text: string): Finding => ({ level: 'warning', text });

const listOf = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function readingOf({ format, onDamaged, maxDamaged, image, text, label, ignore, group, timeColumn }: DataOptions) {
  const others = [...listOf(label), ...listOf(ignore), group, timeColumn].filter((name) => name !== '');
  return { format, onDamaged, maxDamaged, columns: { image, texts: listOf(text), others } };
}

function contextOf({ formatOptions = {}, readAs, signal, progress }: OpenContext) {
  return {
    formatOptions,
    kinds: readAs?.kinds,
    signal,
    progress: ({ rows, of }: { rows: number; of?: number | undefined }) => progress?.({ what: 'reading', done: rows, of }),
  };
}

function askedIn({ label, text, image, ignore, group, timeColumn }: DataOptions, { label: usual, known, readAs }: OpenContext): AskedRoles {
  const besides = [group, timeColumn].filter((name) => name !== '');
  return { label: listOf(label), usual, known, white: readAs?.white, text: listOf(text), image, ignore: listOf(ignore), besides };
}

function keysOf(column: Column): Keys {
  if (column.kind === 'number' || column.kind === 'date') return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
  if (column.kind === 'string') return Array.from({ length: column.length }, (_, i) => column.values.at(i));
  return fail('invalid-argument', `\`group\` (="${column.name}") names a column of ${column.kind} values; groups are told by texts or numbers.`);
}

function timesOf(column: Column): Float64Array {
  if (column.kind === 'number' || column.kind === 'date') return column.values;
  return fail(
    'invalid-argument',
    `\`timeColumn\` (="${column.name}") names a column that holds no dates or numbers; dates are written 2024-05-31 or 2024-05-31T12:00:00.`,
  );
}

interface Copies {
  readonly duplicates: Duplicates | undefined;
  /** What rows count as copies, to be told. */
  readonly sought: string;
  readonly damagedPhotos: readonly DamagedPhoto[];
}

async function copiesIn(inputs: Inputs, { duplicates: wanted, onDamaged }: DataOptions, { signal, progress }: OpenContext): Promise<Copies> {
  const none = { duplicates: undefined, sought: SOUGHT.rows, damagedPhotos: [] };
  const passingOver = inputs.kind === 'image' && onDamaged === 'skip';
  if (wanted === 'off' && !passingOver) return none;
  const watch = { signal, progress: ({ done, of }: { done: number; of: number }) => progress?.({ what: 'comparing', done, of }) };
  if (inputs.kind === 'image') {
    const found = await photoDuplicates(inputs.photos.values, watch);
    if (wanted === 'off') return { ...none, damagedPhotos: found.damaged };
    const exact = wanted === 'exact';
    return { duplicates: exact ? exactly(found) : found, sought: exact ? SOUGHT.files : SOUGHT.pictures, damagedPhotos: found.damaged };
  }
  if (inputs.kind === 'image-array' && wanted === 'near') {
    const at = picturesOf(inputs, 'the data');
    const { height, width } = at(0) as Pixels;
    // Of drawings as small as MNIST's digits, two that were made apart look as alike as copies do.
    if (Math.min(height, width) >= LEAST_SIDE) {
      const list = { length: inputs.images.length, at };
      return { ...none, duplicates: await photoDuplicates(list, watch), sought: SOUGHT.pictures };
    }
  }
  if (inputs.kind === 'text') {
    const [first, second] = inputs.texts;
    if (!first) return none;
    const joined = second ? { length: first.length, at: (i: number) => `${first.values.at(i) ?? ''}\n${second.values.at(i) ?? ''}` } : first.values;
    const found = await textDuplicates(joined, watch);
    const exact = wanted === 'exact';
    return { ...none, duplicates: exact ? exactly(found) : found, sought: exact ? SOUGHT.characters : SOUGHT.texts };
  }
  const columns = inputs.kind === 'table' ? inputs.columns.map(({ column }) => column) : [inputs.kind === 'sparse' ? inputs.features : inputs.images];
  const rows = await rowDuplicates(columns, watch);
  const texts =
    inputs.kind === 'table' ? inputs.columns.flatMap(({ column, use }) => (use === 'text' && column.kind === 'string' ? [column] : [])) : [];
  if (texts.length === 0 || wanted === 'exact') return { ...none, duplicates: rows };
  const sought = `${SOUGHT.rows}, or texts of ${SOUGHT.texts}`;
  return { ...none, duplicates: together(rows, await textDuplicates(longTexts(texts), watch)), sought };
}

/** Of a row's texts those that are long enough to tell: short ones, such as names of things, are the same in many rows that are no copies. */
function longTexts(texts: readonly StringColumn[]): Strings {
  const at = (i: number): string | null => {
    const text = texts.map(({ values }) => values.at(i) ?? '').join('\n');
    return text.split(/\s+/).length < LEAST_WORDS ? null : text;
  };
  return { length: texts[0]?.length ?? 0, at };
}

/** Rows whose texts are copies are near copies, whatever stands beside the texts. */
function together(rows: Duplicates, texts: Duplicates): Duplicates {
  const builder = duplicatesBuilder(rows.groupOf.length);
  for (const [row, first] of rows.contentOf.entries()) {
    builder.same(first, row);
    builder.alike(rows.groupOf[row] as number, row);
    builder.alike(texts.groupOf[row] as number, row);
  }
  return builder.finish([...rows.facts, ...texts.facts]);
}

/** Without what is only alike. */
function exactly({ contentOf, groups, facts }: Duplicates): Duplicates {
  return { contentOf, groupOf: contentOf, groups: groups.filter(({ kind }) => kind === 'exact'), facts };
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

/** Values of columns that were read in one of several ways. */
function columnFindings({ columns }: Table): Finding[] {
  return columns.flatMap((column): Finding[] => {
    const { name, kind } = column;
    if (kind === 'number' && column.infinite !== undefined)
      return [
        warning(
          `Column "${name}" holds ${column.infinite === 1 ? '1 infinite value, which counts' : `${column.infinite} infinite values, which count`} as missing.`,
        ),
      ];
    if (kind !== 'date' || column.order === undefined) return [];
    if (column.guessedFrom === undefined) return [info(`Column "${name}" holds dates with the ${column.order}.`)];
    return [
      warning(
        `Column "${name}" holds dates such as "${column.guessedFrom}", in all of which day and month may be either; the ${column.order.replace(' first', '')} was taken to come first. Write them as 2020-12-31 to be sure.`,
      ),
    ];
  });
}

function photoFindings(damaged: readonly DamagedPhoto[]): Finding[] {
  return damaged.map(({ name, reason }) => warning(`"${name}" cannot be read and is left out: ${reason}.`));
}

function damageFindings(damaged: readonly Damage[]): Finding[] {
  return damaged.slice(0, 10).map(({ file, place, what }) => warning(`${file}, ${place} ${what}; left out.`));
}

function copyFindings(duplicates: Duplicates | undefined, sought: string, labels: Labels): Finding[] {
  if (!duplicates) return [];
  const copies = duplicates.groups.reduce((sum, { indices }) => sum + indices.length - 1, 0);
  const conflicts = labels instanceof Int32Array ? labelConflicts(duplicates, labels) : [];
  const found = copies === 1 ? '1 example is a copy of another' : `${copies} examples are copies of others`;
  return [
    ...duplicates.facts.map(info),
    ...(copies > 0 ? [warning(`${found}, and none of these lies in two parts. Looked for: ${sought}.`)] : []),
    ...(copies === 0 && duplicates.facts.length === 0 ? [info(`No copies were found. Looked for: ${sought}.`)] : []),
    ...(conflicts.length > 0
      ? [
          warning(
            `${conflicts.length === 1 ? '1 group of copies has' : `${conflicts.length} groups of copies have`} different labels; look at rows ${[
              ...(conflicts[0]?.indices ?? []),
            ]
              .slice(0, 5)
              .map((i) => i + 1)
              .join(', ')}.`,
          ),
        ]
      : []),
  ];
}

/** What stands between several labels where people write them into one text. */
const SEPARATORS = ['|', ';'];

function labelFindings({ task, none, rows }: Labelled): Finding[] {
  if (none !== undefined)
    return [
      info(`${none} of ${rows.length} rows have an empty label, which means none of the labels; leave such rows out where theirs are not known.`),
    ];
  if (task.kind !== 'classification') return [];
  const mark = SEPARATORS.find(
    (one) => new Set(task.classes.flatMap((name) => name.split(one).map((part) => part.trim()))).size < task.classes.length,
  );
  const example = mark && task.classes.find((name) => name.includes(mark));
  return example
    ? [warning(`Labels such as "${example}" look like several in one text; if they are, say what stands between them: labelSeparator "${mark}".`)]
    : [];
}

function balanceFindings({ task, labels }: Labelled, { train, validation }: Data['parts']): Finding[] {
  const found: Finding[] = [];
  if (validation.length < FEW)
    found.push(warning(`Only ${validation.length} examples to choose by: the choice, and its numbers, are little more than luck.`));
  if (task.kind !== 'classification') return found;
  const counts = classCounts(takeLabels(labels, train) as Int32Array, task.classes.length);
  const [least, most] = counts.reduce(([low, high], count) => [Math.min(low, count), Math.max(high, count)], [Number.POSITIVE_INFINITY, 0]);
  if (most >= 10 * Math.max(1, least))
    found.push(
      warning(`Class "${task.classes[counts.indexOf(most)]}" has ${most} examples to learn from, "${task.classes[counts.indexOf(least)]}" ${least}.`),
    );
  return found;
}
