// Whole networks against PyTorch in float64 (tests/golden/make_golden_networks.py): the loss, the gradient of every parameter and the running
// statistics of a training step as `fit` runs it, and the Hessian times a vector by differentiating that gradient again.
import { describe, expect, test } from 'vitest';
import { backward, createSession, openDevice, runGraph, specialise, stateOf, type Tensor, toNumbers, trainingForm } from '../src/index.ts';
import { trainProgram } from '../src/train/program.ts';
import { networks, problem, type Summary } from './support/golden-networks.ts';
import { draw, noise } from './support/noise.ts';

const { device } = await openDevice('cpu');
const run = { device, threads: 1 };

/** Of float32 against float64, relative to the norm of the tensor; measured: 4e-7 at most. */
const TOLERANCE = 3e-6;

/** How far a tensor is from a golden one: the largest of its deviations over the norm, in which those of all others count a little. */
function deviation(actual: Tensor | undefined, { norm, projections, values }: Summary, all: Readonly<Record<string, Summary>>): number {
  const numbers = actual ? toNumbers(actual) : [];
  const scale = norm + 1e-2 * Math.max(...Object.values(all).map((other) => other.norm));
  const dot = (salt: number) => noise(salt, numbers.length).reduce((sum, u, i) => sum + u * (numbers[i] as number), 0);
  const differences = [
    Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0)) - norm,
    ...projections.map((projection, k) => dot(2000 + k) - projection),
    ...(values ?? []).map((value, i) => (numbers[i] ?? Number.NaN) - value),
  ];
  const largest = Math.max(...differences.map(Math.abs));
  return largest / scale;
}

function expectAll(actual: (id: string) => Tensor | undefined, golden: Readonly<Record<string, Summary>>): void {
  const deviations = Object.entries(golden).map(([id, summary]) => [id, deviation(actual(id), summary, golden)] as const);
  expect(deviations.filter(([, d]) => !(d <= TOLERANCE))).toEqual([]);
}

describe.each(networks)('$name', (golden) => {
  const { model, loss, batchNorm, input, target } = problem(golden);
  const batch = golden.input[0] as number;
  const ids = [...model.parameters.keys()];

  test('has the parameters and buffers of the golden one', () => {
    expect([...stateOf(model).keys()]).toEqual(golden.tensors.map(({ id }) => id));
    expect(Object.keys(golden.gradients)).toEqual(ids);
  });

  test('a training step', async () => {
    const { setup } = trainProgram(model, { sizes: { N: batch }, loss, trainable: new Set(ids), batchNorm, penalties: [] });
    const session = await createSession(setup.model, run);
    const state = stateOf(model);
    const fed = Object.fromEntries([...setup.parameters, ...setup.buffers].map((id) => [id, state.get(id) as Tensor]));
    const { dtype, shape } = loss.target(specialise(model.graph, { N: batch }).map(model.logits));
    const outputs = await session.run({ ...fed, input, target: target({ dtype, shape }) });
    await session.release();
    const [sum, weight] = [outputs.loss, outputs.weight].map((value) => Number((value as Tensor).data[0])) as [number, number];
    expect(Math.abs(sum / weight / golden.loss - 1)).toBeLessThan(2e-6);
    const mean = (value: Tensor | undefined): Tensor | undefined =>
      value && { dtype: 'float32', dims: value.dims, data: Float32Array.from(toNumbers(value), (x) => x / weight) };
    expectAll((id) => mean(outputs[`d:${id}`]), golden.gradients);
    expect(setup.updates).toEqual(Object.keys(golden.after ?? {}));
    for (const [id, wanted] of Object.entries(golden.after ?? {})) {
      const next = toNumbers(outputs[`next:${id}`] as Tensor);
      for (const [i, value] of wanted.entries()) expect(next[i]).toBeCloseTo(value, 5);
    }
  });

  test('the Hessian times a vector', async () => {
    const { graph: g } = trainingForm(specialise(model.graph, { N: batch }).graph, batchNorm);
    const logits = g.outputs.get('logits');
    if (!logits) throw new Error('The model has no scores.');
    g.outputs.clear();
    const { dtype, shape } = loss.target(logits);
    const { sum, weight } = loss.build(g, logits, g.input('target', dtype, shape));
    const parameters = ids.map((id) => g.value(id));
    const gradients = backward(g, g.div(sum, weight), parameters);
    expect([...gradients.keys()]).toEqual(parameters);
    const slopes = [...gradients.values()].map((gradient, i) => g.sum(g.mul(gradient, g.constant(draw(1001 + i, gradient.shape as number[], 2)))));
    const slope = slopes.reduce((a, b) => g.add(a, b));
    for (const [parameter, product] of backward(g, slope, parameters)) g.output(`h:${parameter.name}`, product);
    const outputs = await runGraph(g, { input, target: target({ dtype, shape }) }, run);
    const zero = (id: string): Tensor => draw(0, g.value(id).shape as number[], 0);
    expectAll((id) => outputs[`h:${id}`] ?? zero(id), golden.curvature);
  });
});
