// Chains of reshapes are one node with the same result; what waits for computed sizes stays.
import { expect, test } from 'vitest';
import { noise } from '../../tests/support/noise.ts';
import { tensor } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import { prune } from '../graph/rewrite.ts';
import { joinedReshapes } from './reshapes.ts';
import { runGraph } from './run.ts';

const opsOf = (g: Builder) => prune(joinedReshapes(g).graph).graph.nodes.map(({ op }) => op);

test('a chain is one reshape, also where its middle is read elsewhere', async () => {
  const g = new Builder();
  const x = g.input('x', 'float32', [2, 3, 4]);
  const flat = g.reshape(g.unsqueeze(g.neg(x), [0]), [6, 4]);
  g.output('y', g.exp(g.squeeze(g.reshape(flat, [1, 4, 6]), [0])));
  g.output('z', g.exp(flat));
  expect(opsOf(g).toSorted()).toEqual(['Exp', 'Exp', 'Neg', 'Reshape', 'Reshape']);
  const feeds = { x: tensor('float32', [2, 3, 4], Float32Array.from(noise(1, 24))) };
  expect(await runGraph(joinedReshapes(g).graph, feeds)).toEqual(await runGraph(g, feeds));
});

test('a reshape to sizes that are computed is left alone', () => {
  const g = new Builder();
  const x = g.input('x', 'float32', [2, 3]);
  const sizes = g.input('sizes', 'int64', [2]);
  const open = g.append('Reshape', [g.reshape(x, [6]), sizes], {}).outputs[0];
  g.output('y', g.exp(g.reshape(open as typeof x, [6])));
  expect(opsOf(g)).toEqual(['Reshape', 'Reshape', 'Reshape', 'Exp']);
});
