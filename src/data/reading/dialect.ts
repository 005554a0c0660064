// The beginning of a text -> which delimiter and quotes its rows are written with, found out by trying them. Called by the CSV format.
import { DELIMITERS, type Dialect, firstRows, QUOTES, type TextRow } from './separated.ts';
import { type TextStream, withLineFeeds } from './text.ts';

/** What is known of a dialect; `auto` for what is to be found out. */
export interface WantedDialect {
  readonly delimiter: Dialect['delimiter'] | 'auto';
  readonly quote: Dialect['quote'] | 'auto';
  readonly comment: string;
}

/** A dialect that fits, and the first rows read with it. */
export interface FoundDialect {
  readonly dialect: Dialect;
  readonly rows: readonly TextRow[];
  /** Fields that most of these rows have. */
  readonly fields: number;
}

/** Characters in which quotes are looked for. */
const HEAD = 2 ** 18;
/** Rows, and characters, that are cut on trial. */
const TRIAL = { lines: 200, characters: 2 ** 16 };
/** Where rows are longer, as many characters are looked at. */
const MOST_HEAD = 2 ** 22;
/** Where several fit as well, the first one is meant: commas are more often part of what is written than the others. */
const CANDIDATES = ['tab', 'semicolon', 'pipe', 'comma'] as const;
const NUMBER = /^[+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:e[+-]?\d+)?%?$/i;
const DATE = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?$/;

/** The first lines of a text, enough for a few rows, its lines ending in LF; the file is closed again. */
export async function headOf({ pieces }: TextStream): Promise<string> {
  let head = '';
  for await (const piece of withLineFeeds(pieces)) {
    head += piece;
    if ((head.length >= HEAD && head.split('\n', 4).length === 4) || head.length >= MOST_HEAD) return head.slice(0, head.lastIndexOf('\n') + 1);
  }
  return head;
}

/**
 * Chooses the delimiter that gives most rows the same number of fields; one that gives one field each is none.
 * @param name of the file: one that ends in `.tsv` or `.tab` is believed.
 * @param path of the file, for errors.
 */
export async function findDialect(head: string, wanted: WantedDialect, name: string, path: string): Promise<FoundDialect> {
  const read = async (delimiter: Dialect['delimiter']): Promise<FoundDialect> => {
    const dialect = { delimiter, quote: wanted.quote === 'auto' ? quoteOf(head, DELIMITERS[delimiter]) : wanted.quote, comment: wanted.comment };
    const beginning = beginningOf(head);
    let rows = await firstRows(beginning, dialect, path);
    if (rows.length < 2 && beginning !== head) rows = await firstRows(head, dialect, path);
    return { dialect, rows, fields: usual(rows).fields };
  };
  if (wanted.delimiter !== 'auto') return read(wanted.delimiter);
  let [best, most] = [await read('none'), 0];
  for (const candidate of CANDIDATES) {
    const found = await read(candidate);
    const { fields, share } = usual(found.rows);
    if (fields < 2 || share < (found.rows.length < 20 ? 0.5 : 0.8)) continue;
    if (candidate === 'tab' && /\.(?:tsv|tab)$/i.test(name)) return found;
    const fit = share * tidiness(found.rows);
    if (fit > most) [best, most] = [found, fit];
  }
  return best;
}

/** Whether a cell, by its looks, is a number or a date in some notation. */
export function isTyped(cell: string): boolean {
  const value = cell.trim();
  return NUMBER.test(value) || DATE.test(value);
}

/** Enough lines for a trial. */
function beginningOf(head: string): string {
  let end = 0;
  for (let lines = 0; lines < TRIAL.lines && (lines < 3 || end < TRIAL.characters); lines++) {
    const at = head.indexOf('\n', end);
    if (at < 0) return head;
    end = at + 1;
  }
  return head.slice(0, end);
}

/** The number of fields that most rows have, and how many of the rows that is. */
function usual(rows: readonly TextRow[]): { fields: number; share: number } {
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  let [fields, most] = [0, 0];
  for (const [length, count] of counts) if (count > most) [fields, most] = [length, count];
  return { fields, share: most / rows.length };
}

/** The part of the cells that hold nothing which another delimiter or quote would explain. */
function tidiness(rows: readonly TextRow[]): number {
  let [all, tidy] = [0, 0];
  for (const { cells } of rows)
    for (const cell of cells) {
      all++;
      if (!/[,;|\t"]/.test(cell) || NUMBER.test(cell)) tidy++;
    }
  return tidy / all;
}

/** Double quotes unless they are found where no quoting explains them; single ones only where fields are quoted with them. */
function quoteOf(head: string, delimiter: string): Dialect['quote'] {
  const [double, single] = [quotesIn(head, delimiter, QUOTES.double), quotesIn(head, delimiter, QUOTES.single)];
  if (single.quoting > Math.max(double.quoting, single.broken + single.inside)) return 'single';
  // Where delimiters are part of texts, a quote inside of a field is a slip; where they are not, as tabs, it shows that nothing is quoted.
  const against = double.broken + (/[,;|]/.test(delimiter) ? 0 : double.inside);
  return against > double.quoting ? 'none' : 'double';
}

/** How many fields are quoted as they should be, begin with a quote but do not end with one, or hold one inside. */
function quotesIn(head: string, delimiter: string, quote: string): { quoting: number; broken: number; inside: number } {
  const found = { quoting: 0, broken: 0, inside: 0 };
  const isEdge = (at: number) => at < 0 || at >= head.length || head[at] === '\n' || head[at] === delimiter;
  for (let at = head.indexOf(quote); at >= 0; at = head.indexOf(quote, at + 1)) {
    if (!isEdge(at - 1)) {
      found.inside++;
      continue;
    }
    let end = head.indexOf(quote, at + 1);
    while (end >= 0 && head[end + 1] === quote) end = head.indexOf(quote, end + 2);
    if (end < 0) {
      found.inside++;
      break;
    }
    if (isEdge(end + 1)) {
      found.quoting++;
      at = end;
    } else found.broken++;
  }
  return found;
}
