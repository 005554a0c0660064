// Convolutions and pools, their gradients and second derivatives against PyTorch's in float64 (tests/golden/make_golden_conv.py). ONNX Runtime
// has their kernels in float32 only, so the numbers agree to float32's rounding.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { OpName } from '../graph/schema/index.ts';
import type { Attrs } from '../graph/types.ts';
import { runGraph } from '../lower/run.ts';
import { openDevice } from '../runtime/device.ts';
import { backward } from './backward.ts';

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** As the script writes them. */
interface Golden {
  readonly name: string;
  readonly op: OpName;
  readonly attrs: Attrs;
  readonly inputs: readonly Numbers[];
  readonly y: Numbers;
  readonly dy: Numbers;
  readonly gradients: readonly Numbers[];
  /** Factors of the gradients, whose weighted sum is differentiated again. */
  readonly seeds: readonly Numbers[];
  readonly second: readonly (Numbers | null)[];
}

const { cases } = JSON.parse(readFileSync(new URL('../../tests/golden/conv.json', import.meta.url), 'utf8')) as { cases: Golden[] };
const { device } = await openDevice('cpu');

const tensorFrom = ({ shape, data }: Numbers): Tensor => tensorOf('float32', data, shape);

/** Relative to the largest number of the tensor, since each is a sum of products as large as that. */
function expectClose(actual: Tensor | undefined, { shape, data }: Numbers): void {
  expect(actual?.dims).toEqual(shape);
  const scale = Math.max(1, ...data.map(Math.abs));
  const wrong = toNumbers(actual as Tensor).flatMap((got, at) => (Math.abs(got - (data[at] as number)) <= 5e-6 * scale ? [] : [{ at, got }]));
  expect(wrong).toEqual([]);
}

describe('against PyTorch', () => {
  test.each(cases.map((golden) => [golden.name, golden] as const))('%s', async (_, { op, attrs, inputs, y, dy, gradients, seeds, second }) => {
    const g = new Builder();
    const wrt = inputs.map((input, i) => g.parameter(`x${i}`, tensorFrom(input)));
    const result = g.output('y', g.append(op, wrt, attrs, { outputs: ['result'] }).outputs[0] as Value);
    const first = backward(g, result, wrt, { seed: g.constant(tensorFrom(dy)) });
    const terms = wrt.map((x, i) => g.sum(g.mul(first.get(x) as Value, g.constant(tensorFrom(seeds[i] as Numbers)))));
    const again = backward(
      g,
      terms.reduce((a, b) => g.add(a, b)),
      wrt,
    );
    wrt.forEach((x, i) => {
      g.output(`first${i}`, first.get(x) as Value);
      const gradient = again.get(x);
      if (gradient) g.output(`second${i}`, gradient);
    });
    const outputs = await runGraph(g, {}, { device, threads: 1 });
    expectClose(outputs.y, y);
    gradients.forEach((gradient, i) => {
      expectClose(outputs[`first${i}`], gradient);
    });
    second.forEach((gradient, i) => {
      const got = outputs[`second${i}`];
      if (gradient && (got || gradient.data.some((value) => value !== 0))) expectClose(got, gradient);
    });
  });
});
