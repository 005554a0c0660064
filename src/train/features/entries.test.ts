import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runModule } from '../../../tests/support/child.ts';
import { checkEntry, entriesOf, keepWithin, newEntry, rowsPath, sweepEntries } from './entries.ts';
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

/** Bytes that two entries fill. */
const room = { most: 400, used: new Set<string>() };

async function begun(most = room.most) {
  return (await newEntry(folder, layout, { ...room, most })) ?? expect.fail('no room');
}

async function write(): Promise<void> {
  const entry = await begun();
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
  await (await begun()).discard();
  await write();
  expect(readdirSync(folder)).toEqual([name]);
  expect([await entriesOf(folder, 'a'), await entriesOf(folder, 'b'), await entriesOf(join(folder, 'none'))]).toEqual([[name], [], []]);
});

describe('the bound', () => {
  test('holds for two that begin at once', async () => {
    const both = await Promise.all([1, 2].map(() => newEntry(folder, layout, { ...room, most: 300 })));
    const taken = both.filter((entry) => entry !== undefined);
    expect(taken.length).toBeLessThan(2);
    for (const entry of taken) await entry.discard();
    expect(readdirSync(folder)).toEqual([]);
    await begun(300);
  });

  test('costs no entry where all of them would not make room', async () => {
    await write();
    expect(await newEntry(folder, layout, { ...room, most: 150 })).toBeUndefined();
    expect(readdirSync(folder)).toEqual([name]);
    expect(await newEntry(folder, layout, { most: 300, used: new Set([name]) })).toBeUndefined();
    await begun(300);
    expect(readdirSync(folder)).not.toContain(name);
  });

  test('lower than before removes what is spare, never what is used', async () => {
    await write();
    expect(await keepWithin(folder, { most: 150, used: new Set([name]) })).toBe(false);
    expect(await keepWithin(folder, { most: 200, used: new Set() })).toBe(true);
    expect(readdirSync(folder)).toEqual([name]);
    expect(await keepWithin(folder, { most: 150, used: new Set() })).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('counts what cannot be removed', async (context) => {
    if (process.platform === 'win32') return context.skip('permissions are those of POSIX');
    await write();
    chmodSync(join(folder, name), 0o555);
    chmodSync(folder, 0o777);
    // Who may do everything becomes nobody.
    const code = `import { newEntry } from ${JSON.stringify(new URL('./entries.ts', import.meta.url).href)};
      if (process.getuid() === 0) process.setuid(65534);
      const entry = await newEntry(${JSON.stringify(folder)}, ${JSON.stringify(layout)}, { most: 300, used: new Set() });
      process.stdout.write(String(entry));`;
    const { stdout, stderr } = await runModule(code);
    for (const left of readdirSync(folder)) chmodSync(join(folder, left), 0o755);
    expect([stdout, stderr]).toEqual(['undefined', '']);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

test('what processes that are gone left is swept away; what others write, and what is nobody of this cache, stays', async () => {
  const gone = (await runModule('process.stdout.write(String(process.pid))')).stdout;
  const own = await begun();
  const [unfinished] = readdirSync(folder) as [string];
  const [, , , machine, pid, start, ...id] = unfinished.split(/[.-]/) as [string, string, string, string, string, string, ...string[]];
  expect(pid).toBe(String(process.pid));
  const named = (...parts: readonly string[]) => `.graft-new-${parts.join('-')}-${id.join('-')}`;
  const silent = (left: string) => {
    for (const path of [join(folder, left, 'rows.bin'), join(folder, left)]) utimesSync(path, 1000, 1000);
  };
  const left = (path: string) => {
    mkdirSync(join(folder, path));
    writeFileSync(join(folder, path, 'rows.bin'), 'half');
    return path;
  };
  silent(unfinished);
  const stay = [unfinished, left(named('00000000', gone, start)), left('.graft-old-update-000000001'), left('notes'), left('.graft-new-model')];
  const go = [left(named(machine, gone, start)), left(named('00000000', pid, start)), left(`.graft-old-${name}`)];
  silent(go[1] as string);
  // Another process had the number of this one before.
  if (start !== '') go.push(left(named(machine, pid, '1')));
  expect(readdirSync(folder).sort()).toEqual([...stay, ...go].sort());
  await sweepEntries(folder);
  expect(readdirSync(folder).sort()).toEqual(stay.sort());
  await own.append(content);
  await own.finish(name);
  expect(await checkEntry(folder, name, layout)).toBe(true);
});
