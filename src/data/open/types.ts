// What people say that columns are, as text -> kinds for reading them and uses for learning from them. Called by `openData` and its kin.
import { fail } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import { type Column, nearlyOf, type PlainKind } from '../table/column.ts';
import { rowName, type Table } from '../table/table.ts';
import type { Use } from './kinds.ts';
import { columnOf } from './roles.ts';

/** Words for what a column is. */
const TYPES = {
  number: { kind: 'number', use: 'number' },
  date: { kind: 'date', use: 'date' },
  'day-first': { kind: 'day first', use: 'date' },
  'month-first': { kind: 'month first', use: 'date' },
  category: { kind: 'string', use: 'category' },
  text: { kind: 'string', use: 'text' },
} as const satisfies Readonly<Record<string, { readonly kind: PlainKind; readonly use: Use }>>;

/** What was said of some columns. */
export interface SaidTypes {
  readonly kinds: Readonly<Record<string, PlainKind>>;
  readonly uses: ReadonlyMap<string, Use>;
}

/** @param text `zip=category,sold=day-first`. @throws GraftError `invalid-argument` for what is not of this form, or no such type. */
export function typesIn(text: string): SaidTypes {
  const said = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.lastIndexOf('=');
      if (at < 1) fail('invalid-argument', `\`types\` (="${part}") must be column=type, such as zip=category.`);
      const [name, type] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
      if (!Object.hasOwn(TYPES, type))
        fail('invalid-argument', `\`types\` (="${part}") names no type of columns; ${suggest(type, Object.keys(TYPES))}`);
      return { name, ...TYPES[type as keyof typeof TYPES] };
    });
  return { kinds: Object.fromEntries(said.map(({ name, kind }) => [name, kind])), uses: new Map(said.map(({ name, use }) => [name, use])) };
}

/** @throws GraftError `invalid-argument` for a column that is not there, or that is not what was said. */
export function requireTypes(table: Table, { kinds }: SaidTypes): void {
  for (const [name, kind] of Object.entries(kinds)) {
    const column = columnOf(table, name, 'types');
    const wanted = kind === 'number' || kind === 'string' ? kind : 'date';
    if (column.kind !== wanted) fail('invalid-argument', `\`types\` says that column "${name}" holds ${wanted}s, but ${heldBy(column, table)}.`);
  }
}

function heldBy(column: Column, table: Table): string {
  if (column.kind !== 'string') return `it holds ${column.kind} values`;
  const { values } = column;
  const row = nearlyOf(column)?.row ?? Array.from({ length: values.length }, (_, i) => i).find((i) => (values.at(i)?.trim() ?? '') !== '') ?? 0;
  return `${rowName(table, row)} of it says "${values.at(row) ?? ''}", and more than half of its values are none`;
}
