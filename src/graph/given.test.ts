import { expect, test } from 'vitest';
import { tensorOf } from '../core/tensor.ts';
import { Builder } from './builder.ts';
import { withGiven } from './given.ts';
import type { Value } from './graph.ts';

function network(): Builder {
  const g = new Builder();
  const [x, mask] = [g.input('x', 'float32', [2, 3]), g.input('mask', 'float32', [2, 3])];
  const low = g.parameter('low', tensorOf('float32', [1, 2, 3]));
  const high = g.parameter('high', tensorOf('float32', [4, 5, 6]));
  g.buffer('unread', tensorOf('float32', [7]));
  const [hidden] = g.ops('Split', [g.mul(g.mul(x, low), mask)], { axis: 1, num_outputs: 1 }, 1) as [Value];
  g.output('y', g.add(g.mul(hidden, high), mask));
  return g;
}

test('what lies before given values goes, and what is read besides stays', () => {
  const g = network();
  const split = g.nodes.find(({ op }) => op === 'Split')?.outputs[0]?.name as string;
  const { graph } = withGiven(g, [split], new Set());
  expect(graph.nodes.map(({ op }) => op)).toEqual(['Mul', 'Add']);
  expect(graph.ofKind('input').map(({ name, shape }) => [name, shape])).toEqual([
    ['mask', [2, 3]],
    [split, [2, 3]],
  ]);
  expect([...graph.ofKind('parameter'), ...graph.ofKind('buffer')].map(({ id }) => id)).toEqual(['high']);
  expect([...graph.outputs.keys()]).toEqual(['y']);
});

test('an input that is given stays, and parameters that are to stay stay', () => {
  const { graph } = withGiven(network(), ['x'], new Set(['low', 'unread']));
  expect(graph.nodes).toHaveLength(5);
  const part = withGiven(network(), ['Mul_1'], new Set(['low'])).graph;
  expect(part.ofKind('parameter').map(({ id }) => id)).toEqual(['low', 'high']);
});

test('a name that is none is refused', () => {
  expect(() => withGiven(network(), ['z'], new Set())).toThrowErrorMatchingInlineSnapshot(`[GraftError: Graph \`graft\` has no value named \`z\`.]`);
});
