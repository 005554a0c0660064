import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { methodsPage } from '../scripts/methods-page.ts';
import { strategiesPage } from '../scripts/strategies-page.ts';

const page = (name: string) => readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8');

test('docs/strategies.md says what the records say; else run `npm run example -- scripts/strategies-page.ts`', () => {
  expect(page('strategies')).toBe(strategiesPage());
});

test('docs/methods.md says what the records and the results say; else run `npm run example -- scripts/methods-page.ts`', () => {
  expect(page('methods')).toBe(methodsPage());
});
