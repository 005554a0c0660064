// Against PyTorch's singular value decomposition in float64 (tests/golden/make_golden_regularisers.py): values, and gradients along four directions.
import { expect, test } from 'vitest';
import golden from '../../tests/golden/regularisers.json' with { type: 'json' };
import { draw } from '../../tests/support/noise.ts';
import { type Tensor, toNumbers } from '../core/tensor.ts';
import { backward } from '../grad/backward.ts';
import { Builder } from '../graph/builder.ts';
import { runGraph } from '../lower/run.ts';
import { spectralTail } from './spectral-tail.ts';

type Dims = readonly [number, number];

function matrix(kind: string, [n, d]: Dims): Tensor<'float32'> {
  const x = kind === 'flat' ? draw(n + d, [n, d], 1e-4) : draw(n + d, [n, d], 2);
  const edit = (change: (value: number, row: number, column: number) => number) => {
    for (const [i, value] of x.data.entries()) x.data[i] = change(value, Math.floor(i / d), i % d);
  };
  const diagonal = (row: number, column: number) => (row === column ? 3 : 0);
  if (kind === 'features') edit((value) => Math.max(value, 0));
  if (kind === 'flat') edit((value, row, column) => diagonal(row, column) + value);
  if (kind === 'equal') edit((_, row, column) => diagonal(row, column));
  if (kind === 'tiny') edit((value) => Math.max(value, 0) * 2 ** -20);
  if (kind === 'zero') edit(() => 0);
  if (kind === 'deficient') {
    const row = (r: number) => x.data.subarray(r * d, (r + 1) * d);
    row(1).set(row(0));
    row(3).set(row(2));
    row(5).set(row(2));
  }
  return x;
}

test.each(golden.tails)('$kind $shape, smallest $k', async ({ kind, shape, k, value, largest, norm, probes }) => {
  const dims = shape as unknown as Dims;
  const g = new Builder();
  const x = g.parameter('x', matrix(kind, dims));
  const tail = g.output('tail', spectralTail(g, x, k));
  g.output('gradient', backward(g, tail, [x]).get(x) ?? expect.fail('no gradient'));
  const outputs = await runGraph(g, {}, { threads: 1 });
  const gradient = toNumbers(outputs.gradient as Tensor);
  const off = (got: number, wanted: number, size: number) => Math.abs(got - wanted) / (size || 1);
  const [greatest, length] = [largest[0] as number, norm[0] as number];
  expect(off(toNumbers(outputs.tail as Tensor)[0] as number, value[0] as number, greatest ** 2)).toBeLessThan(2e-7);
  expect(off(Math.hypot(...gradient), length, greatest)).toBeLessThan(2e-7);
  // Where all singular values are the same, any direction will do.
  if (kind === 'equal') return;
  for (const [i, wanted] of probes.entries()) {
    const got = draw(1000 + i, dims, 1).data.reduce((sum, direction, j) => sum + direction * (gradient[j] as number), 0);
    expect(off(got, wanted, greatest)).toBeLessThan(2e-6);
  }
});
