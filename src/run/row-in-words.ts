// A row of texts or of a table for people. Called by reports.
import type { Data } from '../data/open/data.ts';

/** Its text, or its cells with their names. */
export function rowInWords({ inputs }: Pick<Data, 'inputs'>, row: number): string {
  const columns = inputs.kind === 'text' ? inputs.texts : inputs.kind === 'table' ? inputs.columns.map(({ column }) => column) : [];
  const cells = columns.map((column) => {
    const value = column.kind === 'string' ? column.values.at(row) : column.kind === 'number' ? column.values[row] : column.kind;
    return inputs.kind === 'text' ? (value ?? '') : `${column.name}: ${value ?? 'missing'}`;
  });
  return cells.join(inputs.kind === 'text' ? '\n' : ', ') || `row ${row + 1}`;
}
