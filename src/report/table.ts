// Tables: columns and rows as plain data come in, lines of text for a terminal leave. The report's tables take the same columns and rows.
import type { Summary } from '../score/summary.ts';
import { formatValue, type NumberFormat, UNKNOWN, valueParts } from './format.ts';

/** A column of a table. */
export interface Column {
  readonly label: string;
  /** How its numbers are written and aligned; without one the column holds text. */
  readonly format?: NumberFormat;
  /** Decimals; the default depends on the format. */
  readonly digits?: number;
  /** In the report, a bar below each number: its share of 1 where the format is `percent`, else of the greatest in the column. */
  readonly bar?: boolean;
}

/** What stands in a column: text, a number, a mean with its deviation, or nothing. */
export type Cell = string | number | Summary | undefined;

/** Cells in the order of the columns. */
export type Row = readonly Cell[];

/** One cell as text. */
export function cellText(cell: Cell, { format, digits }: Column): string {
  if (cell === undefined || cell === '') return UNKNOWN;
  if (typeof cell === 'string') return cell;
  return format === undefined && typeof cell === 'number' ? String(cell) : formatValue(cell, format, digits);
}

/**
 * A table in plain text: text to the left, numbers to the right with their deviations below each other.
 *
 *     strategy         accuracy  seconds
 *     ────────  ───────────────  ───────
 *     scratch    91.20 ± 1.10 %     12.3
 */
export function textTable(columns: readonly Column[], rows: readonly Row[]): string {
  const body = columns.map((column, c) =>
    columnTexts(
      rows.map((row) => oneLine(row[c])),
      column,
    ),
  );
  const widths = columns.map(({ label }, c) => Math.max(label.length, ...(body[c] ?? []).map((text) => text.length)));
  const line = (texts: readonly string[]) => {
    const aligned = columns.map(({ format }, c) => align(texts[c] ?? '', widths[c] ?? 0, format !== undefined));
    return aligned.join('  ').trimEnd();
  };
  const rules = widths.map((width) => '─'.repeat(width));
  return [line(columns.map(({ label }) => label)), line(rules), ...rows.map((_, r) => line(body.map((texts) => texts[r] ?? '')))].join('\n');
}

/** The cells of one column; numbers are padded so that values, deviations and units stand below each other. */
function columnTexts(cells: readonly Cell[], column: Column): string[] {
  const { format, digits } = column;
  if (format === undefined) return cells.map((cell) => cellText(cell, column));
  const parts = cells.map((cell) => (cell === undefined || typeof cell === 'string' ? undefined : valueParts(cell, format, digits)));
  const longest = (key: 'value' | 'spread' | 'unit') => Math.max(0, ...parts.map((part) => part?.[key].length ?? 0));
  const [value, spread, unit] = [longest('value'), longest('spread'), longest('unit')];
  const width = value + (spread && spread + 3) + unit;
  return cells.map((cell, r) => {
    const part = parts[r];
    if (!part) return cellText(cell, column);
    const tail = part.spread === '' ? part.unit : ` ± ${part.spread.padStart(spread)}${part.unit}`;
    return `${part.value.padStart(value)}${tail}`.padEnd(width);
  });
}

function align(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}

/** Line breaks would break the table, and control characters of names in foreign files the terminal. */
function oneLine(cell: Cell): Cell {
  return typeof cell === 'string' ? cell.replace(/[\s\p{Cc}]+/gu, ' ') : cell;
}
