// Every op that is differentiated as what it stands for computes the same as its expansion, on the cases of its gradient.
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stream } from '../core/rng.ts';
import { sizeOf, type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import { numbersIn } from '../graph/elements.ts';
import { attrsOf, type Value } from '../graph/graph.ts';
import { domainOf } from '../graph/schema/index.ts';
import { runGraph } from '../lower/run.ts';
import { openDevice } from '../runtime/device.ts';
import type { GradCase } from './check.ts';
import type { RuleEntry } from './rule.ts';
import { rules } from './rules/index.ts';

const folder = new URL('./rules/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.cases.ts'));
const all = await Promise.all(files.map(async (name) => ((await import(new URL(name, folder).href)) as { cases: readonly GradCase[] }).cases));
const { device } = await openDevice('cpu');

const expanding = all.flat().flatMap((gradCase) => {
  const entry: RuleEntry = rules[gradCase.op];
  return 'expand' in entry ? [[`${gradCase.op} ${JSON.stringify(gradCase.attrs ?? {})} ${gradCase.why ?? ''}`, gradCase, entry] as const] : [];
});

test.each(expanding)('%s', async (_, { op, inputs, attrs = {}, precision = 'float64' }, { expand }) => {
  const g = new Builder();
  const feeds: Record<string, Tensor> = {};
  const values = inputs.map((spec, i) => {
    if (!spec) return undefined;
    const { shape, values: given, constant, dtype = constant ? 'int64' : precision } = spec;
    if (constant) return g.constant(tensorOf(dtype, constant, shape));
    feeds[`x${i}`] = tensorOf(dtype, given ?? Array.from(stream(3, op, i).uniforms(sizeOf(shape)), (u) => 2 * u - 1), shape);
    return g.input(`x${i}`, dtype, shape);
  });
  const node = g.append(op, values, attrs, { domain: domainOf(op) });
  const stands = expand({
    g,
    node,
    inputs: values,
    attrs: attrsOf(node) as never,
    shape: (value) => value.shape as readonly number[],
    constant: (i) => numbersIn(values[i]) as readonly number[],
  });
  node.outputs.forEach((own, i) => {
    if (own) g.output(`own${i}`, own);
    if (own) g.output(`expanded${i}`, stands[i] as Value);
  });
  const outputs = await runGraph(g, feeds, { device, threads: 1 });
  node.outputs.forEach((_, i) => {
    const [own, other] = [outputs[`own${i}`], outputs[`expanded${i}`]];
    expect(other?.dims).toEqual(own?.dims);
    const wanted = toNumbers(own as Tensor);
    const allowed = (precision === 'float64' ? 1e-12 : 1e-5) * Math.max(1, ...wanted.map(Math.abs));
    const wrong = toNumbers(other as Tensor).flatMap((got, at) =>
      Math.abs(got - (wanted[at] as number)) <= allowed ? [] : [{ at, got, wanted: wanted[at] }],
    );
    expect(wrong).toEqual([]);
  });
});
