import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GraftError } from '../core/errors.ts';
import { lockFolder } from './folder-lock.ts';

let root: string;
let folder: string;
let lock: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'graft-lock-'));
  folder = join(root, 'run');
  lock = join(folder, 'lock.json');
  mkdirSync(folder);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Takes the folder and gives it back. @returns `free`, or why it cannot be taken. */
async function attempt(path = folder): Promise<string> {
  try {
    await (await lockFolder(path))();
    return 'free';
  } catch (error) {
    expect(error).toBeInstanceOf(GraftError);
    return (error as Error).message.replaceAll(root, '<root>').replaceAll(hostname(), '<host>');
  }
}

const aged = (seconds: number) => {
  const then = statSync(lock).mtimeMs / 1000 - seconds;
  utimesSync(lock, then, then);
};
const heldBy = (holder: object, secondsAgo = 0) => {
  writeFileSync(lock, JSON.stringify(holder));
  aged(secondsAgo);
};

test('a folder is held once, under any of its names, and free again when it is given back', async () => {
  symlinkSync(folder, join(root, 'other name'));
  const release = await lockFolder(folder);
  expect([await attempt(), await attempt(join(root, 'other name'))].join('\n')).toMatchInlineSnapshot(`
    "<root>/run is in use by another run of this process. Wait for its end, choose another folder, or remove <root>/run/lock.json if it is no run of Graft.
    <root>/other name is in use by another run of this process. Wait for its end, choose another folder, or remove <root>/run/lock.json if it is no run of Graft."
  `);
  await release();
  expect(readdirSync(folder)).toEqual([]);
  expect(await attempt(join(root, 'other name'))).toBe('free');
});

test('two threads of a process cannot hold one folder', async () => {
  const module = JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href);
  const code = `import { parentPort } from 'node:worker_threads';
    const { lockFolder } = await import(${module});
    const answer = await lockFolder(${JSON.stringify(folder)}).then(() => 'free', (error) => error.message);
    parentPort.postMessage(answer);`;
  const answers = await Promise.all(
    [1, 2, 3].map(
      () =>
        new Promise<string>((resolve, reject) => {
          const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { execArgv: process.execArgv });
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  expect(answers.filter((answer) => answer === 'free')).toHaveLength(1);
  expect(await attempt()).toMatchInlineSnapshot(
    `"<root>/run is in use by another run of this process. Wait for its end, choose another folder, or remove <root>/run/lock.json if it is no run of Graft."`,
  );
});

test('a process of another machine counts as alive while its lock is fresh', async () => {
  heldBy({ pid: 7, host: 'elsewhere', token: 'a' }, 12);
  expect(await attempt()).toMatchInlineSnapshot(
    `"<root>/run is in use by process 7 on elsewhere, which was alive 12 s ago. Wait for its end, choose another folder, or remove <root>/run/lock.json if it is no run of Graft."`,
  );
  heldBy({ pid: 7, host: 'elsewhere', token: 'a' }, 31);
  expect(await attempt()).toBe('free');
});

test('what a killed process left is taken over: its number is free, or went to another', async () => {
  const gone = spawnSync(process.execPath, ['--eval', '']).pid;
  for (const left of [
    { pid: gone, host: hostname() },
    { pid: process.pid, host: hostname() },
    { pid: process.pid, host: hostname(), started: 1, token: 'a' },
  ]) {
    heldBy(left);
    expect(await attempt()).toBe('free');
  }
  for (const unreadable of ['half a li', '{}']) {
    writeFileSync(lock, unreadable);
    aged(31);
    expect(await attempt()).toBe('free');
  }
  writeFileSync(lock, '');
  expect(await attempt()).toMatchInlineSnapshot(
    `"<root>/run is in use by a run that began 0 s ago. Wait for its end, choose another folder, or remove <root>/run/lock.json if it is no run of Graft."`,
  );
});

test('of many that find a dead lock at once, one takes it', async () => {
  for (let round = 0; round < 20; round++) {
    heldBy({ pid: process.pid, host: hostname(), started: 1, token: 'dead' });
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => lockFolder(folder)));
    const won = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    expect(won).toHaveLength(1);
    await won[0]?.();
  }
});

test('giving back never fails: neither without the folder, nor where the lock cannot be removed, nor does it take the lock of another', async () => {
  const lost = await lockFolder(folder);
  rmSync(folder, { recursive: true });
  await lost();
  expect(await attempt()).toBe('free');
  const release = await lockFolder(folder);
  const mine = readFileSync(lock, 'utf8');
  const other = JSON.stringify({ pid: 7, host: 'elsewhere', token: 'another' });
  rmSync(lock);
  writeFileSync(lock, other);
  await release();
  expect(readFileSync(lock, 'utf8')).toBe(other);
  // As it stands when the file system has become read-only.
  writeFileSync(lock, mine);
  expect(await attempt()).toBe('free');
});
