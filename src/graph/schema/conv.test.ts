import { expect, test } from 'vitest';
import { tensorOf } from '../../core/tensor.ts';
import { runGraph } from '../../lower/run.ts';
import { Builder } from '../builder.ts';
import type { Attrs } from '../types.ts';

const transposed = (g: Builder, attrs: Attrs) => {
  const x = g.parameter('x', tensorOf('float32', [1, 2, 3], [1, 1, 3]));
  return g.op('ConvTranspose', [x, g.parameter('w', tensorOf('float32', [1, 10], [1, 1, 2]))], attrs);
};

test.each<[Attrs, number]>([
  [{ strides: [3], auto_pad: 'SAME_UPPER' }, 8],
  [{ strides: [3], auto_pad: 'SAME_LOWER', output_padding: [1] }, 9],
  [{ strides: [1], auto_pad: 'SAME_UPPER' }, 3],
  [{ strides: [3], output_shape: [10] }, 10],
  [{ strides: [3], output_shape: [7] }, 7],
])('a transposed convolution with %j gives %d places, in ONNX Runtime too', async (attrs, places) => {
  const g = new Builder();
  g.output('y', transposed(g, attrs));
  expect(g.outputs.get('y')?.shape).toEqual([1, 1, places]);
  expect((await runGraph(g, {})).y?.dims).toEqual([1, 1, places]);
});

test('an output beyond the reach of the window is refused', () => {
  expect(() => transposed(new Builder(), { strides: [3], output_shape: [11] })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: ConvTranspose: \`output_shape\` asks for 11 on axis 2, but its window reaches 10 at most; pad its output instead.]`,
  );
});

test('an output padding of a stride or more, which ONNX Runtime does not run, is refused where it stands', () => {
  const attrs = { strides: [2], dilations: [3], output_padding: [2] };
  expect(() => transposed(new Builder(), attrs)).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: ConvTranspose node \`ConvTranspose\`: \`output_padding\` (=2) must be below the stride (=2) on axis 2; ONNX Runtime runs no other. Pad its output instead.]`,
  );
  expect(transposed(new Builder(), { ...attrs, output_padding: [1] }).shape).toEqual([1, 1, 9]);
});
