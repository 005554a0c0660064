import { describe, expect, it } from 'vitest';
import type { OpName } from '../graph/schema/index.ts';
import { runGraph } from '../lower/run.ts';
import { checkGradient, type GradCase } from './check.ts';
import { rules } from './rules/index.ts';

const families = import.meta.glob<{ cases: readonly GradCase[] }>('./rules/*.cases.ts', { eager: true });
const all = Object.values(families).flatMap(({ cases }) => cases);

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
