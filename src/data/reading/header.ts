// The first rows of a text -> whether the first one names the columns, how they are called, whether numbers have a decimal comma. Called by the CSV format.
import { isTyped } from './dialect.ts';

type Rows = readonly (readonly string[])[];

/** Names of columns, and what had to be changed for it. */
export interface ColumnNames {
  readonly names: readonly string[];
  /** `"age" in place 3 is called "age_2"`. */
  readonly changes: readonly string[];
}

const MISSING = /^(?:na|n\/a|nan|null|none|\?|-)?$/i;
/** With a comma before the decimals, and perhaps points between the thousands. */
const WITH_COMMA = /^\s*[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:e[+-]?\d+)?\s*$/i;
/** Nothing but a decimal comma follows a lone zero, four digits, or points between thousands. */
const SURELY_COMMA = /^\s*[+-]?(?:0|\d{4,}|\d{1,3}(?:\.\d{3})+),/;
const THOUSANDS = /^\s*[+-]?\d{1,3}(?:\.\d{3})+\s*$/;
const WITH_POINT = /^\s*[+-]?\d*\.\d+(?:e[+-]?\d+)?\s*$/i;

/** Whether the first row looks unlike the others: words over numbers, or names that do not come again below. */
export function hasHeader([first = [], ...others]: Rows): boolean {
  const names = first.map((name) => name.trim());
  if (names.some(isTyped) || names.every((name) => name === '')) return false;
  const below = names.map((_, c) => others.map((row) => (row[c] ?? '').trim()).filter((cell) => !MISSING.test(cell)));
  if (below.some((cells, c) => names[c] !== '' && cells.length > 0 && cells.filter(isTyped).length > 0.8 * cells.length)) return true;
  const mostWords = names.length === 1 ? 1 : 5;
  const isName = (name: string) => name.length <= 64 && !/[.!?\n]$/.test(name) && name.split(/\s+/).length <= mostWords;
  return new Set(names).size === names.length && names.every((name, c) => isName(name) && !below[c]?.includes(name));
}

/** Takes names from a header, or makes them up; each comes once. @param count of columns without a header. */
export function columnNames(header: readonly string[] | undefined, count: number): ColumnNames {
  if (!header) return { names: Array.from({ length: count }, (_, c) => `column${c + 1}`), changes: [] };
  const given = header.map((name) => name.trim());
  const taken = new Set(given);
  const seen = new Set<string>();
  const changes: string[] = [];
  const names = given.map((name, c) => {
    let unique = name;
    if (name === '' || seen.has(name)) {
      const stem = name === '' ? 'column' : `${name}_`;
      let number = name === '' ? c + 1 : 2;
      while (taken.has(`${stem}${number}`)) number++;
      unique = `${stem}${number}`;
      changes.push(`"${name}" in place ${c + 1} is called "${unique}"`);
      taken.add(unique);
    }
    seen.add(unique);
    return unique;
  });
  return { names, changes };
}

/** Whether a number is written `1.5`. A lone `1.234` may as well be a thousand. */
export function hasDecimalPoint(rows: Rows): boolean {
  return rows.flat().some((cell) => WITH_POINT.test(cell) && !THOUSANDS.test(cell));
}

/** Whether a number is written `1,5`, `0,395` or `1.234,567`. A lone `1,234` may as well be a thousand. */
export function hasDecimalComma(rows: Rows): boolean {
  return rows.flat().some((cell) => WITH_COMMA.test(cell) && (SURELY_COMMA.test(cell) || !/,\d{3}\s*$/.test(cell)));
}

/** A number with a decimal comma as it is written with a point, without points between thousands; all else as it is. */
export function withDecimalPoint(cell: string): string {
  if (WITH_COMMA.test(cell)) return cell.replaceAll('.', '').replace(',', '.');
  return THOUSANDS.test(cell) ? cell.replaceAll('.', '') : cell;
}
