import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkEntry, entriesOf, newEntry, rowsPath } from './entries.ts';
import { fileRows, memoryRows } from './rows.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-entries-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const name = `${'a'.repeat(32)}-${'b'.repeat(32)}`;
const layout = { values: [{ name: 'x', dtype: 'uint8', dims: [5], input: false }], length: 40, bytes: 5 } as const;
const content = Uint8Array.from({ length: 200 }, (_, i) => (i * 7) % 256);

async function write(): Promise<void> {
  const entry = await newEntry(folder, layout);
  await entry.append(content.subarray(0, 130));
  await entry.append(content.subarray(130));
  await entry.finish(name);
}

test('rows read from the file are those that were written, in any order, repeated, and after the file is gone', async () => {
  await write();
  expect(await checkEntry(folder, name, layout)).toBe(true);
  const [disk, memory] = [await fileRows(rowsPath(folder, name), 5), memoryRows(content, 5)];
  if (process.platform !== 'win32') rmSync(join(folder, name), { recursive: true });
  for (const indices of [[3], [0, 1, 2, 3], [39, 7, 8, 9, 7, 0, 38, 39], []]) {
    const [a, b] = [new Uint8Array(5 * indices.length), new Uint8Array(5 * indices.length)];
    await disk.read(indices, a);
    await memory.read(indices, b);
    expect(a).toEqual(b);
    expect([...b]).toEqual(indices.flatMap((row) => [...content.subarray(5 * row, 5 * row + 5)]));
  }
  await disk.close();
});

test('a file that is cut short while it is read is told of', async () => {
  await write();
  const rows = await fileRows(rowsPath(folder, name), 5);
  truncateSync(rowsPath(folder, name), 12);
  await expect(async () => rows.read([1, 2], new Uint8Array(10))).rejects.toThrow(
    /rows.bin was cut short while it was read. Train with `featureCache: false`/,
  );
  await rows.close();
});

test('an entry of another layout is none, one that is given up leaves nothing, one that is there already stays', async () => {
  await write();
  expect(await checkEntry(folder, name, { ...layout, length: 39 })).toBe(false);
  const into = new Uint8Array(200);
  expect([await checkEntry(folder, name, layout, into), into]).toEqual([true, content]);
  await (await newEntry(folder, layout)).discard();
  await write();
  expect(readdirSync(folder)).toEqual([name]);
  expect([await entriesOf(folder, 'a'), await entriesOf(folder, 'b'), await entriesOf(join(folder, 'none'))]).toEqual([[name], [], []]);
});
