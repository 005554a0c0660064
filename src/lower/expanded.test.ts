import { expect, test } from 'vitest';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { expanded } from './expanded.ts';

/** Queries, keys and values of one head. */
const operands = (g: Builder) => ['q', 'k', 'v'].map((name) => g.input(name, 'float32', [2, 1, 3, 4]));

test('attention and Einsum become what they stand for, under the same names outside', () => {
  const g = new Builder();
  const [q, k, v] = operands(g) as [Value, Value, Value];
  const heard = g.op('Attention', [q, k, v]);
  g.output('y', g.relu(g.op('Einsum', [heard, v], { equation: 'bhqd,bhkd->bhqk' })));
  const { graph } = expanded(g);
  expect(graph.nodes.map(({ op }) => op)).toEqual(['Mul', 'Transpose', 'MatMul', 'Softmax', 'MatMul', 'Transpose', 'MatMul', 'Relu']);
  expect([...graph.outputs.keys()]).toEqual(['y']);
});

test('a node stays whose outputs the expansion does not all give', () => {
  const g = new Builder();
  const { outputs } = g.append('Attention', operands(g), {}, { name: 'attention', outputs: ['y', '', '', 'scores'] });
  g.output('y', outputs[0] as Value);
  g.output('scores', outputs[3] as Value);
  expect(expanded(g).graph.nodes.find(({ name }) => name === 'attention')?.op).toBe('Attention');
});

test('cached keys are refused with the remedy', () => {
  const g = new Builder();
  const past = g.input('past', 'float32', [2, 1, 5, 4]);
  g.append('Attention', [...operands(g), undefined, past, past], {}, { name: 'attention' });
  expect(() => expanded(g)).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Attention node \`attention\` reads cached keys (past_key, past_value, nonpad_kv_seqlen), which training has not. Export the model without its cache (\`use_cache=False\`).]`,
  );
});
