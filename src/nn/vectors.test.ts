import { expect, it, test } from 'vitest';
import { createModel } from './create-model.ts';
import { replaceHead } from './import/replace-head.ts';
import { dropout, relu } from './layers/activation.ts';
import { conv } from './layers/conv.ts';
import { dense, flatten } from './layers/dense.ts';
import { globalAveragePool } from './layers/pool.ts';
import { BATCH } from './model.ts';
import { vectorsOf } from './vectors.ts';

const maps = createModel({
  input: [3, 8, 8],
  layers: [conv(6, 3, { name: 'conv' }), relu(), globalAveragePool(), flatten(), dense(4, { name: 'old' })],
});
const described = (model: typeof maps) => {
  const { node, shape } = vectorsOf(model);
  return [node?.op, ...shape];
};

test.each([
  ['linear', 'Flatten'],
  ['mlp', 'Flatten'],
  ['cosine', 'Div'],
] as const)('a %s head on maps reads what a %s gives', (head, op) => {
  const features = maps.graph.nodes.find((node) => node.op === 'Relu')?.outputs[0]?.name ?? expect.fail();
  const model = replaceHead(maps, { classes: 3, head, features });
  expect(model.features.shape).toHaveLength(4);
  expect(described(model)).toEqual([op, BATCH, 6]);
});

it('is the features where they are vectors, with the dropout that comes before the head', () => {
  expect(vectorsOf(maps)).toBe(maps.features);
  const model = createModel({ input: [5], layers: [dense(7, { name: 'body' }), relu(), dropout(0.5), dense(2, { name: 'head' })] });
  expect(described(model)).toEqual(['Dropout', BATCH, 7]);
});

it('fails where there are none', () => {
  const model = createModel({ name: 'maps', input: [3, 8, 8], layers: [conv(6, 3, { name: 'conv' }), conv(2, 1, { name: 'head' })] });
  expect(() => vectorsOf(model)).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: The features [N, 6, 6, 6] of model \`maps\` do not become one vector for each example.]`,
  );
});
