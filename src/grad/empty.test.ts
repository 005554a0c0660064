// Tensors without elements: their gradients have their shapes, and where nothing comes back the gradient is zero.
import { expect, test } from 'vitest';
import { sizeOf, tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { runGraph } from '../lower/run.ts';
import { openDevice } from '../runtime/device.ts';
import { backward } from './backward.ts';

const { device } = await openDevice('cpu');

type Inputs = Readonly<Record<string, readonly number[]>>;
type Case = readonly [name: string, inputs: Inputs, build: (g: Builder, x: Readonly<Record<string, Value>>) => Value];

const cases: readonly Case[] = [
  ['sum over the empty axis', { x: [0, 3] }, (g, { x }) => g.sum(x as Value, [0])],
  ['sum over the empty axis, kept', { x: [0, 3] }, (g, { x }) => g.sum(x as Value, [0], true)],
  ['mean over the empty axis, kept', { x: [0, 3] }, (g, { x }) => g.mean(x as Value, [0], true)],
  ['product with what is summed over the empty axis', { x: [0, 3], y: [1, 3] }, (g, { x, y }) => g.mul(g.sum(x as Value, [0], true), y as Value)],
  ['vector without elements', { a: [0], b: [0, 3] }, (g, { a, b }) => g.matMul(a as Value, b as Value)],
  ['stack and matrix with nothing between', { a: [4, 2, 0], b: [0, 3] }, (g, { a, b }) => g.matMul(a as Value, b as Value)],
  ['stack of no rows and matrix', { a: [4, 0, 2], b: [2, 3] }, (g, { a, b }) => g.matMul(a as Value, b as Value)],
  ['sum over the other axis, kept', { x: [0, 3] }, (g, { x }) => g.sum(x as Value, [1], true)],
  ['mean', { x: [0, 3] }, (g, { x }) => g.mean(x as Value)],
  ['max', { x: [0, 3] }, (g, { x }) => g.op('ReduceMax', [x as Value, g.ints([1])], { keepdims: 0 })],
  ['reshape', { x: [0, 6] }, (g, { x }) => g.op('Reshape', [x as Value, g.ints([3, 0])], { allowzero: 1 })],
  ['matrices with nothing between', { a: [2, 0], b: [0, 3] }, (g, { a, b }) => g.matMul(a as Value, b as Value)],
  ['matrices without rows', { a: [0, 2], b: [2, 3] }, (g, { a, b }) => g.matMul(a as Value, b as Value)],
  ['stacks of no matrices', { a: [0, 2, 3], b: [0, 3, 2] }, (g, { a, b }) => g.matMul(a as Value, b as Value)],
  ['gemm', { a: [0, 2], b: [2, 3], c: [3] }, (g, { a, b, c }) => g.op('Gemm', [a as Value, b as Value, c as Value])],
  ['gemm with nothing between', { a: [2, 0], b: [0, 3], c: [3] }, (g, { a, b, c }) => g.op('Gemm', [a as Value, b as Value, c as Value])],
  ['broadcast product', { a: [0, 3], b: [3] }, (g, { a, b }) => g.mul(a as Value, b as Value)],
  ['concat', { a: [0, 3], b: [2, 3] }, (g, { a, b }) => g.concat([a as Value, b as Value], 0)],
  ['softmax', { x: [0, 3] }, (g, { x }) => g.op('Softmax', [x as Value], { axis: 1 })],
  ['convolution of no examples', { x: [0, 2, 5, 5], w: [3, 2, 3, 3] }, (g, { x, w }) => g.op('Conv', [x as Value, w as Value])],
];

test.each(cases)('%s', async (_, shapes, build) => {
  const g = new Builder();
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, dims]) => [name, g.parameter(name, tensorOf('float32', Array(sizeOf(dims)).fill(2), dims))]),
  );
  const result = backward(g, g.sum(build(g, inputs)), Object.values(inputs));
  for (const [value, gradient] of result) g.output(`d ${value.name}`, gradient);
  const outputs = await runGraph(g, {}, { device, threads: 1 });
  for (const [name, dims] of Object.entries(shapes)) {
    const d = outputs[`d ${name}`] ?? expect.fail(`no gradient of ${name}`);
    expect(d.dims).toEqual(dims);
    expect(toNumbers(d).every((value) => value === 0 || name === 'c' || _ === 'concat')).toBe(true);
  }
});
