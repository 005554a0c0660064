// What was found out about data while it was opened -> sentences for people: columns read in one of several ways, damage, copies, labels, balance. Called by `openData` and
// its kin.
import { evenly } from '../../core/evenly.ts';
import { listed } from '../../core/listed.ts';
import { classCounts } from '../../score/label-balance.ts';
import type { DamagedPhoto } from '../duplicates/duplicate-photos.ts';
import { type Duplicates, labelConflicts } from '../duplicates/duplicates.ts';
import { type Labels, takeLabels } from '../labels.ts';
import { type Column, nearlyOf } from '../table/column.ts';
import { farOutOf, within } from '../table/far-out.ts';
import { rowName, type Table } from '../table/table.ts';
import type { Data, Finding } from './data.ts';
import type { Damage } from './read-table.ts';
import type { Inputs } from './roles.ts';
import type { Labelled } from './task.ts';

/** Fewer rows to learn from, or to choose by, than this are told of. */
const FEW = 20;
/** Worth knowing. */
export const info = (text: string): Finding => ({ level: 'info', text });
/** Worth a look. */
export const warning = (text: string): Finding => ({ level: 'warning', text });

/** Values of columns that were read in one of several ways, or passed over. */
export function columnFindings(table: Table): Finding[] {
  return table.columns.flatMap((column) => [...strayFindings(column, table), ...infiniteFindings(column), ...orderFindings(column)]);
}

function strayFindings(column: Column, table: Table): Finding[] {
  if ((column.kind !== 'number' && column.kind !== 'date') || !column.strays) return [];
  const { name, kind, strays } = column;
  const { count, row, value } = strays;
  const what = `"${value}" in ${rowName(table, row)}${count === 1 ? '' : `, the first of ${count} such values,`} is none and counts as missing`;
  return [
    warning(
      `Column "${name}" holds ${kind}s, but ${what}. Repair ${count === 1 ? 'it' : 'them'}, or say what the column is: \`types: '${name}=category'\`.`,
    ),
  ];
}

/** Columns with numbers far out that are told of one by one. */
const MOST_COLUMNS = 5;

/** Numbers far outside of all others, in columns that are read. */
export function farOutFindings(inputs: Inputs, table: Table): Finding[] {
  if (inputs.kind !== 'table') return [];
  const found = inputs.columns.flatMap(({ column }) => {
    if (column.kind !== 'number') return [];
    const others = farOutOf(column.values)?.others;
    return others ? [{ column, others }] : [];
  });
  const told = found.slice(0, MOST_COLUMNS).map(({ column: { name, values }, others }) => {
    const outside = [...values.keys()].filter((row) => !Number.isNaN(values[row]) && within(values[row] as number, others) !== values[row]);
    const [first] = outside as [number];
    const example = `${values[first]} in ${rowName(table, first)}`;
    const what =
      outside.length === 1
        ? `a value far outside of all others, ${example}`
        : `${outside.length} values far outside of all others, such as ${example}`;
    return warning(
      `Column "${name}" has ${what}; the others are from ${others[0]} to ${others[1]}. A model that learns from such reads them as half a range beyond these; where they stand for missing values, leave them empty.`,
    );
  });
  const more = found.slice(MOST_COLUMNS).map(({ column }) => column.name);
  return more.length > 0 ? [...told, warning(`Such values are in ${more.length} more columns: ${listed(more)}.`)] : told;
}

