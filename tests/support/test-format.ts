// What every data format must do, tested on each: rows come back as they were written, and files that are empty, damaged, cut off, mutated or unreadable are
// refused by name and place, or counted and passed over. Called by the tests of formats.
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraftError } from '../../src/core/errors.ts';
import { type GivenOptions, type OptionRecords, resolveOptions } from '../../src/core/options.ts';
import type { Cell } from '../../src/data/reading/cell.ts';
import { fileInput } from '../../src/data/reading/file-input.ts';
import type { Format, RowBatch } from '../../src/data/reading/format.ts';

/** Rows by the names of their columns. */
export type Rows = readonly Readonly<Record<string, Cell>>[];

/** What the tests of one format are made of. */
export interface FormatCase<D extends OptionRecords> {
  readonly format: Format<D>;
  readonly options?: GivenOptions<D>;
  /** At least three rows that differ. */
  readonly rows: Rows;
  /** Writes `rows` into `folder`, the row at `damaged` such that it cannot be read while its neighbours can; gives the path of the file or folder. */
  write(folder: string, rows: Rows, damaged?: number): Promise<string> | string;
  /** What an error says of where the damaged row is, from 0: `/line 3/`. Left out where one damaged row spoils the file. */
  place?(row: number): RegExp;
  /** Writes a file without rows; default one of no bytes. */
  empty?(folder: string): Promise<string> | string;
  /** Rows as they come back, where that is not as they were written. */
  back?(rows: Rows): Rows;
  /** Tests of gzip and line ends, for formats that are text; of cut-off and mutated files for those that are one file. */
  readonly kind: 'text' | 'binary' | 'folder';
}

/** How a file was read: all its rows, and what was said of damaged ones. */
export interface Outcome {
  readonly rows: Readonly<Record<string, Cell>>[];
  readonly damaged: string[];
  readonly facts: Readonly<Record<string, string>>;
  readonly batches: RowBatch[];
}

/** Reads a file to its end. @param skip whether damaged rows are counted and passed over. */
export async function readAll<D extends OptionRecords>(
  format: Format<D>,
  path: string,
  { options = {}, skip = false }: { options?: GivenOptions<D>; skip?: boolean } = {},
): Promise<Outcome> {
  const damaged: string[] = [];
  const input = await fileInput(path);
  const reading = await format.read(input, resolveOptions(format.options, options, `format \`${format.name}\``), {
    damaged(place, what) {
      damaged.push(`${place} ${what}`);
      if (!skip) throw new GraftError('invalid-data', `"${path}", ${place} ${what}.`);
    },
  });
  const batches: RowBatch[] = [];
  for await (const batch of reading.batches) batches.push(batch);
  const rows = batches.flatMap(({ columns, rows }) => rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null]))));
  return { rows, damaged, facts: reading.facts, batches };
}

