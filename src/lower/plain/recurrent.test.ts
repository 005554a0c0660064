import { expect, test } from 'vitest';
import { tensorOf } from '../../core/tensor.ts';
import { backward } from '../../grad/backward.ts';
import { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { prune } from '../../graph/rewrite.ts';
import type { Attrs } from '../../graph/types.ts';
import { lower } from '../lower.ts';

const filled = (dims: readonly number[]) => tensorOf('float32', Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0.1), dims);

/** A layer of which only the last state is wanted. */
function layer(attrs: Attrs = {}) {
  const g = new Builder();
  const x = g.input('x', 'float32', [3, 2, 4]);
  const w = g.parameter('w', filled([1, 8, 4]));
  const last = g.append('LSTM', [x, w, g.parameter('r', filled([1, 8, 2]))], attrs, { name: 'lstm', outputs: ['', 'last'] }).outputs[1] as Value;
  return { g, w, last };
}

test('the forward pass runs once, although the gradient needs all states and the forward graph only the last', () => {
  const { g, w, last } = layer({ layout: 1 });
  g.output('last', last);
  g.output('dw', backward(g, g.sum(last), [w]).get(w) as Value);
  const { graph } = lower(prune(g).graph);
  expect(graph.nodes.filter(({ op }) => op === 'LSTM').map(({ outputs, attrs }) => [outputs.map((value) => value !== undefined), attrs])).toEqual([
    [[true, true], {}],
  ]);
});

test('what has no gradient says so', () => {
  const refused = (attrs: Attrs) => () => {
    const { g, w, last } = layer(attrs);
    backward(g, g.sum(last), [w]);
  };
  expect(refused({ clip: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: LSTM node \`lstm\` has \`clip\` (=3), which Graft does not differentiate. Export it without, and clip gradients while training.]`,
  );
  expect(refused({ input_forget: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: LSTM node \`lstm\` has coupled gates (\`input_forget\`), which Graft does not differentiate. Freeze it and what lies before it.]`,
  );
  expect(refused({ activations: ['Sigmoid', 'Relu', 'Tanh'] })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: LSTM node \`lstm\` has \`activations\` (=Sigmoid, Relu, Tanh), which Graft does not differentiate. Each direction must have Sigmoid, Tanh, Tanh; else freeze it and what lies before it.]`,
  );
});
