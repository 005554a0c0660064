import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { OpName } from '../graph/schema/index.ts';
import type { Attrs } from '../graph/types.ts';
import { runGraph } from '../lower/run.ts';
import { openDevice } from '../runtime/device.ts';
import { backward } from './backward.ts';

interface Numbers {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** As the script writes them. */
interface Golden {
  readonly op: OpName;
  readonly inputs: readonly (Numbers | null)[];
  readonly attrs?: Attrs;
  readonly axes?: readonly number[];
  readonly condition?: Numbers;
  readonly dy: Numbers;
  readonly dx: readonly (readonly number[])[];
}

const { cases } = JSON.parse(readFileSync(new URL('../../tests/golden/elementwise.json', import.meta.url), 'utf8')) as { cases: Golden[] };
const { device } = await openDevice('cpu');

/** ONNX Runtime computes these, or what their rules need, in float32 only. */
const SINGLE = new Set<OpName>(['LeakyRelu', 'PRelu', 'Elu', 'HardSigmoid', 'HardSwish', 'Gelu', 'Erf', 'Softplus', 'Sum', 'Mean']);

test.each(cases.map((golden, i) => [`${i}: ${golden.op} ${JSON.stringify(golden.attrs ?? {})}`, golden] as const))('%s', async (_, golden) => {
  const dtype = SINGLE.has(golden.op) ? 'float32' : 'float64';
  const of = ({ data, dims }: Numbers): Tensor => tensorOf(dtype, data, dims);
  const g = new Builder();
  const xs = golden.inputs.map((input, i) => (input ? g.parameter(`x${i}`, of(input)) : undefined));
  const inputs = [
    ...(golden.condition ? [g.constant(tensorOf('bool', golden.condition.data, golden.condition.dims))] : []),
    ...xs,
    ...(golden.axes ? [g.ints(golden.axes)] : []),
  ];
  const y = g.append(golden.op, inputs, golden.attrs ?? {}).outputs[0] as Value;
  expect(y.shape).toEqual(golden.dy.dims);
  const wrt = xs.filter((x) => x !== undefined);
  const gradients = backward(g, y, wrt, { seed: g.constant(of(golden.dy)) });
  for (const [x, dx] of gradients) g.output(`d${x.name}`, dx);
  const outputs = await runGraph(g, {}, { device, threads: 1 });
  wrt.forEach((x, i) => {
    const wanted = golden.dx[i] as readonly number[];
    const output = outputs[`d${x.name}`];
    const got = output ? toNumbers(output) : wanted.map(() => 0);
    const [relative, absolute] = dtype === 'float64' ? [1e-9, 1e-12] : [2e-5, 2e-6];
    const wrong = got.flatMap((value, k) => {
      const expected = wanted[k] as number;
      return Math.abs(value - expected) <= relative * Math.abs(expected) + absolute ? [] : [{ at: k, got: value, expected }];
    });
    expect({ length: got.length, wrong }).toEqual({ length: wanted.length, wrong: [] });
  });
});
