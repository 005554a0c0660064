// A row of opened data as people see it: its picture made small, its text, or its cells in words. Called by the sections of a report that show examples.
import { pictureName, picturesOf, smallJpeg } from '../data/images/picture.ts';
import type { Data } from '../data/open/data.ts';
import type { Column } from '../data/table/column.ts';
import type { ShownExample } from '../report/cards.ts';
import { formatAmount } from '../report/format.ts';

/** Examples shown of what went wrong. */
export const MOST_SHOWN = 24;
/** Pixels of a picture's longer side. */
export const PICTURE = 112;

/** @throws GraftError (rejects) `invalid-data` when a picture cannot be read. */
export function shownRow(data: Pick<Data, 'inputs' | 'name'>): (row: number) => Promise<ShownExample> {
  const { inputs } = data;
  const picture = inputs.kind === 'image' || inputs.kind === 'image-array' ? picturesOf(inputs, data.name) : undefined;
  return async (row) => ({
    name: pictureName(inputs, row),
    ...(picture ? { picture: await smallJpeg(await picture(row), PICTURE) } : { text: inWords(data, row) }),
  });
}

/** What a row is said to be: its class, its labels, or its amounts. */
export function labelInWords({ task, labels }: Data, row: number): string {
  if (labels instanceof Int32Array) return task.kind === 'classification' ? (task.classes[labels[row] as number] as string) : '';
  const width = labels.dims[1] as number;
  const own = Array.from({ length: width }, (_, c) => Number(labels.data[row * width + c]));
  if (task.kind === 'regression') return task.targets.map((name, c) => `${name} ${formatAmount(own[c] as number)}`).join(', ');
  return task.classes.filter((_, c) => own[c] === 1).join(', ') || 'none of the labels';
}

/** A row of texts or of a table for people. */
function inWords({ inputs }: Pick<Data, 'inputs'>, row: number): string {
  if (inputs.kind === 'text') return inputs.texts.map(({ values }) => values.at(row) ?? '').join('\n');
  const columns = inputs.kind === 'table' ? inputs.columns.map(({ column }) => column) : [];
  return columns.map((column) => `${column.name}: ${cell(column, row)}`).join(', ') || `row ${row + 1}`;
}

function cell(column: Column, row: number): string {
  if (column.kind === 'string') return column.values.at(row) ?? 'missing';
  if (column.kind !== 'number' && column.kind !== 'date') return column.kind;
  const value = column.values[row] as number;
  if (Number.isNaN(value)) return 'missing';
  if (column.kind === 'date') return new Date(value).toISOString().replace(/T00:00:00\.000Z$/, '');
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));
}
