import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { strategiesPage } from '../scripts/strategies-page.ts';

test('docs/strategies.md says what the records say; else run `npm run example -- scripts/strategies-page.ts`', () => {
  expect(readFileSync(new URL('../docs/strategies.md', import.meta.url), 'utf8')).toBe(strategiesPage());
});
