// Outputs and gradients of the further ops against PyTorch's in float64 (tests/golden/make_golden_more_ops.py), in float32 where ONNX Runtime
// has their kernels in it only.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type DType, isFloat } from '../core/dtype.ts';
import { type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { OpName } from '../graph/schema/index.ts';
import type { Attrs } from '../graph/types.ts';
import { runGraph } from '../lower/run.ts';
import { openDevice } from '../runtime/device.ts';
import { backward } from './backward.ts';

interface Numbers {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** As the script writes them. */
interface Golden {
  readonly op: OpName;
  readonly attrs: Attrs;
  readonly inputs: readonly (Numbers | null)[];
  readonly y: Numbers;
  readonly dy: Numbers;
  readonly gradients: readonly (Numbers | null)[];
}

const { cases } = JSON.parse(readFileSync(new URL('../../tests/golden/more-ops.json', import.meta.url), 'utf8')) as { cases: Golden[] };
const { device } = await openDevice('cpu');

const tensorFrom = ({ dtype, shape, data }: Numbers): Tensor => tensorOf(dtype, data, shape);

/** Relative to the largest number of the tensor. */
function expectClose(actual: Tensor | undefined, { dtype, shape, data }: Numbers): void {
  expect(actual?.dims).toEqual(shape);
  const allowed = (dtype === 'float64' ? 1e-11 : 1e-5) * Math.max(1, ...data.map(Math.abs));
  const wrong = toNumbers(actual as Tensor).flatMap((got, at) =>
    Math.abs(got - (data[at] as number)) <= allowed ? [] : [{ at, got, wanted: data[at] }],
  );
  expect(wrong).toEqual([]);
}

describe('against PyTorch', () => {
  test.each(cases.map((golden, i) => [`${i}: ${golden.op} ${JSON.stringify(golden.attrs)}`, golden] as const))('%s', async (_, golden) => {
    const { op, attrs, inputs, y, dy, gradients } = golden;
    const g = new Builder();
    const values = inputs.map((input, i): Value | undefined => {
      if (!input) return undefined;
      return isFloat(input.dtype) ? g.parameter(`x${i}`, tensorFrom(input)) : g.constant(tensorFrom(input));
    });
    const result = g.output('y', g.append(op, values, attrs).outputs[0] as Value);
    const wrt = values.filter((value) => value?.kind === 'parameter') as Value[];
    for (const [x, dx] of backward(g, result, wrt, { seed: g.constant(tensorFrom(dy)) })) g.output(`d${x.name}`, dx);
    const outputs = await runGraph(g, {}, { device, threads: 1 });
    expectClose(outputs.y, y);
    gradients.forEach((gradient, i) => {
      if (gradient) expectClose(outputs[`dx${i}`], gradient);
    });
  });
});
