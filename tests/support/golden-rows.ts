// The rows of tests/fixtures/formats/rows.json, which the Parquet and Arrow files beside it hold, as cells. Called by the tests of those formats.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Cell, DenseRow } from '../../src/data/reading/cell.ts';

/** What the golden files hold in a row. */
type Written = Readonly<Record<string, unknown>> & {
  readonly inner: { readonly name: string; readonly deep: { readonly size: number | null } } | null;
};

/** The path of a golden file or folder. */
export function goldenPath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/formats/${name}`, import.meta.url));
}

/** All rows, or those columns of them. */
export function goldenRows(columns?: readonly string[]): Readonly<Record<string, Cell>>[] {
  const rows: Written[] = JSON.parse(readFileSync(goldenPath('rows.json'), 'utf8'));
  return rows.map(({ inner, ...rest }) => {
    const cells = Object.entries(rest).map(([name, value]) => [name, cellOf(value)]);
    const row: Record<string, Cell> = {
      ...Object.fromEntries(cells),
      'inner.name': inner?.name ?? null,
      'inner.deep.size': inner?.deep.size ?? null,
    };
    return columns ? Object.fromEntries(columns.map((name) => [name, row[name] ?? null])) : row;
  });
}

function cellOf(value: unknown): Cell {
  if (Array.isArray(value)) return value.some((one) => typeof one === 'string') || value.length === 0 ? value : dense(value);
  if (typeof value !== 'object' || value === null) return value as Cell;
  const { date, bigint } = value as { date?: number; bigint?: string };
  return date === undefined ? BigInt(bigint ?? '') : new Date(date);
}

function dense(value: readonly (number | readonly number[])[]): DenseRow {
  const [first] = value;
  return { dims: Array.isArray(first) ? [value.length, first.length] : [value.length], values: Float32Array.from(value.flat() as number[]) };
}
