import { expect, test } from 'vitest';
import { tensorOf } from '../core/tensor.ts';
import { Builder } from './builder.ts';
import { channelAxes } from './channel-axis.ts';
import type { Value } from './graph.ts';

const weight = (g: Builder, ...dims: number[]) =>
  g.parameter(g.fresh('w'), tensorOf('float32', new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(1), dims));
const axisOf = (shape: readonly number[], build: (g: Builder, x: Value) => Value) => {
  const g = new Builder();
  const value = build(g, g.input('x', 'float32', ['N', ...shape]));
  return channelAxes(g)(value);
};
const conv = (g: Builder, x: Value, kernel: Value) => g.op('Conv', [x, kernel], { pads: new Array(2 * (kernel.shape.length - 2)).fill(1) });

test('is told by the node that settles it, not by sizes', () => {
  // As many channels as rows, and as many steps as numbers.
  expect(axisOf([8, 8, 20], (g, x) => g.relu(conv(g, x, weight(g, 8, 8, 3, 3))))).toBe(1);
  expect(axisOf([8, 8], (g, x) => g.relu(conv(g, x, weight(g, 8, 8, 3))))).toBe(1);
  expect(axisOf([8, 8], (g, x) => g.relu(g.matMul(x, weight(g, 8, 8))))).toBe(2);
  expect(axisOf([8, 8, 8], (g, x) => g.op('LayerNormalization', [x, weight(g, 8)]))).toBe(3);
});

test('moves with transposes, reshapes and what drops an axis', () => {
  const maps = (g: Builder, x: Value) => conv(g, x, weight(g, 6, 3, 3, 3));
  expect(axisOf([3, 4, 5], (g, x) => g.transpose(maps(g, x), [0, 2, 3, 1]))).toBe(3);
  expect(axisOf([3, 4, 5], (g, x) => g.reshape(maps(g, x), [0, 6, 20]))).toBe(1);
  expect(axisOf([3, 4, 5], (g, x) => g.transpose(g.reshape(maps(g, x), [0, 6, 20]), [0, 2, 1]))).toBe(2);
  expect(axisOf([3, 4, 5], (g, x) => g.reshape(g.transpose(maps(g, x), [0, 2, 3, 1]), [0, 20, 6]))).toBe(2);
  expect(axisOf([3, 4, 5], (g, x) => g.mean(g.transpose(maps(g, x), [0, 2, 3, 1]), [1]))).toBe(2);
});

test('stays where a product goes over places', () => {
  const mixed = (g: Builder, x: Value) => g.matMul(g.transpose(g.matMul(x, weight(g, 4, 4)), [0, 2, 1]), weight(g, 4, 4));
  expect(axisOf([4, 4], mixed)).toBe(1);
});

test('is that of most files where nothing tells', () => {
  expect(axisOf([7, 7, 3], (g, x) => g.relu(x))).toBe(1);
  expect(axisOf([7, 3], (g, x) => g.relu(x))).toBe(2);
  expect(axisOf([7], (g, x) => g.relu(x))).toBe(1);
});
