// Shapes, parameters and refusals of convolutions; their numbers are proved with the networks.
import { expect, test } from 'vitest';
import { specialise } from '../../graph/rewrite.ts';
import { createModel } from '../create-model.ts';
import type { Layer } from '../scope.ts';
import { conv, convTranspose } from './conv.ts';

const make = (layer: Layer, input: readonly number[]) => createModel({ input, layers: [layer] });
const shapeOf = (layer: Layer, input: readonly number[]) => {
  const model = make(layer, input);
  return specialise(model.graph, { N: 2 }).map(model.logits).shape;
};
const parameters = (layer: Layer, input: readonly number[]) =>
  make(layer, input)
    .graph.ofKind('parameter')
    .map(({ shape }) => shape);

test.each<[string, Layer, number[], number[]]>([
  ['no padding', conv(4, 3), [3, 8, 10], [2, 4, 6, 8]],
  ['one axis, stride and padding', conv(4, 5, { stride: 2, padding: 2 }), [3, 9], [2, 4, 5]],
  ['three axes, sizes one by one', conv(4, [1, 2, 3], { dilation: [1, 2, 1] }), [3, 4, 5, 6], [2, 4, 4, 3, 4]],
  ['same at stride 1', conv(4, 4, { padding: 'same' }), [3, 7, 8], [2, 4, 7, 8]],
  ['same at stride 2 rounds up', conv(4, 3, { padding: 'same', stride: 2 }), [3, 7, 8], [2, 4, 4, 4]],
  ['transposed, doubling', convTranspose(4, 3, { stride: 2, padding: 1, outputPadding: 1 }), [6, 4, 5], [2, 4, 8, 10]],
  ['transposed, one axis, dilated', convTranspose(4, 3, { dilation: 2 }), [6, 5], [2, 4, 9]],
])('%s', (_, layer, input, output) => {
  expect(shapeOf(layer, input)).toEqual(output);
});

test('weights and biases', () => {
  expect(parameters(conv(4, [3, 5], { groups: 2 }), [6, 8, 8])).toEqual([[4, 3, 3, 5], [4]]);
  expect(parameters(conv(6, 3, { groups: 6, bias: false }), [6, 8, 8])).toEqual([[6, 1, 3, 3]]);
  expect(parameters(convTranspose(4, 3, { groups: 2 }), [6, 8])).toEqual([[6, 2, 3], [4]]);
});

test.each<[string, Layer, number[]]>([
  // Variance 2 / (channels field) of what meets in one output.
  ['conv', conv(64, 3), [32, 8, 8]],
  ['depthwise', conv(4096, 3, { groups: 4096 }), [4096, 8, 8]],
  ['transposed', convTranspose(64, 4, { stride: 2 }), [32, 8, 8]],
])('%s starts with the variance of He', (name, layer, input) => {
  const { data } = make(layer, input).graph.ofKind('parameter')[0] as { data?: { data: Float32Array } };
  const values = data?.data as Float32Array;
  const fan = { conv: 32 * 9, depthwise: 9, transposed: 32 * 4 }[name] as number;
  const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  expect(variance / (2 / fan)).toBeCloseTo(1, 1);
});

test('what does not fit is refused, and the layer named', () => {
  const errors = [
    () => make(conv(4, 3, { groups: 4 }), [6, 8, 8]),
    () => make(conv(4, 3, { name: 'stem', groups: 0 }), [6, 8, 8]),
    () => make(conv(0, 3), [6, 8, 8]),
    () => make(conv(4, [3, 3]), [6, 8]),
    () => make(conv(4, 0), [6, 8]),
    () => make(conv(4, 3, { padding: -1 }), [6, 8]),
    () => make(conv(4, 3, { stride: 1.5 }), [6, 8]),
    () => make(conv(4, 3), [6]),
    () => make(convTranspose(5, 3, { groups: 2 }), [6, 8]),
  ].map((body) => {
    try {
      return body();
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(errors.join('\n')).toMatchInlineSnapshot(`
    "\`conv\`: \`groups\` (=4) must divide the channels (=6) and \`filters\` (=4).
    \`stem\`: \`groups\` (=0) must be a whole number of at least 1.
    \`conv\`: \`filters\` (=0) must be a whole number of at least 1.
    \`conv\`: \`kernel\` (=[3, 3]) has 2 sizes, but its input has 1 spatial axes.
    \`conv\`: \`kernel\` (=0) must be whole numbers of at least 1.
    \`conv\`: \`padding\` (=-1) must be whole numbers of at least 0.
    \`conv\`: \`stride\` (=1.5) must be whole numbers of at least 1.
    \`conv\` takes [N, C, ...] with 1 to 3 spatial axes and known channels, not [N, 6].
    \`convTranspose\`: \`groups\` (=2) must divide the channels (=6) and \`filters\` (=5)."
  `);
});
