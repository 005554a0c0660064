import { expect, test } from 'vitest';
import { Builder } from '../builder.ts';

const g = new Builder();
const x = g.input('x', 'float32', ['N', 3, 4]);

test('reduced axes become 1 or vanish; symbolic sizes stay', () => {
  expect(g.op('ReduceSum', [x, g.ints([-1, 1])]).shape).toEqual(['N', 1, 1]);
  expect(g.op('ReduceMax', [x, g.ints([0])], { keepdims: 0 }).shape).toEqual([3, 4]);
  expect(g.op('ReduceL2', [x], { keepdims: 0 }).shape).toEqual([]);
  expect(g.op('ReduceMean', [x, g.ints([])]).shape).toEqual([1, 1, 1]);
  expect(g.op('ReduceMean', [x, g.ints([])], { noop_with_empty_axes: 1 }).shape).toEqual(['N', 3, 4]);
  expect(g.op('Softmax', [x], { axis: 0 }).shape).toEqual(['N', 3, 4]);
});

test('positions of extremes are int64', () => {
  expect(g.op('ArgMax', [x], { axis: -1, keepdims: 0 })).toMatchObject({ dtype: 'int64', shape: ['N', 3] });
});

test('axes outside the rank, named twice, or not constant are refused', () => {
  expect(() => g.op('ReduceSum', [x, g.ints([3])])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: ReduceSum node \`ReduceSum_2\`: axis 3 is outside [-3, 2] of a value of rank 3.]`,
  );
  expect(() => g.op('ReduceSum', [x, g.ints([1, -2])])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: ReduceSum node \`ReduceSum_4\`: axes [1, -2] name one axis twice.]`,
  );
  expect(() => g.op('ReduceSum', [x, g.input('axes', 'int64', [1])])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: ReduceSum node \`ReduceSum_6\`: its axes must be a constant.]`,
  );
  expect(() => g.op('Softmax', [x], { axis: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: Softmax node \`Softmax_2\`: axis 3 is outside [-3, 2] of a value of rank 3.]`,
  );
});
