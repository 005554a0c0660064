// `graft data`: what is in a table, column by column.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { graft } from '../support/cli.ts';

const cwd = mkdtempSync(join(tmpdir(), 'graft-data-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test('each column is shown with its kind, what is missing, what it ranges over and an example', async () => {
  const lines = Array.from(
    { length: 40 },
    (_, i) => `${i % 4 ? i / 2 : ''},${1 + (i % 28)}/12/2020,"in ${i % 7}\nlines, and on and on and on",${i % 2 ? 'oak' : 'elm'}`,
  );
  writeFileSync(join(cwd, 'trees.csv'), `height,felled,said,kind\n${lines.join('\n')}\n`);
  const { code, stdout, stderr } = await graft(['data', 'trees.csv', '--label', 'kind'], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.slice(stdout.indexOf('column  '), stdout.indexOf('\n\n', stdout.indexOf('column  ')))).toMatchInlineSnapshot(`
    "column  kind      missing  values                    example
    ──────  ────────  ───────  ────────────────────────  ──────────────────────────────
    height  number         10  0.5000 to 19.50           0.5000
    felled  date            0  2020-12-01 to 2020-12-28  2020-12-01
    said    category        0  7 different               in 0 lines, and on and on and
    kind    label           0  2 different               elm"
  `);
});

test('one set of data at a time', async () => {
  const { code, stderr } = await graft(['data', 'photos', 'trees.csv'], { cwd });
  expect([code, stderr.trim()]).toEqual([
    2,
    'error: graft data: takes only <data>, but was given `trees.csv` after `photos`; leave it out, or run the command again for it.',
  ]);
});
