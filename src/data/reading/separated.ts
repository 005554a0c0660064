// Text with fields between delimiters -> rows of strings, each with its line; csv-parse does the cutting. Called by the CSV format and by what finds
// out how such a text is written.
import { CsvError, parse } from 'csv-parse';
import { fail } from '../../core/errors.ts';
import { withLineFeeds } from './text.ts';

/** Characters between fields. No text holds a NUL character, so that with `none` each line is one field. */
export const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|', space: ' ', none: '\0' } as const;
/** Characters around fields. */
export const QUOTES = { double: '"', single: "'", none: null } as const;

/** How the fields of a text are told apart. */
export interface Dialect {
  readonly delimiter: keyof typeof DELIMITERS;
  readonly quote: keyof typeof QUOTES;
  /** What begins a line that is passed over; `''` for none. */
  readonly comment: string;
}

/** One row. */
export interface TextRow {
  /** The caller's own. */
  readonly cells: string[];
  /** The line where it ends, from 1. */
  readonly lastLine: number;
}

/** Takes a text piece by piece, its lines ending in LF, and gives the rows that are complete. */
interface Cutter {
  push(text: string): Promise<readonly TextRow[]>;
  finish(): Promise<readonly TextRow[]>;
}

/** UTF-8 bytes; a longer row is a quote that is closed nowhere. */
const LONGEST_ROW = 2 ** 24;

/**
 * Cuts a whole text into rows; blank lines are passed over, quotes inside of fields are kept as they are.
 * @param path of the file, for errors.
 * @throws GraftError `invalid-data` when a quote is not closed or a row is longer than 16 MiB, with the line where that begins.
 */
export async function* separatedRows(pieces: AsyncIterable<string>, dialect: Dialect, path: string): AsyncGenerator<readonly TextRow[], void, void> {
  const { push, finish } = cutter(dialect, path);
  for await (const text of withLineFeeds(pieces)) yield await push(text);
  yield await finish();
}

/** The complete rows at the beginning of a text whose lines end in LF. */
export async function firstRows(text: string, dialect: Dialect, path: string): Promise<readonly TextRow[]> {
  // The parser looks a few characters ahead before it says that a row is complete.
  return cutter(dialect, path).push(`${text}\n\n\n\n\n\n\n\n`);
}

/** The line where a row begins, from 1. */
export function lineOf({ cells, lastLine }: TextRow): number {
  return lastLine - cells.reduce((sum, cell) => sum + breaksIn(cell), 0);
}

function cutter({ delimiter, quote, comment }: Dialect, path: string): Cutter {
  let rows: TextRow[] = [];
  /** Where the last complete row ended: its line, its bytes, and the lines passed over until then. */
  const last = { line: 0, bytes: 0, passed: 0 };
  /** What was pushed and may belong to the row that is not complete, from byte `keptFrom` of the text on. */
  let kept: Buffer[] = [];
  let keptFrom = 0;

  const parser = parse({
    delimiter: DELIMITERS[delimiter],
    quote: QUOTES[quote],
    escape: QUOTES[quote],
    comment: comment === '' ? null : comment,
    comment_no_infix: true,
    record_delimiter: '\n',
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
  });
  // Rows are taken here: coming out of the stream, or with what `on_record` tells of them, they would take twice as long.
  const end = parser.push.bind(parser, null);
  parser.push = (cells: string[] | null) => {
    if (cells === null) return end();
    const { lines, bytes, empty_lines, comment_lines } = parser.info;
    rows.push({ cells, lastLine: lines });
    last.line = lines;
    last.bytes = bytes;
    last.passed = empty_lines + comment_lines;
    return true;
  };
  parser.on('error', () => undefined);
  parser.resume();

  /** The line where the field begins that the parser is at. */
  const openLine = () => {
    const { bytes, empty_lines, comment_lines } = parser.info;
    const before = Buffer.concat(kept).toString('utf8', last.bytes - keptFrom, bytes - keptFrom);
    return last.line + 1 + (before === '' ? empty_lines + comment_lines - last.passed : breaksIn(before));
  };
  const refuse = (error: Error): never => {
    if (!(error instanceof CsvError)) throw error;
    const place = `"${path}", line ${openLine()}`;
    if (error.code === 'CSV_QUOTE_NOT_CLOSED')
      fail('invalid-data', `${place}: a quote (${QUOTES[quote]}) is opened that is closed nowhere; close it, or set \`quote\` to none.`, {
        cause: error,
      });
    if (error.code === 'CSV_MAX_RECORD_SIZE')
      fail('invalid-data', `${place}: a row is longer than ${LONGEST_ROW} bytes; close its quote, or set \`quote\` or \`delimiter\`.`, {
        cause: error,
      });
    return fail('invalid-data', `${place}: ${error.message}.`, { cause: error });
  };
  const taken = async (act: (done: (error?: Error | null) => void) => void) => {
    await new Promise<void>((resolve, reject) => act((error) => (error ? reject(error) : resolve()))).catch(refuse);
    const complete = rows;
    rows = [];
    return complete;
  };

  return {
    async push(text) {
      const bytes = Buffer.from(text);
      kept.push(bytes);
      const complete = await taken((done) => parser.write(bytes, done));
      while (kept[0] && keptFrom + kept[0].length <= last.bytes) {
        keptFrom += kept[0].length;
        kept = kept.slice(1);
      }
      return complete;
    },
    finish: () => taken((done) => parser.end(done)),
  };
}

function breaksIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
