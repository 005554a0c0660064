// Outputs and gradients of the larger ops against PyTorch's in float64 (tests/golden/make_golden_composed.py): recurrent layers and what else is
// made of many simpler ops. Those that ONNX Runtime has in float32 only agree to its rounding.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type DType, isFloat } from '../core/dtype.ts';
import { type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { Attrs } from '../graph/types.ts';
import { runGraph } from '../lower/run.ts';
import { openDevice } from '../runtime/device.ts';
import { backward } from './backward.ts';

interface Golden {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** As the script writes them. `null` stands for what is left out. */
interface GoldenCase {
  readonly name: string;
  readonly op: string;
  readonly attrs: Attrs;
  readonly precision: 'float32' | 'float64';
  /** Floating-point inputs that are constants. */
  readonly fixed: readonly number[];
  readonly inputs: readonly (Golden | null)[];
  readonly ys: readonly (Golden | null)[];
  readonly dys: readonly (Golden | null)[];
  readonly gradients: readonly (Golden | null)[];
}

const { cases } = JSON.parse(readFileSync(new URL('../../tests/golden/composed.json', import.meta.url), 'utf8')) as { cases: GoldenCase[] };
const { device } = await openDevice('cpu');

/** Relative to the largest number of the tensor, since each is a sum of products as large as that. */
function expectClose(actual: Tensor | undefined, { shape, data }: Golden, tolerance: number, what: string): void {
  expect(actual?.dims, what).toEqual(shape);
  const scale = Math.max(1, ...data.map(Math.abs));
  const numbers = toNumbers(actual as Tensor);
  const wrong = numbers.flatMap((got, at) => (Math.abs(got - (data[at] as number)) <= tolerance * scale ? [] : [{ at, got, wanted: data[at] }]));
  expect(wrong, what).toEqual([]);
}

describe('against PyTorch', () => {
  test.each(cases.map((golden) => [golden.name, golden] as const))('%s', async (_, { op, attrs, precision, fixed, inputs, ys, dys, gradients }) => {
    const g = new Builder();
    const tensorFrom = ({ dtype, shape, data }: Golden): Tensor => tensorOf(dtype === 'float64' ? precision : dtype, data, shape);
    const values = inputs.map((input, i): Value | undefined => {
      if (!input) return undefined;
      const learns = isFloat(input.dtype) && !fixed.includes(i);
      return learns ? g.parameter(`x${i}`, tensorFrom(input)) : g.constant(tensorFrom(input));
    });
    const { outputs } = g.append(op, values, attrs, { outputs: ys.map((y, i) => (y ? `result${i}` : '')) });
    const terms = outputs.flatMap((y, i) => {
      if (!y) return [];
      g.output(`y${i}`, y);
      return [g.sum(g.mul(y, g.constant(tensorFrom(dys[i] as Golden))))];
    });
    const wrt = g.ofKind('parameter');
    for (const [x, dx] of backward(
      g,
      terms.reduce((a, b) => g.add(a, b)),
      wrt,
    ))
      g.output(`d${x.name}`, dx);
    const results = await runGraph(g, {}, { device, threads: 1 });
    const tolerance = precision === 'float32' ? 5e-6 : 1e-9;
    ys.forEach((y, i) => {
      if (y) expectClose(results[`y${i}`], y, tolerance, `output ${i}`);
    });
    gradients.forEach((gradient, i) => {
      const got = results[`dx${i}`];
      // What has no gradient has none of zeros either.
      if (gradient && (got || gradient.data.some((value) => value !== 0))) expectClose(got, gradient, tolerance, `gradient of input ${i}`);
    });
  });
});
