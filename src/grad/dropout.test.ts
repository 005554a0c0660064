// Dropout as exported models hold it, in training mode with a mask that the node draws itself.
import { expect, test } from 'vitest';
import { tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { runGraph } from '../lower/run.ts';
import { backward } from './backward.ts';

function training(outputs: string[], ratio: (g: Builder) => Value) {
  const g = new Builder();
  const x = g.input('x', 'float32', [64]);
  const inputs = [x, ratio(g), g.constant(tensorOf('bool', 1))];
  const node = g.append('Dropout', inputs, { seed: 7 }, { name: 'drop', outputs });
  return { g, x, y: node.outputs[0] as Value, mask: node.outputs[1] };
}

test('passes 1 / (1 - ratio) where the mask that the node drew is set', async () => {
  const { g, x, y, mask } = training(['y', 'mask'], (graph) => graph.scalar(0.75));
  g.output('dx', backward(g, y, [x]).get(x) as Value);
  g.output('kept', g.mask(mask as Value));
  const { dx, kept } = await runGraph(g, { x: tensorOf('float32', Array<number>(64).fill(1)) });
  const drawn = toNumbers(kept as never);
  expect(new Set(drawn)).toEqual(new Set([0, 1]));
  expect(toNumbers(dx as never)).toEqual(drawn.map((one) => 4 * one));
});

test('needs the mask, and a constant ratio', () => {
  const blind = training(['y'], (graph) => graph.scalar(0.5));
  expect(() => backward(blind.g, blind.y, [blind.x])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Dropout node \`drop\` trains without its mask output, which its gradient needs.]`,
  );
  const varying = training(['y', 'mask'], (graph) => graph.input('ratio', 'float32', []));
  expect(() => backward(varying.g, varying.y, [varying.x])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Gradient of Dropout node \`drop\`: input 1 (\`ratio\`) must be a constant.]`,
  );
});
