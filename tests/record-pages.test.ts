import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withTables } from '../bench/adapt/table.ts';
import { withTables as withValidators } from '../bench/validators/table.ts';
import { methodsPage } from '../scripts/methods-page.ts';
import { strategiesPage } from '../scripts/strategies-page.ts';

const page = (name: string) => readFileSync(new URL(`../${name}.md`, import.meta.url), 'utf8');

test('docs/strategies.md says what the records say; else run `npm run example -- scripts/strategies-page.ts`', () => {
  expect(page('docs/strategies')).toBe(strategiesPage());
});

test('docs/methods.md says what the records and the results say; else run `npm run example -- scripts/methods-page.ts`', () => {
  expect(page('docs/methods')).toBe(methodsPage());
});

test('bench/adapt/README.md has the tables of the results; else run `npm run example -- bench/adapt/table.ts`', () => {
  const told = page('bench/adapt/README');
  expect(told).toBe(withTables(told));
});

test('bench/validators/README.md has the tables of the results; else run `npm run example -- bench/validators/table.ts`', () => {
  const told = page('bench/validators/README');
  expect(told).toBe(withValidators(told));
});
