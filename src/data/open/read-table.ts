// Files -> one table: each read by its format, damaged rows refused or counted, parts told apart. Called by `openData`.
import { basename, join } from 'node:path';
import { fail } from '../../core/errors.ts';
import { type GivenOptions, type OptionRecords, resolveOptions } from '../../core/options.ts';
import type { Part, ReadContext, Reading, RowBatch } from '../reading/format.ts';
import type { PlainKind } from '../table/column.ts';
import { collectTable, type Table } from '../table/table.ts';
import { type Found, findFormat } from './find-format.ts';
import { type AskedColumns, pictureNames } from './named-pictures.ts';

/** A row or file that could not be read. */
export interface Damage {
  readonly file: string;
  readonly place: string;
  readonly what: string;
}

/** What was read, and what was passed over. */
export interface TableRead {
  readonly table: Table;
  /** Name of the format. */
  readonly format: string;
  readonly damaged: readonly Damage[];
  /** What else people should know, in sentences. */
  readonly notes: readonly string[];
}

/** How files are read. */
export interface ReadTableOptions {
  readonly format: string;
  /** The format's own. */
  readonly formatOptions: Readonly<Record<string, number | boolean | string>>;
  readonly onDamaged: 'fail' | 'skip';
  readonly maxDamaged: number;
  readonly columns: AskedColumns;
  /** Column of labels that was asked for; left out where none are needed. */
  readonly label?: string | undefined;
  /** Kinds of columns that are known, by name. */
  readonly kinds?: Readonly<Record<string, PlainKind>> | undefined;
  /** How decimals are written, where it is known and the file does not say otherwise. */
  readonly decimal?: 'comma' | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((state: { readonly rows: number; readonly of?: number | undefined }) => void) | undefined;
}

/** A path, and the part that all its rows are, where they are one. */
export interface Place {
  readonly path: string;
  readonly part?: Part | undefined;
}

/** The first damages are enough to see what is wrong. */
const MOST_KEPT = 100;

/**
 * Reads all places into one table, in their order.
 * @throws GraftError `invalid-data` for a damaged row, or for too many of them; `invalid-argument` for an option that the format does not have.
 */
export async function readTable(name: string, places: readonly Place[], options: ReadTableOptions): Promise<TableRead> {
  const damaged: Damage[] = [];
  let lost = 0;
  const contextOf = (file: string): ReadContext => ({
    signal: options.signal,
    decimal: options.decimal,
    damaged(place, what) {
      if (options.onDamaged === 'fail')
        fail('invalid-data', `"${file}", ${place} ${what}. Repair it, or pass over such rows with \`onDamaged: 'skip'\`.`);
      lost++;
      if (damaged.length < MOST_KEPT) damaged.push({ file, place, what });
    },
  });
  const labels = (path: string) => (options.label === undefined ? undefined : { label: options.label, context: contextOf(path) });
  const found = (
    await Promise.all(
      places.map(async ({ path, part }) =>
        (await findFormat(path, options.format, labels(path))).map((one): Found => (part ? { ...one, part } : one)),
      ),
    )
  ).flat();
  const pictures = pictureNames(options.columns);
  const readings: Placed[] = [];
  for (const { input, format, part, album } of found) {
    const given = options.formatOptions as GivenOptions<OptionRecords>;
    const context = contextOf(input.path);
    const reading = await format.read(input, resolveOptions(format.options, given, `format \`${format.name}\``), context);
    readings.push({ ...reading, batches: pictures.batches({ path: input.path, reading, album }, context), path: input.path, part });
  }
  const table = await collectTable(name, joined(readings, options.signal), options.progress, options.kinds);
  if (lost > options.maxDamaged * (lost + table.length)) {
    const [first] = damaged;
    const share = `${((100 * lost) / (lost + table.length)).toFixed(1)} %`;
    fail(
      'invalid-data',
      `${lost} rows of "${name}" are damaged, ${share} of all, more than \`maxDamaged\` (=${options.maxDamaged}) allows; the first: ${first?.place} ${first?.what}.`,
    );
  }
  return { table, format: [...new Set(found.map(({ format }) => format.name))].join(', '), damaged, notes: pictures.notes() };
}

/** What is read at a path. */
type Placed = Reading & Place;

/** One reading after another, all of the same; each row with its number in its file, and of several files which. */
function joined(readings: readonly Placed[], signal: AbortSignal | undefined): Reading {
  const rows = readings.reduce<number | undefined>(
    (sum, reading) => (sum === undefined || reading.rows === undefined ? undefined : sum + reading.rows),
    0,
  );
  return {
    facts: Object.assign({}, ...readings.map(({ facts }) => facts)),
    rows,
    label: readings.find(({ label }) => label !== undefined)?.label,
    batches: batches(),
  };

  /** Of several files the name, or the path where two have the same name. */
  function named(path: string, file: string | undefined): string | undefined {
    if (readings.length < 2) return file;
    const name = readings.filter((one) => basename(one.path) === basename(path)).length > 1 ? path : basename(path);
    return file === undefined ? name : join(name, file);
  }

  async function* batches(): AsyncGenerator<RowBatch, void, void> {
    let first: { readonly path: string; readonly holds: string } | undefined;
    for (const { path, batches, part } of readings) {
      let looked = false;
      let before = 0;
      for await (const batch of batches) {
        if (signal?.aborted) fail('aborted', 'Reading was stopped.');
        if (!looked) {
          const holds = heldBy(batch);
          first ??= { path, holds };
          if (first.holds !== holds)
            fail('invalid-data', `"${first.path}" holds ${first.holds}, "${path}" ${holds}; one model reads only one of these: give each by itself.`);
          looked = true;
        }
        const numbers = batch.numbers ?? batch.rows.map((_, i) => before + i + 1);
        before += batch.rows.length;
        const file = named(path, batch.file);
        yield { ...batch, numbers, ...(file !== undefined && { file }), ...(part !== undefined && { part }) };
      }
    }
  }
}

/** What a model that reads one cannot read in another, in words. */
function heldBy({ rows }: RowBatch): string {
  for (const cell of rows.flat()) {
    if (typeof cell !== 'object' || cell === null) continue;
    if ('source' in cell) return 'pictures';
    if ('indices' in cell) return 'sparse rows';
  }
  return 'rows without pictures';
}
