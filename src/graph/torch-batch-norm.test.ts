import { expect, test } from 'vitest';
import { fromTorchMomentum } from './torch-batch-norm.ts';

test("PyTorch's momentum weighs the new batch, ONNX's the past", () => {
  expect(fromTorchMomentum(0.1)).toBe(0.9);
  expect(fromTorchMomentum(0)).toBe(1);
});

test('a momentum outside [0, 1] is refused', () => {
  expect(() => fromTorchMomentum(1.5)).toThrowErrorMatchingInlineSnapshot(`[GraftError: \`momentum\` (=1.5) of a batch norm must lie in [0, 1].]`);
});
