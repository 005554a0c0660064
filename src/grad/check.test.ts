import { expect, test } from 'vitest';
import { compileGraph } from '../lower/run.ts';
import { openDevice } from '../runtime/device.ts';
import { checkGradient, type GradCase } from './check.ts';

const { device } = await openDevice('cpu');
const check = (gradCase: GradCase, seed?: number) => checkGradient(gradCase, (graph) => compileGraph(graph, { device, threads: 1 }), seed);
const wrong = async (gradCase: GradCase) =>
  (await check(gradCase)).filter(({ numeric, analytic, allowed }) => Math.abs(numeric - analytic) > allowed).map(({ order }) => order);

test('differences and gradients agree to rounding on a smooth function, in first and second order', async () => {
  const slopes = await check({ op: 'Tanh', inputs: [{ shape: [20] }] });
  expect(slopes.map(({ order }) => order)).toEqual([1, 1, 1, 2, 2, 2]);
  for (const { numeric, analytic } of slopes) expect(Math.abs(numeric - analytic)).toBeLessThan(1e-9);
});

test('a slope that the gradient misses is found: across a kink, and of a function whose gradient is declared zero', async () => {
  expect(await wrong({ op: 'Relu', inputs: [{ shape: [2], values: [0, 1] }], precision: 'float32', second: false })).toEqual([1, 1, 1]);
  expect(await wrong({ op: 'Sign', inputs: [{ shape: [2], values: [0, 1] }], second: false })).toEqual([1, 1, 1]);
});

test('a wrong second derivative is found: ReduceProd at a zero does not give that of its gradient', async () => {
  expect(await wrong({ op: 'ReduceProd', inputs: [{ shape: [3], values: [0, 2, 3] }] })).toEqual([2, 2, 2]);
});

test('the same seed draws the same numbers, another one others', async () => {
  const gradCase: GradCase = { op: 'Exp', inputs: [{ shape: [3] }] };
  expect(await check(gradCase, 7)).toEqual(await check(gradCase, 7));
  expect(await check(gradCase, 8)).not.toEqual(await check(gradCase, 7));
});
