// Which columns are what: the label and the inputs of a table. Called by `openData`.
import { fail } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import { type ArrayColumn, type Column, type PhotoColumn, type SparseColumn, type StringColumn, takeColumn } from '../table/column.ts';
import type { Table } from '../table/table.ts';
import { isMostlyDifferent, type Use, useOf } from './kinds.ts';

/** The number that stands for white. */
export type White = 1 | 255;

/** What a model reads of each example. */
export type Inputs =
  | { readonly kind: 'image'; readonly photos: PhotoColumn }
  /** Pictures as arrays: `[H, W]` or `[C, H, W]` numbers. */
  | { readonly kind: 'image-array'; readonly images: ArrayColumn; readonly white: White }
  /** One text, or two that belong together. */
  | { readonly kind: 'text'; readonly texts: readonly StringColumn[] }
  | { readonly kind: 'sparse'; readonly features: SparseColumn }
  /** Columns of any kind but photos; texts among them too. */
  | { readonly kind: 'table'; readonly columns: readonly { readonly column: Column; readonly use: Use }[] };

/** What was asked for, by names of columns. */
export interface AskedRoles {
  readonly label: readonly string[];
  /** Columns that hold the labels where none is asked for, if all of them are there: those that a model learnt from. */
  readonly usual?: readonly string[] | undefined;
  readonly text: readonly string[];
  readonly image: string;
  readonly ignore: readonly string[];
  /** Whether a model reads them that knows its columns: one row says as much as many. */
  readonly known?: boolean | undefined;
  /** In pictures as arrays, where it is known. */
  readonly white?: White | undefined;
  /** What columns are used as, where people say it. */
  readonly uses?: ReadonlyMap<string, Use> | undefined;
  /** Columns that divide the data and are no inputs: of groups, of time. */
  readonly besides: readonly string[];
}

/** What columns turned out to be. */
export interface Roles {
  readonly labels: readonly Column[];
  readonly inputs: Inputs;
  /** In words, for people: what was chosen and what was left out. */
  readonly notes: readonly string[];
  /** Columns that may say more than it looks, in words. */
  readonly leftOut: readonly string[];
}

/** Names of columns that hold labels, the surest first. */
const LABEL_NAMES = ['label', 'labels', 'class', 'classes', 'target', 'y', 'category', 'sentiment', 'output'];

/**
 * @param labelled whether a label is needed; data to predict on has none.
 * @throws GraftError `invalid-argument` for a column that is not there, or where the label must be named.
 */
export function rolesIn(table: Table, asked: AskedRoles, labelled: boolean): Roles {
  const [notes, leftOut]: [string[], string[]] = [[], []];
  const named = (name: string, role: string) => columnOf(table, name, role);
  const labels = asked.label.length > 0 ? asked.label.map((name) => named(name, 'label')) : guessedLabel(table, asked.usual ?? [], labelled, notes);
  const taken = new Set([...labels.map(({ name }) => name), ...asked.besides, ...asked.ignore.map((name) => named(name, 'ignore').name)]);
  const rest = table.columns.filter(({ name }) => !taken.has(name));
  const inputs = inputsOf(rest, asked, table, labelled && asked.known !== true, { notes, leftOut });
  return { labels, inputs, notes, leftOut };
}

/** @throws GraftError `invalid-argument` naming the columns that there are. */
export function columnOf(table: Table, name: string, role: string): Column {
  const column = table.columns.find((one) => one.name === name) ?? table.columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const names = table.columns.map((one) => one.name);
  return (
    column ?? fail('invalid-argument', `\`${role}\` (="${name}") names no column of "${table.name}"; ${suggest(name, names)}${undivided(table)}`)
  );
}

/** What may stand between fields, in the words of the format's option. */
const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;

/** Where all became one column whose name looks like several. */
function undivided({ columns }: Table): string {
  const [only] = columns;
  const [found] = columns.length === 1 ? Object.entries(DELIMITERS).filter(([, mark]) => only?.name.includes(mark)) : [];
  return found
    ? ` Not all lines have as many fields, so none were told apart; the format's option delimiter=${found[0]} divides them, and names the lines that do not fit.`
    : '';
}

function guessedLabel(table: Table, usual: readonly string[], labelled: boolean, notes: string[]): Column[] {
  const learnt = usual.flatMap((name) => table.columns.find((column) => column.name === name) ?? []);
  if (learnt.length > 0 && learnt.length === usual.length) return learnt;
  const own = table.label === undefined ? undefined : table.columns.find(({ name }) => name === table.label);
  const known = LABEL_NAMES.map((name) => table.columns.find((column) => column.name.toLowerCase() === name)).find((column) => column !== undefined);
  const found = own ?? known ?? beside(table);
  if (found) {
    if (!own) notes.push(`Column "${found.name}" is taken for the label.`);
    return [found];
  }
  if (!labelled) return [];
  if (table.columns.every(({ kind }) => kind === 'photo'))
    return fail(
      'invalid-argument',
      `The pictures of "${table.name}" have no labels: put those of each class into a folder of its own, or beside them a table labels.csv with the columns file and label.`,
    );
  if (table.columns.every(({ kind }) => kind === 'array'))
    return fail(
      'invalid-argument',
      `"${table.name}" holds arrays without labels: save them with their labels as one file, by \`np.savez("data.npz", X=X, y=y)\`.`,
    );
  const list = table.columns.slice(0, 12).map((column) => `${column.name} (${useOf(column)})`);
  return fail(
    'invalid-argument',
    `Which column of "${table.name}" is the label cannot be told; name it by \`label\`. Columns: ${list.join(', ')}${table.columns.length > 12 ? ` and ${table.columns.length - 12} more` : ''}.${undivided(table)}`,
  );
}

