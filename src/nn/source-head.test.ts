import { expect, it } from 'vitest';
import { smallModel } from '../../tests/support/small-problem.ts';
import { type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { runGraph } from '../lower/run.ts';
import { createModel } from './create-model.ts';
import { loadOnnx } from './import/load-onnx.ts';
import { replaceHead } from './import/replace-head.ts';
import { relu } from './layers/activation.ts';
import { dense } from './layers/dense.ts';
import { type Model, stateOf } from './model.ts';
import { sourceHeadOf, withSourceHead } from './source-head.ts';

const layers = (classes: number) => [dense(4, { name: 'body' }), relu(), dense(classes, { name: 'head' })];
const source = createModel({ name: 'source', input: [3], layers: layers(3), classes: ['a', 'b', 'c'], seed: 5 });
const x = tensorOf('float32', [1, -2, 3, 0.5, 0, -1], [2, 3]);

async function scoresOf({ graph, input }: Model, name = 'logits') {
  graph.output(name, name === 'logits' ? (graph.outputs.get(name) ?? expect.fail()) : graph.value(name));
  return toNumbers((await runGraph(graph, { [input.name]: x }))[name] as Tensor);
}

it('stays with a model whose head is replaced, and gives its scores beside the new ones', async () => {
  const model = replaceHead(source, { classes: ['x', 'y'] });
  expect(model.sourceHead).toMatchObject({ reads: source.features.name, classes: ['a', 'b', 'c'] });
  const { model: whole, sourceLogits } = withSourceHead(model);
  expect(sourceLogits.shape).toEqual(['N', 3]);
  expect(whole.groups.map(({ name, kind, members }) => [name, kind, ...members])).toEqual([
    ['body', 'shared', 'body.weight', 'body.bias'],
    ['head', 'head', 'head.weight', 'head.bias'],
    ['source-head', 'head', 'source-head.head.weight', 'source-head.head.bias'],
  ]);
  expect(stateOf(whole).get('body.weight')).toBe(stateOf(model).get('body.weight'));
  expect(await scoresOf(whole, sourceLogits.name)).toEqual(await scoresOf(source));
});

it('has values of its own, as the new model has', async () => {
  const before = await scoresOf(source);
  const model = replaceHead(source, { classes: 2 });
  for (const { data } of stateOf(withSourceHead(model).model).values()) (data as Float32Array).fill(7);
  for (const { data } of stateOf(model).values()) (data as Float32Array).fill(7);
  expect(await scoresOf(source)).toEqual(before);
  expect(toNumbers(stateOf(withSourceHead(model).model).get('source-head.head.weight') as Tensor)).toEqual(
    toNumbers(stateOf(source).get('head.weight') as Tensor),
  );
});

it('is put beside a model of the same layers that was made otherwise', async () => {
  const target = createModel({ name: 'target', input: [3], layers: layers(2) });
  const sourceHead = sourceHeadOf(source) ?? expect.fail();
  expect(withSourceHead({ ...target, sourceHead }).sourceLogits.shape).toEqual(['N', 3]);
  expect(() => withSourceHead(target)).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Model \`target\` has no classifier of its source: load a model that has its classifier, as \`loadOnnx\` reads it, and give it the new one with \`replaceHead\`; or give \`{ ...model, sourceHead: sourceHeadOf(source) }\`.]`,
  );
  expect(() => withSourceHead({ ...smallModel(), sourceHead })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Gemm node \`source-head/head/Gemm\`: it multiplies matrices, not [N, 8, 6, 6] and [3, 4].]`,
  );
});

it('is missing where a model ends in its features, and that of the network before stays where heads are replaced twice', async () => {
  const { pathname } = new URL('../../packages/all-minilm-l6-v2/model.onnx', import.meta.url);
  const sentences = await loadOnnx(pathname, { output: 'last_hidden_state', features: 'last_hidden_state', dequantise: true });
  expect(sourceHeadOf(sentences)).toBeUndefined();
  const model = replaceHead(sentences, { classes: 2 });
  expect(model.sourceHead).toBeUndefined();
  expect(replaceHead(model, { classes: ['p', 'q', 'r'] }).sourceHead?.graph.outputs.get('logits')?.shape).toEqual(['N', 2]);
});
