// Every loss against PyTorch's value and gradient in float64 (tests/golden/make_golden_losses.py), far out too, and what is refused.
import { describe, expect, test } from 'vitest';
import golden from '../../../tests/golden/losses.json' with { type: 'json' };
import type { DType } from '../../core/dtype.ts';
import { type Tensor, tensorOf, toNumbers } from '../../core/tensor.ts';
import { backward } from '../../grad/backward.ts';
import { Builder } from '../../graph/builder.ts';
import { runGraph } from '../../lower/run.ts';
import { openDevice } from '../../runtime/device.ts';
import * as losses from './index.ts';

const { device } = await openDevice('cpu');

interface Numbers {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** Mean loss and its gradient by the scores. */
async function evaluate(loss: losses.Loss, dtype: DType, scores: Numbers, labels: Numbers): Promise<{ value: number; gradient: number[] }> {
  const g = new Builder();
  const logits = g.parameter('logits', tensorOf(dtype, scores.data, scores.dims));
  const type = loss.target(logits);
  const target = g.input('target', type.dtype, type.shape);
  const { sum, weight } = loss.build(g, logits, target);
  const gradient = backward(g, sum, [logits]).get(logits);
  if (!gradient) throw new Error('The loss does not depend on the scores.');
  g.output('value', g.div(sum, weight));
  g.output('gradient', g.div(gradient, weight));
  const outputs = await runGraph(g, { target: tensorOf(type.dtype, labels.data, labels.dims) }, { device, threads: 1 });
  return { value: toNumbers(outputs.value as Tensor)[0] as number, gradient: toNumbers(outputs.gradient as Tensor) };
}

/** ONNX Runtime has Softplus in float32 only. */
const typesOf = (name: string): DType[] => (name === 'binaryCrossEntropy' ? ['float32'] : ['float32', 'float64']);
const makers = losses as unknown as Readonly<Record<string, (options: object) => losses.Loss>>;

const cases = golden.cases.flatMap((c, i) =>
  typesOf(c.loss).map((dtype) => ({ ...c, title: `${i}: ${c.loss} ${JSON.stringify(c.options)} in ${dtype}`, dtype })),
);
test.each(cases)('$title', async ({ loss, options, dtype, logits, target, value, gradient }) => {
  const actual = await evaluate((makers[loss] as (options: object) => losses.Loss)(options), dtype, logits, target);
  const tolerance = dtype === 'float64' ? 1e-11 : 2e-6;
  const off = (a: number, b: number) => Math.abs(a - b) > tolerance * Math.max(1, Math.abs(b)) || Number.isNaN(a);
  const all = [actual.value, ...actual.gradient];
  const wanted = [value, ...gradient];
  expect(all).toHaveLength(wanted.length);
  expect(all.flatMap((got, k) => (off(got, wanted[k] as number) ? [{ k, got, wanted: wanted[k] }] : []))).toEqual([]);
});

test('every loss has goldens', () => {
  expect(new Set(golden.cases.map(({ loss }) => loss))).toEqual(new Set(Object.keys(losses)));
});

test.each([0.1, 0.5, 0.9])('focal with gamma %d stays finite where 1 - p is 0', async (gamma) => {
  const scores = { dims: [2, 2], data: [80, -80, -80, 80] };
  const { value, gradient } = await evaluate(losses.focal({ gamma }), 'float32', scores, { dims: [2], data: [0, 0] });
  expect([value, ...gradient].every(Number.isFinite)).toBe(true);
  expect(value).toBeCloseTo(80, 4);
});

describe('what makes no sense is refused', () => {
  const scores = { dims: [1, 3], data: [0, 0, 0] };
  test.each<[string, () => losses.Loss]>([
    ['`labelSmoothing` (=1) of cross-entropy must be at least 0 and below 1.', () => losses.crossEntropy({ labelSmoothing: 1 })],
    ['`gamma` (=-1) of the focal loss must be at least 0.', () => losses.focal({ gamma: -1 })],
    ['`classWeights[1]` (=-2) of cross-entropy must be a finite number of at least 0.', () => losses.crossEntropy({ classWeights: [1, -2, 1] })],
    ['`classWeights[0]` (=NaN) of the focal loss must be a finite number of at least 0.', () => losses.focal({ classWeights: [Number.NaN] })],
    ['`temperature` (=0) of the KL divergence must be above 0.', () => losses.kullbackLeibler({ temperature: 0 })],
    ['`delta` (=0) of the Huber loss must be above 0.', () => losses.huber({ delta: 0 })],
    ['`positiveWeight` (=1, 0) must be above 0.', () => losses.binaryCrossEntropy({ positiveWeight: [1, 0] })],
  ])('%s', (message, make) => {
    expect(make).toThrow(message);
  });

  test('numbers of weights that do not fit the scores', async () => {
    const classes = losses.crossEntropy({ classWeights: [1, 2] });
    await expect(evaluate(classes, 'float32', scores, { dims: [1], data: [0] })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`classWeights\` has 2 entries, but the scores have 3 classes; give one to each.]`,
    );
    const labels = losses.binaryCrossEntropy({ positiveWeight: [1, 2] });
    await expect(evaluate(labels, 'float32', scores, scores)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`positiveWeight\` has 2 entries, but the scores have 3 labels; give one to each.]`,
    );
  });
});
