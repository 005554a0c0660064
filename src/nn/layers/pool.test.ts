// Shapes and numbers of pooling, and what is refused.
import { expect, test } from 'vitest';
import { type Tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import { specialise } from '../../graph/rewrite.ts';
import { runGraph } from '../../lower/run.ts';
import { openDevice } from '../../runtime/device.ts';
import { createModel } from '../create-model.ts';
import type { Layer } from '../scope.ts';
import { averagePool, globalAveragePool, maxPool, meanPool } from './pool.ts';

const { device } = await openDevice('cpu');

test.each<[string, Layer, number[], number[], number[]]>([
  ['maxPool, what is left over', maxPool(2), [1, 5], [1, 2], [1, 3]],
  ['maxPool, overlapping', maxPool(3, { stride: 1 }), [1, 5], [1, 3], [2, 3, 4]],
  ['maxPool, same', maxPool(2, { padding: 'same' }), [1, 5], [1, 3], [1, 3, 4]],
  ['averagePool, padding does not count', averagePool(3, { stride: 2, padding: 1 }), [1, 5], [1, 3], [0.5, 2, 3.5]],
  ['averagePool, two axes', averagePool([2, 1]), [1, 2, 2], [1, 1, 2], [1, 2]],
  ['maxPool, three axes', maxPool(2), [1, 2, 2, 2], [1, 1, 1, 1], [7]],
  ['globalAveragePool', globalAveragePool(), [2, 2, 2], [2], [1.5, 5.5]],
  ['meanPool over tokens', meanPool(), [2, 3], [3], [1.5, 2.5, 3.5]],
  ['meanPool over the last axis', meanPool({ axis: -1 }), [2, 3], [2], [1, 4]],
])('%s', async (_, layer, input, output, wanted) => {
  const count = input.reduce((a, b) => a * b, 1);
  const { graph } = specialise(createModel({ input, layers: [layer] }).graph, { N: 1 });
  const x = tensorOf(
    'float32',
    Array.from({ length: count }, (_, i) => i),
    [1, ...input],
  );
  const y = (await runGraph(graph, { input: x }, { device })).logits as Tensor;
  expect(y.dims).toEqual([1, ...output]);
  expect(toNumbers(y)).toEqual(wanted);
});

test('what does not fit is refused, and the layer named', () => {
  const make = (layer: Layer, input: readonly number[]) => () => createModel({ input, layers: [layer] });
  expect(make(maxPool(2), [3])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: \`maxPool\` takes [N, C, ...] with 1 to 3 spatial axes and known channels, not [N, 3].]`,
  );
  expect(make(maxPool([2, 2]), [3, 8])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: \`maxPool\`: \`kernel\` (=[2, 2]) has 2 sizes, but its input has 1 spatial axes.]`,
  );
  expect(make(globalAveragePool('gap'), [3])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: \`gap\` takes [N, C, ...] with 1 to 3 spatial axes and known channels, not [N, 3].]`,
  );
  expect(make(meanPool({ axis: 0 }), [3, 8])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: \`meanPool\`: \`axis\` (=0) is that of the batch; choose one behind it.]`,
  );
  expect(make(meanPool({ axis: 3 }), [3, 8])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: \`meanPool\`: axis 3 is outside [-3, 2] of a value of rank 3.]`,
  );
});
