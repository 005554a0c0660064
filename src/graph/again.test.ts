import { expect, it } from 'vitest';
import { type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { runGraph } from '../lower/run.ts';
import { again } from './again.ts';
import { Builder } from './builder.ts';

it('computes from another value what was computed from one, conditions too, and shares all else', async () => {
  const g = new Builder();
  const [x, mask, w] = [
    g.input('x', 'float32', [3]),
    g.random('mask', [3], { distribution: 'dropout', rate: 0.5 }),
    g.parameter('w', tensorOf('float32', [1, 2, 3])),
  ];
  const scale = g.mul(g.mul(w, 10), mask);
  const y = g.add(g.mul(g.where(g.greater(x, 0), x, 100), scale), 1);
  const nodes = g.nodes.length;
  const other = g.neg(x);
  const turned = again(g, y, x, other);
  expect(g.nodes.slice(nodes + 1).map(({ op }) => op)).toEqual(['Greater', 'Where', 'Mul', 'Add']);
  expect(again(g, scale, x, other)).toBe(scale);
  expect(again(g, x, x, other)).toBe(other);
  g.output('y', y);
  g.output('turned', turned);
  const feeds = { x: tensorOf('float32', [5, -6, 7]), mask: tensorOf('float32', [2, 2, 0]) };
  const outputs = await runGraph(g, feeds, { threads: 1 });
  expect(toNumbers(outputs.y as Tensor)).toEqual([101, 4001, 1]);
  expect(toNumbers(outputs.turned as Tensor)).toEqual([2001, 241, 1]);
});
