import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { npyFile } from '../../../tests/support/npy-file.ts';
import { readAll, testFormat } from '../../../tests/support/test-format.ts';
import { zipFile } from '../../../tests/support/zip-file.ts';
import type { DenseRow } from '../reading/cell.ts';
import { npz } from './npz.ts';

/** Files that NumPy saved. */
const { archives }: { archives: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(new URL('../../../tests/golden/npy.json', import.meta.url), 'utf8'),
);

const row = (label: number, ...values: readonly number[]) => ({ X: { dims: [values.length], values: Float32Array.from(values) }, label });

testFormat({
  format: npz,
  kind: 'binary',
  rows: [row(0, 1, 2), row(1, 3, 4), row(0, 5, 6)],
  async write(folder, rows) {
    const path = join(folder, 'rows.npz');
    const x = Float64Array.from(rows.flatMap(({ X }) => [...(X as DenseRow).values]));
    const y = Int32Array.from(rows, ({ label }) => label as number);
    const arrays: [string, Uint8Array][] = [
      ['X.npy', npyFile('<f8', [rows.length, 2], x)],
      ['y.npy', npyFile('<i4', [rows.length], y)],
    ];
    writeFileSync(path, await zipFile(new Map(arrays), false));
    return path;
  },
});

const root = mkdtempSync(join(tmpdir(), 'graft-npz-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const saved = (name: string) => {
  const path = join(root, `${name}.npz`);
  writeFileSync(path, Buffer.from(archives[name] ?? '', 'base64'));
  return path;
};
/** Rows as `part: values = label`. */
const rowsOf = async (name: string) =>
  (await readAll(npz, saved(name))).batches.flatMap(({ part, columns, rows }) =>
    rows.map(
      (cells) => `${part ?? 'all'} ${columns.map((column, i) => `${column}=${[...((cells[i] as DenseRow).values ?? [cells[i]])].join()}`).join(' ')}`,
    ),
  );

describe('files that NumPy saved', () => {
  it('with X and y; arrays of other lengths are passed over, whatever they hold', async () => {
    expect(await rowsOf('X and y')).toEqual(['all X=0,1,2 label=0', 'all X=3,4,5 label=1', 'all X=6,7,8 label=1', 'all X=9,10,11 label=0']);
    const { facts } = await readAll(npz, saved('X and y'));
    expect(facts).toEqual({ arrays: 'X [4, 3] |u1, y [4] <i8', 'arrays of other lengths': 'names [2] |O, passed over' });
  });

  it('with parts, as Keras names them', async () => {
    expect(await rowsOf('keras')).toEqual([
      'train x=0,1,2 label=0',
      'train x=3,4,5 label=1',
      'train x=6,7,8 label=1',
      'train x=9,10,11 label=0',
      'test x=100,101,102 label=0',
      'test x=103,104,105 label=1',
    ]);
  });

  it('with parts and labels [N, 1], as MedMNIST has them', async () => {
    const rows = await rowsOf('medmnist');
    expect(rows).toHaveLength(7);
    expect(rows.slice(3, 6)).toEqual(['train images=9,10,11 label=0', 'validation images=0,1,2 label=0', 'test images=3,4,5 label=1']);
  });

  it('without labels', async () => {
    expect((await rowsOf('no label'))[1]).toBe('all arr_0=3,4,5 arr_1=1.5,2,2.5');
  });
});

describe('refuses by name', () => {
  it('labels of another length, objects, and archives without arrays', async () => {
    const path = saved('lengths differ');
    await expect(readAll(npz, path)).rejects.toThrow(`"${path}": no array has as many rows as there are labels: "X" [4, 3], "y" [3]`);
    const objects = saved('objects');
    await expect(readAll(npz, objects)).rejects.toThrow(`"${objects}/y.npy" holds Python objects, stored as a pickle`);
    const none = join(root, 'none.npz');
    writeFileSync(none, await zipFile(new Map([['a.txt', Buffer.from('a')]])));
    await expect(readAll(npz, none)).rejects.toThrow(`"${none}" holds no NumPy array`);
  });
});
