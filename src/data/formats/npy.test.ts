import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { npyFile } from '../../../tests/support/npy-file.ts';
import { readAll, testFormat } from '../../../tests/support/test-format.ts';
import type { DenseRow } from '../reading/cell.ts';
import { npy } from './npy.ts';

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly file: string;
    readonly dims: readonly number[];
    readonly values: readonly (number | string)[];
  }[];
  readonly refused: readonly { readonly name: string; readonly file: string }[];
}
/** Files that NumPy saved. */
const { cases, refused }: Golden = JSON.parse(readFileSync(new URL('../../../tests/golden/npy.json', import.meta.url), 'utf8'));

const row = (...values: readonly number[]) => ({ values: { dims: [values.length], values: Float32Array.from(values) } });

testFormat({
  format: npy,
  kind: 'binary',
  rows: [row(1, 2.5), row(-3, 4), row(0, 1e30)],
  write(folder, rows) {
    const path = join(folder, 'rows.npy');
    writeFileSync(path, npyFile('<f4', [rows.length, 2], Float32Array.from(rows.flatMap(({ values }) => [...(values as DenseRow).values]))));
    return path;
  },
});

const root = mkdtempSync(join(tmpdir(), 'graft-npy-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const file = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(root, name), bytes);
  return join(root, name);
};

describe('files that NumPy saved', () => {
  it.each(cases)('$name', async ({ file: packed, dims, values }) => {
    const bytes = Buffer.from(packed, 'base64');
    for (const path of [file('a.npy', bytes), file('a.npy.gz', gzipSync(bytes))]) {
      const cells = (await readAll(npy, path)).rows.map((one) => one.values);
      if (dims.length === 0) expect(cells).toEqual(values.map((value) => (Object.is(value, -0) ? expect.closeTo(0) : value)).map(nearly));
      else {
        expect(cells.map((cell) => (cell as DenseRow).dims)).toEqual(cells.map(() => dims));
        expect(cells.flatMap((cell) => [...(cell as DenseRow).values])).toEqual(values.map((value) => nearly(Math.fround(value as number))));
      }
    }
  });
});

/** As JSON writes it: what is a number is the same one. */
const nearly = (value: unknown) => (typeof value === 'number' ? expect.closeTo(value, 12) : value);

describe('refuses', () => {
  it.each(refused)('$name', async ({ name, file: packed }) => {
    const path = file('bad.npy', Buffer.from(packed, 'base64'));
    const reasons: Readonly<Record<string, string>> = {
      objects: 'holds Python objects, stored as a pickle, which may run any program when it is read; save it anew as numbers or strings',
      complex: 'holds complex numbers',
      dates: 'holds dates; save them as strings',
      spans: 'holds spans of time',
      records: 'holds records of several fields',
      'long doubles': 'holds elements of type "<f16", which are not read',
      'single value': 'holds a single value',
      'empty rows': 'is [3, 0] of <f8: its rows hold nothing.',
      'rows of strings': 'is an array of strings [1, 2]',
    };
    await expect(readAll(npy, path)).rejects.toThrow(`"${path}" ${reasons[name]}`);
  });

  it('files that are cut off, too long or no NumPy files', async () => {
    const whole = npyFile('<f8', [2, 3], Float64Array.of(1, 2, 3, 4, 5, 6));
    const cut = file('cut.npy', whole.subarray(0, whole.length - 1));
    await expect(readAll(npy, cut)).rejects.toThrow(`"${cut}" is cut off: [2, 3] of <f8 takes ${whole.length} bytes in all, not ${whole.length - 1}`);
    const long = file('long.npy', Buffer.concat([whole, Buffer.of(0)]));
    await expect(readAll(npy, long)).rejects.toThrow(`"${long}" is too long`);
    await expect(readAll(npy, file('no.npy', Buffer.from('hello')))).rejects.toThrow('it does not begin with "\\x93NUMPY"');
    await expect(
      readAll(
        npy,
        file(
          'v9.npy',
          whole.map((byte, i) => (i === 6 ? 9 : byte)),
        ),
      ),
    ).rejects.toThrow('its version is 9, not 1, 2 or 3');
    const huge = npyFile('|u1', [2 ** 52], new Uint8Array(8));
    await expect(readAll(npy, file('huge.npy', huge))).rejects.toThrow('is cut off: [4503599627370496] of |u1');
    const endless = npyFile('<U0', [2 ** 40], new Uint8Array(0));
    await expect(readAll(npy, file('endless.npy', endless))).rejects.toThrow('its rows hold nothing');
  });
});

it('keeps whole numbers that a double does not hold', async () => {
  const path = file('big.npy', npyFile('<i8', [2], BigInt64Array.of(2n ** 60n + 1n, 5n)));
  expect((await readAll(npy, path)).rows).toEqual([{ values: 2n ** 60n + 1n }, { values: 5 }]);
});

it('reads large arrays in pieces, in order', async () => {
  const values = Int32Array.from({ length: 2500 * 700 }, (_, i) => i);
  const { batches, facts } = await readAll(npy, file('large.npy', npyFile('<i4', [2500, 700], values)));
  expect(batches.map(({ rows }) => rows.length)).toEqual([1000, 1000, 500]);
  expect(facts).toEqual({ type: '<i4', shape: '[2500, 700]', order: 'C' });
  const last = batches[2]?.rows.at(-1)?.[0] as DenseRow;
  expect([last.values[0], last.values[699]]).toEqual([2499 * 700, 2499 * 700 + 699]);
});
