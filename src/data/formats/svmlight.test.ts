import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readAll, testFormat } from '../../../tests/support/test-format.ts';
import type { SparseRow } from '../reading/cell.ts';
import { svmlight } from './svmlight.ts';

const row = (label: number, entries: Readonly<Record<number, number>>) => ({
  label,
  features: { indices: Int32Array.from(Object.keys(entries), Number), values: Float32Array.from(Object.values(entries)) },
});

testFormat({
  format: svmlight,
  kind: 'text',
  rows: [row(1, { 0: 0.5, 7: -2 }), row(-1, {}), row(2.5, { 3: 1e-3 })],
  write(folder, rows, damaged) {
    const lines = rows.map(({ label, features }, i) => {
      const { indices, values } = features as SparseRow;
      const pairs = Array.from(indices, (index, k) => `${index}:${values[k]}`);
      return i === damaged ? `${label} 5:1 4:1` : `${label} ${pairs.join(' ')} # note`;
    });
    const path = join(folder, 'rows.svmlight');
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  },
  place: (at) => new RegExp(`line ${at + 1}\\b`),
});

it('gives lists of labels where some rows have several', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-svmlight-'));
  const path = join(folder, 'several.svmlight');
  writeFileSync(path, '3 1:1\n1,2 2:1\n 2:1\n');
  expect((await readAll(svmlight, path)).rows.map(({ label }) => label)).toEqual([['3'], ['1', '2'], []]);
  rmSync(folder, { recursive: true });
});

it('refuses what is no decimal number, by line and place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-svmlight-'));
  const path = join(folder, 'wrong.svmlight');
  for (const [line, place] of [
    ['1 1:2:3', /line 2, character 3 holds "1:2:3"/],
    ['1 1:1 2:0x10', /line 2, character 7 holds "2:0x10"/],
    ['0x1 1:1', /line 2, character 1 begins with "0x1"/],
    [' 1:1', /line 2, character 1 begins with "1:1"/],
  ] as const) {
    writeFileSync(path, `1 1:1\n${line}\n`);
    await expect(readAll(svmlight, path)).rejects.toThrow(place);
  }
  rmSync(folder, { recursive: true });
});
