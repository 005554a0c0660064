import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OpName } from '../graph/schema/index.ts';
import { runGraph } from '../lower/run.ts';
import { checkGradient, type GradCase } from './check.ts';
import { rules } from './rules/index.ts';

const folder = new URL('./rules/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.cases.ts'));
const families = (await Promise.all(files.map((name) => import(new URL(name, folder).href)))) as { cases: readonly GradCase[] }[];
const all = families.flatMap(({ cases }) => cases);

/** [op, inputs, attributes] in one line. */
function title({ op, inputs, attrs = {} }: GradCase): string {
  const shapes = inputs.map((input) => (input ? `[${input.shape}]${input.constant ? '=' : ''}` : '-')).join(' ');
  return `${op} ${shapes} ${JSON.stringify(attrs)}`;
}

describe('gradient rules against central differences', () => {
  it.each(all.map((test) => [title(test), test] as const))('%s', async (_, test) => {
    const tolerance = test.tolerance ?? (test.precision === 'float32' ? 1e-2 : 1e-6);
    const { first, second } = await checkGradient(test, runGraph);
    for (const error of [...first, ...second]) expect(error).toBeLessThan(tolerance);
  });
});

it('every rule has a case', () => {
  const covered = new Set<string>(all.map(({ op }) => op));
  const missing = (Object.keys(rules) as OpName[]).filter((op) => typeof rules[op] === 'function' && !covered.has(op));
  expect(missing).toEqual([]);
});
