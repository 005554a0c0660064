// Activations by their formulas on fixed numbers; gradients are proved with the networks and with the ops.
import { expect, test } from 'vitest';
import { type Tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import { specialise } from '../../graph/rewrite.ts';
import { runGraph } from '../../lower/run.ts';
import { openDevice } from '../../runtime/device.ts';
import { createModel } from '../create-model.ts';
import { constant } from '../initialisers.ts';
import type { Layer } from '../scope.ts';
import { dropout, elu, gelu, hardSigmoid, hardSwish, leakyRelu, prelu, relu, sigmoid, softplus, tanh } from './activation.ts';

const { device } = await openDevice('cpu');
const xs = [-100, -4, -2.5, -1, -0.5, 0, 0.5, 1, 2.5, 4, 20, 100];
const apply = async (layer: Layer, input: readonly number[] = [xs.length]) => {
  const model = createModel({ input, layers: [layer] });
  const { graph } = specialise(model.graph, { N: 1 });
  return toNumbers((await runGraph(graph, { input: tensorOf('float32', xs, [1, ...input]) }, { device })).logits as Tensor);
};
const clip = (x: number) => Math.min(1, Math.max(0, x));

const cases: [Layer, (x: number) => number][] = [
  [relu(), (x) => Math.max(0, x)],
  [sigmoid(), (x) => 1 / (1 + Math.exp(-x))],
  [tanh(), Math.tanh],
  [leakyRelu(), (x) => (x > 0 ? x : 0.01 * x)],
  [elu(2), (x) => (x > 0 ? x : 2 * Math.expm1(x))],
  [softplus(), (x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)))],
  [hardSigmoid(), (x) => clip(x / 6 + 0.5)],
  [hardSwish(), (x) => x * clip(x / 6 + 0.5)],
  [prelu(), (x) => (x > 0 ? x : 0.25 * x)],
];

test.each(cases.map(([layer, f]) => ({ kind: layer.kind, layer, f })))('$kind', async ({ layer, f }) => {
  const ys = await apply(layer);
  ys.forEach((y, i) => {
    const wanted = f(xs[i] as number);
    expect(Math.abs(y - wanted)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(wanted)));
  });
});

test('gelu is the exact one', async () => {
  const ys = await apply(gelu());
  // x Phi(x) of -1, 0, 1 by tables; the tanh form gives -0.158808.
  expect([ys[3], ys[5], ys[7]].map((y) => Number(y?.toFixed(5)))).toEqual([-0.15866, 0, 0.84134]);
});

test('prelu has a slope for each channel, of no decay, and takes any rank', async () => {
  const init = () => Float32Array.of(2, 1, 10);
  const model = createModel({ input: [3, 2, 2], layers: [prelu({ init })] });
  expect(model.graph.value('prelu.slope').shape).toEqual([3]);
  expect(model.parameters.get('prelu.slope')?.decay).toBe(false);
  const ys = await apply(prelu({ init }), [3, 2, 2]);
  expect(ys).toEqual([-200, -8, -5, -2, -0.5, 0, 0.5, 1, 2.5, 4, 20, 100]);
  const negated = await apply(prelu({ init: constant(-1) }), [2, 6]);
  expect(negated).toEqual(xs.map(Math.abs));
});

test.each([-0.1, 1, Number.NaN])('dropout refuses a rate of %d', (rate) => {
  expect(() => dropout(rate)).toThrow(`\`rate\` (=${rate}) of dropout must be at least 0 and below 1.`);
});
