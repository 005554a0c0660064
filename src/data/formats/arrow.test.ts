import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  Bool,
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  Int64,
  List,
  Table,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { afterAll, describe, expect, it } from 'vitest';
import { goldenPath, goldenRows } from '../../../tests/support/golden-rows.ts';
import { type Rows, readAll, testFormat } from '../../../tests/support/test-format.ts';
import type { Cell, DenseRow } from '../reading/cell.ts';
import { arrow } from './arrow.ts';

const TYPES: Readonly<Record<string, DataType>> = {
  id: new Int32(),
  large: new Int64(),
  text: new Utf8(),
  kind: new Dictionary(new Utf8(), new Int32()),
  flag: new Bool(),
  when: new TimestampMillisecond(),
  tags: new List(new Field('item', new Utf8(), true)),
  vector: new FixedSizeList(3, new Field('item', new Float32(), true)),
};

const plain = (cell: Cell) => (cell !== null && typeof cell === 'object' && 'dims' in cell ? Array.from((cell as DenseRow).values) : cell);
const table = (rows: Rows) =>
  new Table(
    Object.fromEntries(
      Object.entries(TYPES).map(([name, type]) => [
        name,
        vectorFromArray(
          rows.map((row) => plain(row[name] ?? null)),
          type,
        ),
      ]),
    ),
  );

const ROWS: Rows = Array.from({ length: 6 }, (_, i) => ({
  id: i,
  large: 2n ** 60n + BigInt(i),
  text: i === 3 ? null : `text ${i} é`,
  kind: ['red', 'green'][i % 2] as string,
  flag: i === 4 ? null : i % 3 === 0,
  when: new Date(Date.UTC(1969 + i, 1, 2, 3, 4, 5, 67)),
  tags: i === 1 ? [] : ['a', `b${i}`],
  vector: { dims: [3], values: Float32Array.of(i, 0.5, -1) },
}));

for (const kind of ['file', 'stream'] as const)
  testFormat({
    format: arrow,
    kind: 'binary',
    rows: ROWS,
    write(folder, rows) {
      const path = join(folder, `rows-${kind}.arrow`);
      writeFileSync(path, tableToIPC(table(rows), kind));
      return path;
    },
  });

testFormat({
  format: arrow,
  kind: 'binary',
  rows: goldenRows(),
  write(folder, rows) {
    const path = join(folder, 'rows.feather');
    copyFileSync(goldenPath(rows.length === 1 ? 'one.feather' : 'rows-lz4.feather'), path);
    return path;
  },
});

const folder = mkdtempSync(join(tmpdir(), 'graft-arrow-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

describe('reads what pyarrow writes', () => {
  it.each(['rows-uncompressed.feather', 'rows-lz4.feather', 'rows-zstd.feather', 'rows.arrows'])('%s', async (name) => {
    expect((await readAll(arrow, goldenPath(name))).rows).toEqual(goldenRows());
  });

  it('LZ4 blocks that refer to those before them', async () => {
    const { rows, batches } = await readAll(arrow, goldenPath('long-lz4.feather'));
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 40_000 }, (_, i) => i % 1000));
    expect(batches.every((batch) => batch.rows.length <= 1000)).toBe(true);
  });

  it('texts as views; a map is left out, and said to be', async () => {
    const { rows, facts } = await readAll(arrow, goldenPath('views.feather'));
    expect(rows).toEqual(goldenRows(['text']));
    expect(facts).toEqual({ 'left out': 'map (maps)' });
  });
});

it('reads a stream of several batches whose dictionaries grow', async () => {
  const [first, second] = [table(ROWS.slice(0, 1)), table(ROWS.slice(1, 2))];
  const path = file('delta.arrow', tableToIPC(first.concat(second), 'stream'));
  expect((await readAll(arrow, path)).rows.map(({ kind }) => kind)).toEqual(['red', 'green']);
});

describe('refuses by name', () => {
  const stream = Buffer.from(tableToIPC(table(ROWS), 'stream'));
  it.each([
    ['gzipped', gzipSync(stream), 'is gzipped; unpack it first'],
    ['no end', stream.subarray(0, stream.length - 8), 'ends without the mark that ends an Arrow stream; it is cut off.'],
    ['cut off', stream.subarray(0, stream.length - 100), 'ends inside of a record batch; it is cut off.'],
    ['no footer', readFileSync(goldenPath('rows-zstd.feather')).subarray(0, -1), 'ends without the footer of an Arrow file; it is cut off.'],
    ['text', Buffer.from('a,b\n1,2\n'), 'holds no Arrow message at byte 0; it is damaged, or something else.'],
    ['nothing', new Uint8Array(), 'ends without the mark that ends an Arrow stream'],
  ])('%s', async (name, bytes, what) => {
    const path = file(`${name}.arrow`, bytes);
    await expect(readAll(arrow, path)).rejects.toThrow(`"${path}" ${what}`);
  });

  it('lists that claim more entries than there are', async () => {
    const tags = vectorFromArray([['a'], ['b'], ['c']], TYPES.tags as DataType);
    const bytes = Buffer.from(tableToIPC(new Table({ tags }), 'stream'));
    bytes.writeInt32LE(2 ** 31 - 1, bytes.indexOf(Buffer.from(Int32Array.of(0, 1, 2, 3).buffer)) + 12);
    const path = file('lists.arrow', bytes);
    await expect(readAll(arrow, path)).rejects.toThrow(
      `"${path}" is a damaged Arrow file, or uses what is not read: a column has 3 values, but needs 2147483647.`,
    );
  });
});
