// Five updates by `fit`, in micro-batches, against PyTorch's on all examples at once (tests/golden/make_golden_updates.py): learning rates
// by group, decay that spares biases, clipping of the global norm, class weights, a schedule, a moving average.
import { expect, test } from 'vitest';
import { createModel, dataset, dense, type FitOptions, fit, loadState, losses, schedules, stateOf, tanh, toNumbers } from '../src/index.ts';
import golden from './golden/updates.json' with { type: 'json' };
import { draw } from './support/noise.ts';

const close = (actual: readonly number[], wanted: readonly number[]) => {
  expect(actual).toHaveLength(wanted.length);
  expect(actual.flatMap((x, i) => (Math.abs(x - (wanted[i] as number)) <= 3e-6 ? [] : [{ i, x, wanted: wanted[i] }]))).toEqual([]);
};

test.each(golden.runs)('$options', async ({ options, cosine, classWeights, losses: values, norms, parameters }) => {
  const model = createModel({ input: golden.input.slice(1), layers: [dense(5), tanh(), dense(3)] });
  loadState(model, new Map(Object.entries(golden.shapes).map(([id, dims], i) => [id, draw(i + 1, dims, 2)])));
  const data = dataset({ name: 'six', inputs: draw(0, golden.input, 4), labels: Int32Array.from(golden.labels) });
  const events = fit(model, data, {
    ...(options as Pick<FitOptions, 'optimiser'>),
    epochs: values.length,
    batchSize: 3,
    accumulate: 2,
    loss: losses.crossEntropy(classWeights ? { classWeights } : {}),
    schedule: cosine ? schedules.cosine() : schedules.constant,
    device: 'cpu',
    threads: 1,
  });
  const steps: { loss: number; gradNorm: number }[] = [];
  for await (const event of events) if (event.type === 'step') steps.push(event);
  close(
    steps.map(({ loss }) => loss),
    values,
  );
  close(
    steps.map(({ gradNorm }) => gradNorm),
    norms,
  );
  const state = stateOf(model);
  for (const [id, wanted] of Object.entries(parameters)) {
    const tensor = state.get(id);
    close(tensor ? toNumbers(tensor) : [], wanted);
  }
});