/** Of two columns, one of texts, pictures or arrays, the other. */
function beside({ columns }: Table): Column | undefined {
  if (columns.length !== 2) return undefined;
  const uses = columns.map(useOf);
  const input = uses.findIndex((use) => use === 'text' || use === 'photo' || use === 'array' || use === 'sparse');
  const other = uses[1 - input];
  return input >= 0 && (other === 'category' || other === 'number' || other === 'list') ? columns[1 - input] : undefined;
}

function inputsOf(
  rest: readonly Column[],
  asked: AskedRoles,
  table: Table,
  learnt: boolean,
  { notes, leftOut }: { readonly notes: string[]; readonly leftOut: string[] },
): Inputs {
  if (asked.image !== '') return { kind: 'image', photos: photosIn(columnOf(table, asked.image, 'image')) };
  if (asked.text.length > 2) fail('invalid-argument', `\`text\` names ${asked.text.length} columns; give one, or two for pairs.`);
  if (asked.text.length > 0) {
    const texts = asked.text.map((name) => {
      const column = columnOf(table, name, 'text');
      return column.kind === 'string'
        ? column
        : fail('invalid-argument', `\`text\` (="${name}") names a column of ${column.kind} values, not of texts.`);
    });
    return { kind: 'text', texts };
  }
  if (rest.length === 0) fail('invalid-data', `"${table.name}" has no column besides the label; a model needs something to go by.`);
  const photo = rest.find((column): column is PhotoColumn => column.kind === 'photo');
  if (photo) return { kind: 'image', photos: photo };
  const learntFrom = trainRows(table);
  const seen = (column: Column) => (learntFrom ? takeColumn(column, learntFrom) : column);
  const used = rest.map((column) => ({ column, use: asked.uses?.get(column.name) ?? useOf(seen(column)) }));
  const images = used.find(({ column }) => column.kind === 'array' && isPicture(column.dims))?.column;
  if (images?.kind === 'array' && rest.length === 1) return { kind: 'image-array', images, white: asked.white ?? whiteIn(images) };
  const [sole] = rest;
  // What else could be learnt from?
  if (rest.length === 1 && sole?.kind === 'string' && !asked.uses?.has(sole.name) && isMostlyDifferent(seen(sole) as StringColumn))
    return { kind: 'text', texts: [sole] };
  const useful = used.filter(({ use }) => use !== 'identifier' && use !== 'constant');
  // Too little to tell what columns are for: whatever reads them knows that.
  if (useful.length === 0 && !learnt) return { kind: 'table', columns: used };
  for (const { column, use } of used) {
    // Numbers that count the rows are called so; what else looks like it may be something that was not read as what it is.
    if (use === 'identifier') {
      const what = `Column "${column.name}" only tells rows apart and is left out`;
      if (column.kind === 'number') notes.push(`${what}.`);
      else leftOut.push(`${what}; where it says more, say what it is: \`types: '${column.name}=category'\`.`);
    }
    if (use === 'constant') notes.push(`Column "${column.name}" has the same value everywhere, or none, and is left out.`);
  }
  if (useful.length === 0) fail('invalid-data', `No column of "${table.name}" besides the label says anything: ${[...notes, ...leftOut].join(' ')}`);
  const [only] = useful;
  if (useful.length === 1 && only?.column.kind === 'sparse') return { kind: 'sparse', features: only.column };
  if (useful.length === 1 && only?.use === 'text') return { kind: 'text', texts: [only.column as StringColumn] };
  return { kind: 'table', columns: useful };
}

/** Where files were given for several parts, those to learn from: numbers that begin anew in each file tell rows apart too. */
function trainRows({ parts }: Table): Int32Array | undefined {
  const rows = parts && Int32Array.from(parts.keys()).filter((row) => parts[row] === 'train');
  return rows && rows.length > 0 ? rows : undefined;
}

/** All rows are alike in it: numbers above 1 are levels up to 255. */
function whiteIn({ values }: ArrayColumn): White {
  return values.some((value) => value > 1) ? 255 : 1;
}

/** `[H, W]`, `[C, H, W]` or `[H, W, C]`. */
function isPicture(dims: readonly number[]): boolean {
  return (
    (dims.length === 2 || (dims.length === 3 && [1, 3].some((channels) => dims[0] === channels || dims[2] === channels))) &&
    Math.min(...dims.slice(-2)) > 0
  );
}

/** The rows `rows` of the inputs, in that order. */
export function takeInputs(inputs: Inputs, rows: Int32Array): Inputs {
  const taken = <C extends Column>(column: C) => takeColumn(column, rows) as C;
  switch (inputs.kind) {
    case 'image':
      return { kind: 'image', photos: taken(inputs.photos) };
    case 'image-array':
      return { ...inputs, images: taken(inputs.images) };
    case 'text':
      return { kind: 'text', texts: inputs.texts.map(taken) };
    case 'sparse':
      return { kind: 'sparse', features: taken(inputs.features) };
    case 'table':
      return { kind: 'table', columns: inputs.columns.map(({ column, use }) => ({ column: taken(column), use })) };
  }
}

function photosIn(column: Column): PhotoColumn {
  if (column.kind === 'photo') return column;
  return fail('invalid-argument', `Column "${column.name}" holds ${column.kind} values, not paths of pictures.`);
}
