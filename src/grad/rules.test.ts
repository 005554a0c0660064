import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { tensorOf } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import { domainOf, type OpName, schemaOf } from '../graph/schema/index.ts';
import { compileGraph } from '../lower/run.ts';
import { type Device, openDevice } from '../runtime/device.ts';
import { backward } from './backward.ts';
import { checkGradient, type GradCase } from './check.ts';
import { type RuleEntry, ZERO } from './rule.ts';
import { rules } from './rules/index.ts';

const folder = new URL('./rules/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.cases.ts'));
const families = await Promise.all(
  files.map(async (name) => {
    const { cases } = (await import(new URL(name, folder).href)) as { cases: readonly GradCase[] };
    return { family: name.replace('.cases.ts', ''), cases };
  }),
);
const entries = Object.entries(rules) as [OpName, RuleEntry][];

let device: Device;
beforeAll(async () => {
  ({ device } = await openDevice('cpu'));
});

/** `Conv [2, 3] [4] {"group":2}`: enough to find the case. */
function title({ op, inputs, attrs, why }: GradCase): string {
  const shapes = inputs.map((input) => (!input ? '-' : input.constant ? `=${input.constant.join()}` : `[${input.shape.join()}]`));
  return [op, ...shapes, ...(attrs ? [JSON.stringify(attrs)] : []), ...(why ? [`(${why})`] : [])].join(' ');
}

describe.each(families)('$family', ({ cases }) => {
  test.each(cases.map((gradCase) => [title(gradCase), gradCase] as const))('%s', async (_, gradCase) => {
    const slopes = await checkGradient(gradCase, (graph) => compileGraph(graph, { device, threads: 1 }));
    const wrong = slopes.filter(({ numeric, analytic, allowed }) => !(Math.abs(numeric - analytic) <= allowed));
    expect(wrong).toEqual([]);
  });
});

describe('every op of the table', () => {
  const covered = new Set(families.flatMap(({ cases }) => cases.map(({ op }) => op)));

  test('has a case if it has a rule', () => {
    const missing = entries.filter(([op, entry]) => (typeof entry === 'function' || 'expand' in entry) && !covered.has(op)).map(([op]) => op);
    expect(missing).toEqual([]);
  });

  test.each(entries.filter(([, entry]) => entry === ZERO))('%s, of gradient zero, passes none on', (op) => {
    const { g, x, y } = nodeOf(op);
    const before = g.nodes.length;
    expect(backward(g, y, [x]).size).toBe(0);
    expect(g.nodes.slice(before).filter((node) => node.inputs.includes(x))).toEqual([]);
  });

  test.each(entries.filter(([, entry]) => 'unsupported' in entry))('%s, unsupported, says where it stands and what to freeze', (op) => {
    const { g, x, y } = nodeOf(op);
    expect(() => backward(g, y, [x])).toThrow(new RegExp(`^${op} cannot be differentiated: .*\`the-node\`.*freeze what lies before it: \`x\`\\.$`));
  });
});

/** A node of `op` over a parameter `x`, whatever the op would say of its shape. */
function nodeOf(op: OpName) {
  const g = new Builder();
  const x = g.parameter('x', tensorOf('float32', [1, 2]));
  const domain = domainOf(op);
  const inputs = (schemaOf(domain, op)?.inputs ?? []).filter((input) => !input.endsWith('?')).map(() => x);
  const node = g.append(op, inputs, {}, { domain, name: 'the-node', outputs: ['y'], types: [{ dtype: 'float32', shape: [2] }] });
  return { g, x, y: node.outputs[0] ?? x };
}
