// Outputs, gradients and running statistics against PyTorch's in float64 (tests/golden/make_golden_shape_norm.py).
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DType } from '../core/dtype.ts';
import { type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { fromTorchMomentum } from '../graph/torch-batch-norm.ts';
import type { Attrs } from '../graph/types.ts';
import { runGraph } from '../lower/run.ts';
import { backward } from './backward.ts';

interface Golden {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface GoldenCase {
  readonly name: string;
  readonly op: string;
  readonly attrs: Attrs;
  readonly inputs: readonly (Golden | null)[];
  readonly y: Golden;
  readonly dy: Golden;
  readonly gradients: readonly (Golden | null)[];
}

interface BatchNormSteps extends Readonly<Record<'scale' | 'bias' | 'mean' | 'variance', Golden>> {
  readonly momentum: number;
  readonly epsilon: number;
  readonly steps: readonly (Readonly<Record<'x' | 'y' | 'dy' | 'mean' | 'variance', Golden>> & { readonly gradients: readonly Golden[] })[];
}

const file = readFileSync(new URL('../../tests/golden/shape-norm.json', import.meta.url), 'utf8');
const { cases, batchNorm } = JSON.parse(file) as { cases: GoldenCase[]; batchNorm: BatchNormSteps };

const tensorFrom = ({ dtype, shape, data }: Golden): Tensor => tensorOf(dtype, data, shape);

function expectClose(actual: Tensor | undefined, golden: Golden): void {
  expect(actual?.dims).toEqual(golden.shape);
  const numbers = toNumbers(actual as Tensor);
  golden.data.forEach((wanted, i) => {
    expect(Math.abs((numbers[i] as number) - wanted)).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(wanted)));
  });
}

describe('against PyTorch', () => {
  test.each(cases.map((golden) => [golden.name, golden] as const))('%s', async (_, { op, attrs, inputs, y, dy, gradients }) => {
    const g = new Builder();
    const feeds: Record<string, Tensor> = { dy: tensorFrom(dy) };
    const values = inputs.map((input, i): Value | undefined => {
      if (!input) return undefined;
      if (input.dtype !== 'float64') return g.constant(tensorFrom(input));
      feeds[`x${i}`] = tensorFrom(input);
      return g.input(`x${i}`, input.dtype, input.shape);
    });
    const result = g.output('y', g.append(op, values, attrs, { outputs: ['result'] }).outputs[0] as Value);
    const wrt = values.filter((value) => value?.kind === 'input') as Value[];
    const found = backward(g, result, wrt, { seed: g.input('dy', dy.dtype, dy.shape) });
    for (const [x, dx] of found) g.output(`d${x.name}`, dx);
    const outputs = await runGraph(g, feeds);
    expectClose(outputs.y, y);
    gradients.forEach((gradient, i) => {
      if (gradient) expectClose(outputs[`dx${i}`], gradient);
    });
  });
});

test('batch norm in training agrees with PyTorch over three steps, once its momentum and variance are converted', async () => {
  const { epsilon, scale, bias, steps } = batchNorm;
  const momentum = fromTorchMomentum(batchNorm.momentum);
  let mean = tensorFrom(batchNorm.mean);
  let variance = tensorFrom(batchNorm.variance);
  // PyTorch's running variance satisfies the same recurrence with the unbiased variance of the batch; v is its distance from ours.
  let excess = batchNorm.variance.data.map(() => 0);
  for (const step of steps) {
    const g = new Builder();
    const input = (name: string, { dtype, shape }: Pick<Golden, 'dtype' | 'shape'>) => g.input(name, dtype, shape);
    const wrt = [input('x', step.x), input('scale', scale), input('bias', bias)];
    const statistics = [input('mean', scale), input('variance', scale)];
    const attrs = { epsilon, momentum, training_mode: 1 };
    const { outputs } = g.append('BatchNormalization', [...wrt, ...statistics], attrs, { outputs: ['result', 'nextMean', 'nextVariance'] });
    for (const value of outputs) g.output(`out:${value?.name}`, value as Value);
    for (const [x, dx] of backward(g, outputs[0] as Value, wrt, { seed: input('dy', step.dy) })) g.output(`d:${x.name}`, dx);
    const feeds = { x: tensorFrom(step.x), scale: tensorFrom(scale), bias: tensorFrom(bias), dy: tensorFrom(step.dy), mean, variance };
    const results = await runGraph(g, feeds);
    expectClose(results['out:result'], step.y);
    ['x', 'scale', 'bias'].forEach((name, i) => {
      expectClose(results[`d:${name}`], step.gradients[i] as Golden);
    });
    const previous = toNumbers(variance);
    [mean, variance] = [results['out:nextMean'] as Tensor, results['out:nextVariance'] as Tensor];
    expectClose(mean, step.mean);
    const count = (step.x.shape as number[]).reduce((a, b) => a * b, 1) / 3;
    const batch = toNumbers(variance).map((next, i) => (next - momentum * (previous[i] as number)) / (1 - momentum));
    excess = excess.map((distance, i) => momentum * distance + ((1 - momentum) * (batch[i] as number)) / (count - 1));
    const unbiased = toNumbers(variance).map((biased, i) => biased + (excess[i] as number));
    expectClose(tensorOf('float64', unbiased), step.variance);
  }
});
