// CSV, TSV and their kin: a row a line, fields between delimiters, text in any encoding; how it is written is found out. Called through `formats`.
import { fail } from '../../core/errors.ts';
import { defineOptions } from '../../core/options.ts';
import type { Cell } from '../reading/cell.ts';
import { findDialect, headOf } from '../reading/dialect.ts';
import { defineFormat, type RowBatch } from '../reading/format.ts';
import { columnNames, hasDecimalComma, hasDecimalPoint, hasHeader, withDecimalPoint } from '../reading/header.ts';
import { lineOf, separatedRows, type TextRow } from '../reading/separated.ts';
import { textStream } from '../reading/text.ts';

/** What stands between columns whose numbers may have decimal commas. */
const WITH_DECIMAL_COMMA: ReadonlySet<string> = new Set(['semicolon', 'tab', 'pipe']);
/** Rows handed on at once. */
const BATCH = 1000;

export const csv = defineFormat({
  name: 'csv',
  about: 'CSV or TSV: a line for each example, its fields between commas, semicolons, tabs or pipes',
  extensions: ['.csv', '.tsv', '.tab', '.txt'],
  options: defineOptions({
    delimiter: {
      default: 'auto',
      values: ['auto', 'comma', 'semicolon', 'tab', 'pipe', 'space', 'none'],
      help: 'What stands between fields; `auto` takes the one that gives most lines the same number of fields, `none` makes each line one field.',
    },
    quote: {
      default: 'auto',
      values: ['auto', 'double', 'single', 'none'],
      help: 'What stands around fields that hold delimiters or line ends; `auto` sees whether the quotes in the file do.',
    },
    header: {
      default: 'auto',
      values: ['auto', 'yes', 'no'],
      help: 'Whether the first row names the columns; `auto` sees whether it looks unlike the others. Without one they are `column1`, `column2` and so on.',
    },
    decimal: {
      default: 'auto',
      values: ['auto', 'point', 'comma'],
      help: 'How decimals are written, 1.5 or 1,5; `auto` finds commas between semicolons, tabs and bars.',
    },
    comment: { default: '', help: 'Lines that begin with this are passed over, such as those with `#`.' },
    encoding: { default: 'auto', help: 'Such as `utf-8`, `windows-1252` or `utf-16le`; `auto` finds it out.' },
  }),
  async read(input, options, { damaged, decimal, signal }) {
    const { encoding } = await textStream(input, options.encoding);
    const open = () => textStream(input, encoding);
    const { dialect, rows: first, fields } = await findDialect(await headOf(await open()), options, input.name, input.path);
    const cells = first.map((row) => row.cells);
    const header = options.header === 'auto' ? hasHeader(cells) : options.header === 'yes';
    const { names, changes } = columnNames(header ? (cells[0] ?? []) : undefined, fields);
    const below = header ? cells.slice(1) : cells;
    const mayHaveComma = WITH_DECIMAL_COMMA.has(dialect.delimiter) && !hasDecimalPoint(below);
    const comma = options.decimal === 'auto' ? mayHaveComma && (decimal === 'comma' || hasDecimalComma(below)) : options.decimal === 'comma';
    const facts = {
      delimiter: dialect.delimiter,
      quote: dialect.quote,
      header: header ? 'yes' : 'no',
      encoding,
      ...(comma && { decimal: 'comma' }),
      ...(changes.length > 0 && { names: changes.join(', ') }),
    };
    return { facts, batches: batches() };

    async function* batches(): AsyncGenerator<RowBatch, void, void> {
      let isHeader = header;
      let rows: Cell[][] = [];
      let lines: number[] = [];
      let numbers: number[] = [];
      let read = 0;
      for await (const complete of separatedRows((await open()).pieces, dialect, input.path)) {
        if (signal?.aborted) fail('aborted', `Reading "${input.path}" was stopped.`);
        for (const row of complete) {
          if (isHeader || isBlank(row)) {
            isHeader = false;
            continue;
          }
          if (names.length === 0) fail('invalid-data', `"${input.path}": the first row is so long that its columns cannot be told; is it a table?`);
          const wrong = raggedness(row.cells, names);
          const line = lineOf(row);
          read++;
          if (wrong) damaged(`line ${line}`, wrong);
          else {
            rows.push(valuesOf(row.cells, comma));
            lines.push(line);
            numbers.push(read);
          }
          if (rows.length < BATCH) continue;
          yield { columns: names, rows, lines, numbers };
          [rows, lines, numbers] = [[], [], []];
        }
      }
      if (rows.length > 0) yield { columns: names, rows, lines, numbers };
    }

    function isBlank({ cells }: TextRow): boolean {
      return cells.length === 1 && names.length > 1 && cells[0]?.trim() === '';
    }
  },
});

/** What is wrong with a row of too few or too many fields, as the rest of a sentence that begins with its line. */
function raggedness(cells: readonly string[], names: readonly string[]): string | undefined {
  if (cells.length === names.length) return undefined;
  const counts = `has ${cells.length} ${cells.length === 1 ? 'field' : 'fields'}, not ${names.length}`;
  if (cells.length < names.length) return `${counts}: nothing for column "${names[cells.length]}"`;
  const surplus = (cells[names.length] ?? '').slice(0, 40);
  return `${counts}: after column "${names.at(-1)}" comes "${surplus}"; quote fields that hold the delimiter, or set the format's option \`delimiter\` or \`quote\``;
}

/** The cells of a row, changed in place: nobody else has them. */
function valuesOf(cells: Cell[], comma: boolean): Cell[] {
  for (let c = 0; c < cells.length; c++) {
    const cell = cells[c];
    if (cell === '') cells[c] = null;
    else if (comma) cells[c] = withDecimalPoint(cell as string);
  }
  return cells;
}
