import { describe, expect, test } from 'vitest';
import { toNumbers } from '../core/tensor.ts';
import { runGraph } from '../lower/run.ts';
import { Builder } from './builder.ts';

describe('constants', () => {
  test('that are equal are shared', () => {
    const g = new Builder();
    expect(g.scalar(2)).toBe(g.scalar(2));
    expect(g.ints([0, -1])).toBe(g.ints([0, -1]));
  });

  test('of another type, sign or rank are not', () => {
    const g = new Builder();
    expect(new Set([g.scalar(0), g.scalar(-0), g.scalar(0, 'float64'), g.scalar(0, 'int64'), g.ints([0])]).size).toBe(5);
    expect(g.scalar(0).shape).toEqual([]);
    expect(g.ints([]).shape).toEqual([0]);
  });
});

test("a number becomes a scalar of the other operand's type", () => {
  const g = new Builder();
  const x = g.input('x', 'float64', ['N']);
  expect([g.add(x, 1).dtype, g.sub(1, x).dtype]).toEqual(['float64', 'float64']);
  expect(g.greater(x, 0).dtype).toBe('bool');
});

test('what would change nothing adds no node', () => {
  const g = new Builder();
  const x = g.input('x', 'float32', ['N', 3]);
  expect([g.cast(x, 'float32'), g.squeeze(x, []), g.unsqueeze(x, []), g.sum(x, []), g.mean(x, [])]).toEqual([x, x, x, x, x]);
  expect(g.nodes).toEqual([]);
});

test('several outputs have names of their own', () => {
  const g = new Builder();
  const x = g.input('x', 'float32', ['N', 4]);
  const parts = g.ops('Split', [x], { axis: 1, num_outputs: 2 }, 2);
  expect(parts.map(({ name, shape }) => `${name} [${shape}]`)).toEqual(['Split.0 [N,2]', 'Split.1 [N,2]']);
});

test('each shorthand computes what its name says', async () => {
  const g = new Builder();
  const x = g.parameter('x', { dtype: 'float32', dims: [2, 2], data: Float32Array.of(1, -2, 3, -4) });
  const values = {
    sub: g.sub(1, x),
    div: g.div(x, 2),
    pow: g.pow(x, 2),
    max: g.max(x, 0),
    min: g.min(x, 0),
    mask: g.mask(g.less(x, 0)),
    where: g.where(g.greater(x, 0), x, 9),
    abs: g.abs(x),
    sign: g.sign(x),
    total: g.sum(x),
    rows: g.sum(x, [1]),
    columns: g.mean(x, [0], true),
    transpose: g.transpose(x, [1, 0]),
    slice: g.slice(x, [-1], [-3], [1], [-1]),
    concat: g.concat([x, x], 0),
    reshape: g.reshape(x, [-1]),
    expand: g.expand(g.unsqueeze(g.slice(x, [0], [1], [0]), [0]), [2, 1, 2]),
    gather: g.gather(x, g.ints([1])),
    matMul: g.matMul(x, x),
  };
  for (const [name, value] of Object.entries(values)) g.output(name, value);
  const results = await runGraph(g);
  const shown = Object.entries(results).map(([name, result]) => `${name} [${result.dims}] ${toNumbers(result)}`);
  expect(shown.join('\n')).toMatchInlineSnapshot(`
    "sub [2,2] 0,3,-2,5
    div [2,2] 0.5,-1,1.5,-2
    pow [2,2] 1,4,9,16
    max [2,2] 1,0,3,0
    min [2,2] 0,-2,0,-4
    mask [2,2] 0,1,0,1
    where [2,2] 1,9,3,9
    abs [2,2] 1,2,3,4
    sign [2,2] 1,-1,1,-1
    total [] -2
    rows [2] -1,-1
    columns [1,2] 2,-3
    transpose [2,2] 1,3,-2,-4
    slice [2,2] -2,1,-4,3
    concat [4,2] 1,-2,3,-4,1,-2,3,-4
    reshape [4] 1,-2,3,-4
    expand [2,1,2] 1,-2,1,-2
    gather [1,2] 3,-4
    matMul [2,2] -5,6,-9,10"
  `);
});
