// Errors of the library in the words of the command line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { dataFlags } from '../../apps/cli/commands/data-flags.ts';
import { inFlags } from '../../apps/cli/in-flags.ts';
import { graft } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-in-flags-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('options become flags, and nothing else does', () => {
  const said = (text: string) => inFlags(text, dataFlags);
  expect(said("pass over such rows with `onDamaged: 'skip'`.")).toBe('pass over such rows with `--on-damaged skip`.');
  expect(said("say so: `types: 'Umsatz (EUR)=number'`.")).toBe("say so: `--types 'Umsatz (EUR)=number'`.");
  expect(said('more than `maxDamaged` (=0.05) allows')).toBe('more than `--max-damaged` (=0.05) allows');
  // The columns of a table may be called as options are.
  expect(said('`label` (="tex") names no column of "a.csv"; did you mean `text`?')).toBe(
    '`--label` (="tex") names no column of "a.csv"; did you mean `text`?',
  );
  expect(said('`label` names no column; known are `text`, `label`.')).toBe('`--label` names no column; known are `text`, `label`.');
  expect(said('`resume` goes on; `constructor` and `label column` stay.')).toBe('`resume` goes on; `constructor` and `label column` stay.');
});

test('an error of the data names the flag', async () => {
  writeFileSync(join(folder, 'rows.csv'), 'a,b,c\n1,x,2\n3,y,4\n5,x,6\n');
  const { code, stdout, stderr } = await graft(['data', 'rows.csv', '--json'], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toBe(
    'error: Which column of "rows.csv" is the label cannot be told; name it by `--label`. Columns: a (number), b (category), c (number).\n',
  );
  expect((JSON.parse(stdout) as { error: { message: string } }).error.message).toContain('name it by `--label`');
});
