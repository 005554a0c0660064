// `graft data`: a path comes in, what is in the data leaves, as text or as data.
import { type Data, formatCount, openData, textTable } from 'graft-ml';
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
    dataText(data, counts),
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

function dataText({ name, format, table, inputs, parts, task, findings }: Data, counts: readonly ClassCount[] | undefined): string {
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
  if (findings.length > 0) lines.push('', ...findings.map(({ level, text }) => `${level === 'warning' ? '! ' : '  '}${text}`));
  return lines.join('\n');
}
