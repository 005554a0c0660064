import { expect, it } from 'vitest';
import { smallModel } from '../../tests/support/small-problem.ts';
import { type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { runGraph } from '../lower/run.ts';
import { Builder } from './builder.ts';
import type { Value } from './graph.ts';
import { insert } from './insert.ts';

it('copies what is needed under names of its own, stored values as constants, and gives the same numbers', async () => {
  const model = smallModel(3);
  const g = new Builder();
  const x = g.input('x', 'float32', [2, 1, 8, 8]);
  const bind = (value: Value) => (value === model.input ? x : undefined);
  const [first] = insert(g, model.graph, [model.logits], bind);
  const [again, features] = g.scope('again', () => insert(g, model.graph, [model.logits, model.features], bind));
  expect(g.ofKind('parameter')).toEqual([]);
  expect(new Set(g.nodes.map(({ name }) => name)).size).toBe(g.nodes.length);
  g.output('first', first ?? expect.fail());
  g.output('again', again ?? expect.fail());
  expect(features?.shape).toEqual([2, 72]);
  const values = Array.from({ length: 128 }, (_, i) => Math.sin(i));
  const inputs = tensorOf('float32', values, [2, 1, 8, 8]);
  const { logits } = await runGraph(model.graph, { input: inputs });
  const outputs = await runGraph(g, { x: inputs });
  expect(toNumbers(outputs.again as Tensor)).toEqual(toNumbers(logits as Tensor));
  expect(toNumbers(outputs.first as Tensor)).toEqual(toNumbers(logits as Tensor));
});

it('takes bound values in place of what computes them, and refuses a missing input', () => {
  const model = smallModel(3);
  const g = new Builder();
  const features = g.input('features', 'float32', [5, 72]);
  const [logits] = insert(g, model.graph, [model.logits], (value) => (value === model.features ? features : undefined));
  expect(logits?.shape).toEqual([5, 10]);
  expect(g.nodes.map(({ op }) => op)).not.toContain('Conv');
  expect(() => insert(g, model.graph, [model.logits], () => undefined)).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: The input \`input\` is needed, and nothing stands for it.]`,
  );
});