/** Dates and amounts that are written as nothing here reads them. */
const UNREAD: readonly { readonly like: RegExp; readonly what: string; readonly remedy: string }[] = [
  {
    like: /^\d{1,2}([./-])\d{1,2}\1\d{2}$/,
    what: 'look like dates with years of two digits',
    remedy: 'write them with four, 31.12.2009 or 2009-12-31',
  },
  {
    like: /^(?:[€$£¥]\s*)?[+-]?\d[\d.,' ]*(?:\s*(?:[€$£¥%]|eur|usd|gbp|chf|jpy))?$/i,
    what: 'look like amounts with a sign beside them, or with marks between thousands',
    remedy: 'write bare numbers, 1234.5',
  },
];
/** So many of a column's values look alike. */
const [MOST, LOOKED_AT] = [0.9, 1000];

/** Columns that are taken for categories, texts or names of rows, though most of their values are numbers or dates. @param known names of columns of which it was said what they are. */
export function unreadFindings(table: Table, known: ReadonlySet<string>): Finding[] {
  return table.columns.flatMap((column) => {
    if (column.kind !== 'string' || known.has(column.name)) return [];
    const { name, values } = column;
    const nearly = nearlyOf(column);
    if (nearly) {
      const { kind, share, row, value } = nearly;
      const whole = Math.round(100 * share);
      return [
        warning(
          `Column "${name}" is no column of ${kind}s, though ${whole} % of its values are ${kind}s: "${value}" in ${rowName(table, row)} is none, and so are more. Where such stand for missing, say so: \`types: '${name}=${kind}'\`.`,
        ),
      ];
    }
    const some = Array.from(evenly(column.length, LOOKED_AT), (row) => values.at(row)?.trim() ?? '').filter((value) => value !== '');
    const found = UNREAD.find(({ like }) => some.length >= FEW && some.filter((value) => like.test(value)).length >= MOST * some.length);
    return found ? [warning(`Values of column "${name}" such as "${some[0]}" ${found.what}, and are taken for words: ${found.remedy}.`)] : [];
  });
}

function infiniteFindings(column: Column): Finding[] {
  if (column.kind !== 'number' || column.infinite === undefined) return [];
  const found = column.infinite === 1 ? '1 infinite value, which counts' : `${column.infinite} infinite values, which count`;
  return [warning(`Column "${column.name}" holds ${found} as missing.`)];
}

function orderFindings(column: Column): Finding[] {
  if (column.kind !== 'date' || column.order === undefined) return [];
  const { name, order, guessedFrom } = column;
  if (guessedFrom === undefined) return [info(`Column "${name}" holds dates with the ${order}.`)];
  return [
    warning(
      `Column "${name}" holds dates such as "${guessedFrom}", in all of which day and month may be either; the ${order.replace(' first', '')} was taken to come first. Write them as 2020-12-31 to be sure, or say it: \`types: '${name}=${order === 'day first' ? 'month-first' : 'day-first'}'\`.`,
    ),
  ];
}

export function photoFindings(damaged: readonly DamagedPhoto[]): Finding[] {
  return damaged.map(({ name, reason }) => warning(`"${name}" cannot be read and is left out: ${reason}.`));
}

export function damageFindings(damaged: readonly Damage[]): Finding[] {
  return damaged.slice(0, 10).map(({ file, place, what }) => warning(`${file}, ${place} ${what}; left out.`));
}

/** @param nameOf what people call an example. */
export function copyFindings(duplicates: Duplicates | undefined, sought: string, labels: Labels, nameOf: (row: number) => string): Finding[] {
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
            `${conflicts.length === 1 ? '1 group of copies has' : `${conflicts.length} groups of copies have`} different labels; look at ${[
              ...(conflicts[0]?.indices ?? []),
            ]
              .slice(0, 5)
              .map(nameOf)
              .join(', ')}.`,
          ),
        ]
      : []),
  ];
}

/** What stands between several labels where people write them into one text. */
const SEPARATORS = ['|', ';'];

/** Labels that say that there is none. */
export function absentFindings({ absent }: Pick<Labelled, 'absent'>): Finding[] {
  if (!absent) return [];
  const { count, example } = absent;
  return [
    warning(
      `${count === 1 ? `1 label is "${example}", which counts` : `${count} labels are such as "${example}", which count`} as missing; where it is a class, give it another name.`,
    ),
  ];
}

export function labelFindings({ task, none, rows }: Labelled): Finding[] {
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
    ? [
        warning(
          `Labels such as "${example}" look like several in one text; if they are, say what stands between them: \`labelSeparator: '${mark}'\`.`,
        ),
      ]
    : [];
}

export function balanceFindings({ task, labels }: Labelled, { train, validation }: Data['parts']): Finding[] {
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
