// `graft data`: a path comes in, what is in the data leaves, as text or as data.
import { type Data, formatAmount, formatCount, openData, textTable } from 'graft-ml';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { dataOptionsIn, type Flags, formatOptionsIn } from './data-given.ts';

/** Opens the data and prints what was found. */
export async function describeData(path: string, flags: Flags, context: Context): Promise<number> {
  const data = await opened(path, flags, context);
  const { train, validation, test } = data.parts;
  const { task, findings, format } = data;
  const counts = countsOf(data);
  context.result(
    {
      name: data.name,
      format,
      task,
      examples: data.table.length,
      parts: { train: train.length, validation: validation.length, test: test.length },
      inputs: data.inputs.kind,
      columns: data.table.columns.map(({ name, kind }) => ({ name, kind })),
      classes: counts,
      facts: data.table.facts,
      findings,
    },
    dataText(data, counts, context.worded),
  );
  return EXIT.ok;
}

/** Data opened with progress shown. */
export async function opened(path: string, flags: Flags, context: Context): Promise<Data> {
  const counter = context.count('reading', 'rows');
  try {
    return await openData(path, dataOptionsIn(flags), {
      formatOptions: formatOptionsIn(flags),
      signal: context.signal(),
      progress: ({ done, of }) => counter.at(done, of),
    });
  } finally {
    counter.end();
  }
}

interface ClassCount {
  readonly name: string;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

function countsOf({ task, labels, parts }: Data): ClassCount[] | undefined {
  if (task.kind !== 'classification' || !(labels instanceof Int32Array)) return undefined;
  const count = (rows: Int32Array, c: number) => rows.reduce((sum, row) => sum + (labels[row] === c ? 1 : 0), 0);
  return task.classes.map((name, c) => ({ name, train: count(parts.train, c), validation: count(parts.validation, c), test: count(parts.test, c) }));
}

/** Classes listed. */
const MOST_LISTED = 30;

/** Columns shown. */
const MOST_COLUMNS = 30;
/** Rows in which different values are counted. */
const MOST_COUNTED = 100_000;

/** Each column's kind, missing values, what it ranges over and an example. */
function columnTable({ table: { columns }, inputs, labelColumns }: Data): string {
  const uses = new Map(inputs.kind === 'table' ? inputs.columns.map(({ column, use }) => [column.name, use]) : []);
  const rows = columns.slice(0, MOST_COLUMNS).map((column) => {
    const { name, kind, length } = column;
    if (kind === 'number' || kind === 'date') {
      const present = column.values.filter((value) => !Number.isNaN(value));
      const shown = (value: number | undefined) =>
        value === undefined ? '' : kind === 'date' ? new Date(value).toISOString().slice(0, 10) : formatAmount(value);
      const [least, most] = present.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
      const range = present.length > 0 ? `${shown(least)} to ${shown(most)}` : '';
      return [name, kind, length - present.length, range, shown(present[0])];
    }
    if (kind !== 'string') return [name, kind, 0, '', ''];
    const texts = Array.from({ length: Math.min(length, MOST_COUNTED) }, (_, i) => column.values.at(i));
    const present = texts.filter((text) => text !== null);
    const different = new Set(present).size;
    return [
      name,
      uses.get(name) ?? (labelColumns?.includes(name) ? 'label' : 'text'),
      texts.length - present.length,
      `${formatCount(different)} different`,
      (present[0] ?? '').slice(0, 30),
    ];
  });
  const head = [{ label: 'column' }, { label: 'kind' }, { label: 'missing', format: 'count' as const }, { label: 'values' }, { label: 'example' }];
  const more = columns.length > MOST_COLUMNS ? `\nand ${columns.length - MOST_COLUMNS} more` : '';
  return textTable(head, rows) + more;
}

function dataText(data: Data, counts: readonly ClassCount[] | undefined, worded: (text: string) => string): string {
  const { name, format, table, inputs, parts, task, findings } = data;
  const what = task.kind === 'regression' ? `targets ${task.targets.join(', ')}` : `${task.classes.length} classes`;
  const lines = [
    `${name}: ${formatCount(table.length)} examples (${format}), ${inputs.kind}; ${task.kind}, ${what}`,
    `${formatCount(parts.train.length)} to learn from, ${formatCount(parts.validation.length)} to choose by, ${formatCount(parts.test.length)} for the test`,
    ...Object.entries(table.facts).map(([fact, value]) => `  ${fact}: ${value}`),
  ];
  const columns = [{ label: 'class' }, ...['train', 'validation', 'test'].map((label) => ({ label, format: 'count' as const }))];
  const rows = counts?.slice(0, MOST_LISTED).map((one) => [one.name, one.train, one.validation, one.test]);
  if (rows) lines.push('', textTable(columns, rows));
  if (counts && counts.length > MOST_LISTED) lines.push(`and ${counts.length - MOST_LISTED} more`);
  if (inputs.kind === 'table' || table.columns.length > 2) lines.push('', columnTable(data));
  if (findings.length > 0) lines.push('', ...findings.map(({ level, text }) => `${level === 'warning' ? '! ' : '  '}${worded(text)}`));
  return lines.join('\n');
}
