// A file with labels of a few target rows -> these rows and their labels. Called by `adapt`, when the target has been opened.
import { basename, resolve } from 'node:path';
import { fail } from '../../core/errors.ts';
import { readTable } from '../../data/open/read-table.ts';
import { namesIn } from '../../data/open/task.ts';
import type { Column } from '../../data/table/column.ts';
import { rowName } from '../../data/table/table.ts';
import type { TargetLabel } from '../../plan/adapt/target-labels.ts';
import type { DomainData } from '../../plan/adapt/view.ts';

/**
 * A table of two columns: which row, and its label. Where there are more, the label is in that called `label` or as the data's own, else in the second; the row
 * is in the first. That is a column of the target's own (an id, the text) where it is called so; else the picture's file, the row's number from 1 on, or the text.
 * `predictions.csv` with other labels is such a file. Rows without a label are passed over.
 * @param label column of the data's own labels, by name.
 * @throws GraftError `invalid-data` where no row is labelled, a row is not found, or its name is that of several; and as `readTable` does.
 */
export async function readTargetLabels(path: string, target: DomainData, label: string, signal?: AbortSignal | undefined): Promise<TargetLabel[]> {
  const name = basename(resolve(path));
  const { table } = await readTable(name, [{ path }], {
    format: 'auto',
    formatOptions: {},
    onDamaged: 'fail',
    maxDamaged: 0,
    // Nothing in it is taken for pictures.
    columns: { image: '', texts: [name], others: [] },
    signal,
  });
  const [key, second] = table.columns;
  if (!key || !second)
    return fail('invalid-data', `"${name}" has ${table.columns.length} column; give two, the row or file of the target and its label.`);
  const own = ['label', label].filter((one) => one !== '').map((one) => table.columns.slice(1).find((column) => column.name === one));
  const [labelOf, keyOf] = [namesIn(own.find((column) => column !== undefined) ?? second), namesIn(key)];
  const rowsOf = finder(target, key.name);
  const found = Array.from({ length: table.length }, (_, i) => i).flatMap((i): TargetLabel[] => {
    const [wanted, known] = [keyOf(i), labelOf(i)];
    if (known === undefined) return [];
    const place = `"${name}", ${rowName(table, i)}`;
    if (wanted === undefined) return fail('invalid-data', `${place} does not say which row of "${target.name}" has the label "${known}".`);
    const [row, other] = rowsOf(wanted);
    if (row === undefined)
      return fail(
        'invalid-data',
        `${place}: there is no "${wanted}" in "${target.name}"; rows are told by a column of its own, the file, or their number from 1 on.`,
      );
    if (other !== undefined)
      return fail(
        'invalid-data',
        `${place}: "${wanted}" is ${rowName(target.table, row)} and ${rowName(target.table, other)} of "${target.name}"; tell which by its number, or by more of the path.`,
      );
    return [{ row, label: known }];
  });
  return found.length > 0 ? found : fail('invalid-data', `"${name}" labels no row; give a label of one row or more, or leave it out.`);
}

/** Finds rows by what they are called. @param key the name of the column that tells them. */
function finder({ table, inputs }: DomainData, key: string): (wanted: string) => readonly number[] {
  const column = table.columns.find((one) => one.name === key && (one.kind === 'string' || one.kind === 'number'));
  if (column) return byValue([column]);
  const named = new Map(Array.from({ length: table.length }, (_, row) => [rowName(table, row), row]));
  const texts = byValue(inputs.kind === 'text' ? inputs.texts : []);
  return (wanted) => {
    if (inputs.kind === 'image') {
      const names = inputs.photos.values;
      return [...names.keys()].filter((row) => names[row]?.name === wanted || names[row]?.name.replaceAll('\\', '/').endsWith(`/${wanted}`));
    }
    const number = /^(?:row )?0*(\d+)$/.exec(wanted)?.[1];
    const row = named.get(number === undefined ? wanted : `row ${number}`);
    if (row !== undefined) return [row];
    return number === undefined ? texts(wanted) : [];
  };
}

function byValue(columns: readonly Column[]): (wanted: string) => readonly number[] {
  const found = new Map<string, number[]>();
  for (const column of columns) {
    const nameOf = namesIn(column);
    for (let row = 0; row < column.length; row++) {
      const name = nameOf(row);
      if (name === undefined) continue;
      const same = found.get(name);
      if (same) same.push(row);
      else found.set(name, [row]);
    }
  }
  return (wanted) => found.get(wanted) ?? [];
}
