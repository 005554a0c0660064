// Shapes of the ops that reorder and select, with sizes that are open, and what they say of sizes that do not fit.
import { describe, expect, test } from 'vitest';
import { tensorOf } from '../../core/tensor.ts';
import { Builder } from '../builder.ts';
import type { Shape, TensorType } from '../types.ts';
import type { OpAttrs, OpName } from './index.ts';

/** Types of a node over an input of `shape` and int64 or bool constants. */
function typesOf<K extends OpName>(
  op: K,
  shape: Shape,
  constants: readonly (readonly number[] | number)[],
  attrs: OpAttrs<K>,
  outputs = 1,
): TensorType[] {
  const g = new Builder();
  const others = constants.map((values) => g.constant(tensorOf(op === 'Compress' ? 'bool' : 'int64', values)));
  return g.ops(op, [g.input('x', 'float32', shape), ...others], attrs, outputs).map(({ dtype, shape: sizes }) => ({ dtype, shape: sizes }));
}
const shapeOf = <K extends OpName>(op: K, shape: Shape, constants: readonly (readonly number[] | number)[], attrs: OpAttrs<K>) =>
  typesOf(op, shape, constants, attrs)[0]?.shape;

describe('shapes with an open batch', () => {
  test('keep its name where it is not touched', () => {
    expect(shapeOf('DepthToSpace', ['N', 8, 2, 3], [], { blocksize: 2 })).toEqual(['N', 2, 4, 6]);
    expect(shapeOf('SpaceToDepth', ['N', 2, 'H', 6], [], { blocksize: 2 })).toEqual(['N', 8, 'SpaceToDepth.height', 3]);
    expect(shapeOf('CenterCropPad', ['N', 5, 4], [[3, 6]], { axes: [2, 1] })).toEqual(['N', 6, 3]);
    expect(shapeOf('Compress', ['N', 4], [[1, 0, 1]], { axis: 1 })).toEqual(['N', 2]);
  });

  test('TopK gives values and places', () => {
    expect(typesOf('TopK', ['N', 4], [[3]], {}, 2)).toEqual([
      { dtype: 'float32', shape: ['N', 3] },
      { dtype: 'int64', shape: ['N', 3] },
    ]);
  });
});

test('sizes that do not fit are named', () => {
  expect(() => shapeOf('TopK', [2, 4], [[5]], { axis: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: TopK node \`TopK\`: \`K\` (=5) is more than axis 1 of [2, 4] has.]`,
  );
  expect(() => shapeOf('DepthToSpace', [1, 6, 2, 2], [], { blocksize: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: DepthToSpace node \`DepthToSpace\`: 6 (its channels) is not divisible by 4.]`,
  );
  expect(() => shapeOf('SpaceToDepth', [1, 6, 2], [], { blocksize: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: SpaceToDepth node \`SpaceToDepth\`: it takes images [N, C, H, W], not [1, 6, 2].]`,
  );
  expect(() => shapeOf('ReverseSequence', [4, 2], [[1, 2]], { batch_axis: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: ReverseSequence node \`ReverseSequence\`: \`batch_axis\` (=2) and \`time_axis\` (=0) must be 0 and 1 or 1 and 0.]`,
  );
});
