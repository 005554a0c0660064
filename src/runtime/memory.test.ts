import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileCacheOf, processMemory, withinLimit } from './memory.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'graft-memory-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const [MIB, GIB] = [2 ** 20, 2 ** 30];
const machine = { free: 40 * GIB, total: 64 * GIB, limit: 0, available: 40 * GIB, files: 0 };

test('a control group bounds what the machine has, and the files that it holds give way', () => {
  expect(withinLimit(machine)).toEqual({ free: 40 * GIB, total: 64 * GIB });
  const bounded = { ...machine, limit: 2 * GIB, available: 300 * MIB };
  expect(withinLimit(bounded)).toEqual({ free: 300 * MIB, total: 2 * GIB });
  expect(withinLimit({ ...bounded, files: GIB })).toEqual({ free: GIB + 300 * MIB, total: 2 * GIB });
  expect(withinLimit({ ...bounded, files: 9 * GIB }).free).toBe(2 * GIB);
  // Others may have taken what the group was granted.
  expect(withinLimit({ ...bounded, free: 100 * MIB }).free).toBe(100 * MIB);
  // As version 1 says that there is no bound.
  expect(withinLimit({ ...machine, limit: 2 ** 63, available: 2 ** 63 })).toEqual({ free: 40 * GIB, total: 64 * GIB });
});

test('this machine has some, and no more than it has', () => {
  const { free, total } = processMemory();
  expect(free).toBeGreaterThan(MIB);
  expect(free).toBeLessThanOrEqual(total);
  expect(total).toBeLessThanOrEqual(totalmem());
  expect(free).toBeLessThan(freemem() + GIB);
});

test('files held in memory are read of either version of control groups, from within a container too', () => {
  const write = (path: string, text: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  expect(fileCacheOf(root)).toBe(0);
  write('proc/self/cgroup', '0::/user/one\n');
  expect(fileCacheOf(root)).toBe(0);
  write('sys/fs/cgroup/memory.stat', 'anon 500\nactive_file 1\ninactive_file 2\n');
  expect(fileCacheOf(root)).toBe(3);
  write('sys/fs/cgroup/user/one/memory.stat', 'anon 500\nfile 90\nactive_file 30\ninactive_file 40\n');
  expect(fileCacheOf(root)).toBe(70);
  write('proc/self/cgroup', '11:cpu,cpuacct:/docker/7\n9:memory:/docker/7\n');
  write('sys/fs/cgroup/memory/memory.stat', 'active_file 1\ninactive_file 1\ntotal_active_file 5\ntotal_inactive_file 6\n');
  expect(fileCacheOf(root)).toBe(11);
});
