import { expect, it } from 'vitest';
import { columnBuilder } from '../data/table/column.ts';
import { shownRow } from './shown-row.ts';

it('a row of a table is shown by its cells, long numbers rounded', async () => {
  const columns = Object.entries({ bmi: -0.09269547780327612, year: 1234567, colour: 'red', age: null }).map(([name, cell]) => {
    const builder = columnBuilder(name, 0);
    builder.append(cell, () => name);
    return { column: builder.finish(typeof cell === 'string' ? 'string' : 'number'), use: 'number' as const };
  });
  const show = shownRow({ name: 'rows', table: { name: 'rows', length: 1, columns: [], facts: {} }, inputs: { kind: 'table', columns } });
  expect((await show(0)).text).toBe('bmi: -0.0926955, year: 1234567, colour: red, age: missing');
});
