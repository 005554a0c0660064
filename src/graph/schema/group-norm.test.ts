import { expect, test } from 'vitest';
import { tensorOf } from '../../core/tensor.ts';
import { Builder } from '../builder.ts';

test('groups, channels, powers and window sizes that do not fit are named', () => {
  const g = new Builder();
  const x = g.input('x', 'float32', ['N', 6, 4, 4]);
  const vector = (size: number) => g.constant(tensorOf('float32', Array<number>(size).fill(1)));
  expect(g.op('GroupNormalization', [x, vector(6), vector(6)], { num_groups: 3 }).shape).toEqual(['N', 6, 4, 4]);
  expect(() => g.op('GroupNormalization', [x, vector(6), vector(6)], { num_groups: 4 })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: GroupNormalization node \`GroupNormalization_2\`: \`num_groups\` (=4) does not divide the channels of [N, 6, 4, 4].]`,
  );
  expect(() => g.op('InstanceNormalization', [x, vector(3), vector(6)])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: InstanceNormalization node \`InstanceNormalization\`: input 1 has shape [3]; it needs one value for each channel of [N, 6, 4, 4].]`,
  );
  expect(() => g.op('LpNormalization', [x], { p: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: LpNormalization node \`LpNormalization\`: \`p\` is 3; it is 1 or 2.]`,
  );
  expect(() => g.op('LRN', [x], { size: 4 })).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: LRN node \`LRN\`: its \`size\` is 4; ONNX Runtime takes odd ones.]`,
  );
});