/** Runs what every format must do. */
export function testFormat<D extends OptionRecords>(testCase: FormatCase<D>): void {
  const { format, rows, write, place, kind, back = (all) => all, options = {} } = testCase;
  describe(`format ${format.name}`, () => {
    let root = '';
    let count = 0;
    /** A folder of its own for each file that a test writes. */
    const fresh = () => {
      const folder = join(root, String(count++));
      mkdirSync(folder);
      return folder;
    };
    const read = (path: string, skip = false) => readAll(format, path, { options, skip });
    const refusal = async (path: string, skip = false): Promise<GraftError | undefined> => {
      try {
        await read(path, skip);
        return undefined;
      } catch (error) {
        if (!(error instanceof GraftError)) throw error;
        return error;
      }
    };
    beforeAll(() => {
      root = mkdtempSync(join(tmpdir(), `graft-format-${format.name}-`));
    });
    afterAll(() => rmSync(root, { recursive: true, force: true }));

    it('gives back the rows that were written', async () => {
      const { rows: got, damaged } = await read(await write(fresh(), rows));
      expect(got).toEqual(back(rows));
      expect(damaged).toEqual([]);
    });

    it('reads one row', async () => {
      const one = rows.slice(0, 1);
      expect((await read(await write(fresh(), one))).rows).toEqual(back(one));
    });

    it('gives each row as many cells as there are columns, in batches, and may be stopped early', async () => {
      const path = await write(fresh(), rows);
      for (const { columns, rows: batch } of (await read(path)).batches) for (const row of batch) expect(row.length).toBe(columns.length);
      const reading = await format.read(await fileInput(path), resolveOptions(format.options, options, format.name), { damaged: () => undefined });
      for await (const _ of reading.batches) break;
    });

    it('gives no rows of an empty file, or refuses it by name', async () => {
      const folder = fresh();
      const path = testCase.empty ? await testCase.empty(folder) : join(folder, `empty${format.extensions[0] ?? ''}`);
      if (!testCase.empty) writeFileSync(path, '');
      const error = await refusal(path);
      if (error) expect(error.message).toContain(path);
      else expect((await read(path)).rows).toEqual([]);
    });

    it('is recognised', async () => {
      const path = await write(fresh(), rows);
      const input = await fileInput(path);
      expect(input.kind === 'folder').toBe(format.folder !== undefined && kind === 'folder');
      if (kind === 'folder') expect(await format.folder?.(path)).toBe(true);
      else if (format.sniff) expect(format.sniff(await input.head(4096), input.name)).toBe(true);
      else expect(format.extensions.some((extension) => input.name.endsWith(extension))).toBe(true);
    });

    it('refuses a file that is not there, by name', async () => {
      const error = await refusal(join(root, `absent${format.extensions[0] ?? ''}`));
      expect(error?.code).toBe('io');
      expect(error?.message).toContain('absent');
    });

    if (place) {
      for (const [at, row] of [
        ['first', 0],
        ['middle', Math.floor(rows.length / 2)],
        ['last', rows.length - 1],
      ] as const) {
        it(`names the ${at} row when it is damaged, or passes over it`, async () => {
          const path = await write(fresh(), rows, row);
          const error = await refusal(path);
          expect(error?.code).toBe('invalid-data');
          expect(error?.message).toMatch(place(row));
          expect(error?.message).toContain(path);
          const { rows: got, damaged } = await read(path, true);
          expect(got).toEqual(back(rows.filter((_, i) => i !== row)));
          expect(damaged).toHaveLength(1);
        });
      }
    }

    if (kind !== 'folder') {
      it('reads a file that was cut off anywhere, or refuses it by name', async () => {
        const path = await write(fresh(), rows);
        const whole = readFileSync(path);
        const ends = whole.length <= 400 ? whole.keys() : Array.from({ length: 400 }, (_, i) => Math.floor((i * whole.length) / 400));
        for (const end of ends) {
          writeFileSync(path, whole);
          truncateSync(path, end);
          const error = await refusal(path, true);
          if (error) expect(error.message).toContain(path);
        }
      });

      it('reads a file with any of its bytes changed, or refuses it by name', async () => {
        const path = await write(fresh(), rows);
        const whole = readFileSync(path);
        const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
        await fc.assert(
          fc.asyncProperty(changes, async (list) => {
            const changed = Uint8Array.from(whole);
            for (const [at, value] of list) changed[at] = value;
            writeFileSync(path, changed);
            const error = await refusal(path, true);
            if (error) expect(error.message).toContain(path);
          }),
          { numRuns: 60, seed: 1 },
        );
      });

      it('does not take surplus bytes at the end for rows in silence', async () => {
        const path = await write(fresh(), rows);
        appendFileSync(path, Uint8Array.from([0, 1, 2, 255]));
        const error = await refusal(path);
        if (error) expect(error.message).toContain(path);
        else expect((await read(path)).rows).toEqual(back(rows));
      });
    }

    if (kind === 'text') {
      const rewritten = async (change: (text: string) => string | Uint8Array) => {
        const path = await write(fresh(), rows);
        writeFileSync(path, change(readFileSync(path, 'utf8')));
        return read(path);
      };
      it('reads a byte order mark, UTF-16, CR LF and CR line ends, and no line end at the end', async () => {
        expect((await rewritten((text) => `\ufeff${text}`)).rows).toEqual(back(rows));
        expect((await rewritten((text) => text.replaceAll('\n', '\r\n'))).rows).toEqual(back(rows));
        expect((await rewritten((text) => text.replaceAll('\n', '\r'))).rows).toEqual(back(rows));
        expect((await rewritten((text) => text.trimEnd())).rows).toEqual(back(rows));
      });

      it('reads it gzipped, and refuses a damaged gzip file', async () => {
        const path = await write(fresh(), rows);
        const packed = gzipSync(readFileSync(path));
        writeFileSync(`${path}.gz`, packed);
        expect((await read(`${path}.gz`)).rows).toEqual(back(rows));
        writeFileSync(`${path}.gz`, packed.subarray(0, packed.length - 9));
        expect((await refusal(`${path}.gz`))?.message).toContain(`${path}.gz`);
      });

      it('refuses NUL bytes and binary files by name', async () => {
        const path = await write(fresh(), rows);
        appendFileSync(path, '\0\0');
        expect((await refusal(path))?.message).toMatch(/NUL|binary/);
      });
    }
  });
}
