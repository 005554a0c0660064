import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sizeOf, type Tensor, tensorOf, toNumbers } from '../core/tensor.ts';
import { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { prune } from '../graph/rewrite.ts';
import { compileGraph, runGraph } from '../lower/run.ts';
import { openDevice } from '../runtime/device.ts';
import { backward, sumTo } from './backward.ts';

const { device } = await openDevice('cpu');
const options = { device, threads: 1 };
const f64 = (values: number | readonly number[], dims?: readonly number[]): Tensor => tensorOf('float64', values, dims);

/** Numbers of the gradient of sum(`of`) by each of `wrt`; `undefined` where there is none. */
async function gradients(g: Builder, of: Value, ...wrt: Value[]): Promise<(number[] | undefined)[]> {
  const result = backward(g, of, wrt);
  for (const [value, gradient] of result) g.output(`d ${value.name}`, gradient);
  const outputs = result.size ? await runGraph(g, {}, options) : {};
  return wrt.map((value) => outputs[`d ${value.name}`] && toNumbers(outputs[`d ${value.name}`] as Tensor));
}

describe('accumulation', () => {
  test('a value used by two nodes, and twice by one, gets the sum of all', async () => {
    const g = new Builder();
    const x = g.parameter('x', f64([1, -2, 3]));
    expect(await gradients(g, g.add(g.mul(x, x), x), x)).toEqual([[3, -3, 7]]);
  });

  test('a value that is differentiated and also an intermediate one', async () => {
    const g = new Builder();
    const x = g.parameter('x', f64([1, 2]));
    const square = g.mul(x, x);
    expect(await gradients(g, g.sum(g.mul(square, 3)), x, square)).toEqual([
      [6, 12],
      [3, 3],
    ]);
  });

  test('of a value by itself is one', async () => {
    const g = new Builder();
    const x = g.parameter('x', f64([1, 2], [1, 2]));
    expect(await gradients(g, x, x)).toEqual([[1, 1]]);
  });

  test('outputs that only other outputs reach take part', async () => {
    const g = new Builder();
    const x = g.parameter('x', f64([1, 2, 3]));
    const [, tail] = g.ops('Split', [x, g.ints([1, 2])], { axis: 0 }, 2);
    expect(await gradients(g, g.mul(tail as Value, 2), x)).toEqual([[0, 2, 2]]);
  });
});

describe('what is left out', () => {
  test('values that the result does not depend on, or only through integers', async () => {
    const g = new Builder();
    const [x, other, counted] = ['x', 'other', 'counted'].map((name) => g.parameter(name, f64([1, 2]))) as [Value, Value, Value];
    const whole = g.cast(g.cast(counted, 'int64'), 'float64');
    g.exp(other);
    expect(await gradients(g, g.mul(x, whole), x, other, counted)).toEqual([[1, 2], undefined, undefined]);
  });

  test('after pruning, gradients that nobody asked for', () => {
    const g = new Builder();
    const x = g.input('x', 'float32', [4, 3]);
    const w = g.parameter('w', tensorOf('float32', [1, 2, 3, 4, 5, 6], [3, 2]));
    g.output('dw', backward(g, g.matMul(x, w), [w]).get(w) as Value);
    const readers = prune(g).graph.nodes.filter(({ inputs }) => inputs.some((value) => value?.name === 'w'));
    expect(readers).toEqual([]);
  });
});

describe('types and shapes', () => {
  test('a gradient has the type and shape of its value, past casts and broadcasts', async () => {
    const g = new Builder();
    const x = g.parameter('x', tensorOf('float32', [1, 2, 3], [3, 1]));
    const wide = g.mul(g.cast(x, 'float64'), g.constant(f64([1, 2, 3, 16], [2, 1, 2])));
    const dx = backward(g, wide, [x]).get(x) as Value;
    expect([dx.dtype, dx.shape]).toEqual(['float32', [3, 1]]);
    expect(await gradients(g, wide, x)).toEqual([[22, 22, 22]]);
  });

  test('an integer cannot be differentiated', () => {
    const g = new Builder();
    const x = g.parameter('x', f64([1]));
    expect(() => backward(g, g.cast(x, 'int64'), [x])).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: Cannot differentiate \`Cast_1\`: it is int64, not floating-point.]`,
    );
  });

  test('symbolic sizes must be bound first', () => {
    const g = new Builder();
    const x = g.input('x', 'float32', ['N', 2]);
    expect(() => backward(g, g.exp(x), [x])).toThrowErrorMatchingInlineSnapshot(
      `[GraftError: \`Exp_1\` has shape [N, 2], but sizes must be known here. Bind its names with specialise().]`,
    );
  });
});

test('an op without gradient names itself, its node, the path to the loss and what to freeze', () => {
  const g = new Builder();
  const stem = g.parameter('stem.weight', tensorOf('float32', [1, 2]));
  const head = g.parameter('head.weight', tensorOf('float32', [1, 2]));
  const node = g.append('Mystery', [g.tanh(stem)], {}, { domain: 'com.example', name: 'body/mystery', types: [{ dtype: 'float32', shape: [2] }] });
  const loss = g.op('ReduceSum', [g.relu(g.mul(node.outputs[0] as Value, head))]);
  expect(() => backward(g, loss, [stem, head])).toThrowErrorMatchingInlineSnapshot(
    `[GraftError: There is no gradient for the op Mystery. It stands at node \`body/mystery\` (com.example opset 1), on the path Mystery > Mul > Relu > ReduceSum > \`ReduceSum_1\`. To train the rest, freeze what lies before it: \`stem.weight\`.]`,
  );
  expect([...backward(g, loss, [head]).keys()]).toEqual([head]);
});

describe('properties', () => {
  const whole = fc.integer({ min: -9, max: 9 });

  test('the gradient is linear in the seed', async () => {
    const g = new Builder();
    const x = g.parameter('x', f64([0.3, -0.8, 1.1, 0.2, 0.9, -0.4], [2, 3]));
    const w = g.parameter('w', f64([0.5, -1.2, 0.7], [3, 1]));
    const y = g.mul(g.sigmoid(g.matMul(g.tanh(x), w)), g.exp(x));
    const seed = g.input('seed', 'float64', [2, 3]);
    for (const [value, gradient] of backward(g, y, [x, w], { seed })) g.output(`d ${value.name}`, gradient);
    const session = await compileGraph(g, options);
    const at = async (dy: number[]) => Object.values(await session.run({ seed: f64(dy, [2, 3]) })).flatMap(toNumbers);
    const seeds = fc.array(whole, { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(seeds, seeds, whole, async (p, q, k) => {
        const [dp, dq, both] = [await at(p), await at(q), await at(p.map((value, i) => value + k * (q[i] as number)))];
        both.forEach((value, i) => {
          expect(value).toBeCloseTo((dp[i] as number) + k * (dq[i] as number), 10);
        });
      }),
      { numRuns: 30, seed: 1 },
    );
    await session.release();
  });

  test('summing back is the adjoint of broadcasting: <broadcast x, d> = <x, sumTo d>', async () => {
    // `lead` axes of the wide shape are missing in the narrow one; where `one`, its size there is 1.
    const axis = fc.record({ size: fc.integer({ min: 1, max: 3 }), one: fc.boolean() });
    const shapes = fc.record({ axes: fc.array(axis, { maxLength: 4 }), lead: fc.nat({ max: 4 }) });
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(whole, { minLength: 162, maxLength: 162 }), async ({ axes, lead }, numbers) => {
        const wide = axes.map(({ size }) => size);
        const narrow = axes.map(({ size, one }) => (one ? 1 : size)).slice(Math.min(lead, axes.length));
        const g = new Builder();
        const x = g.parameter('x', f64(numbers.slice(0, sizeOf(narrow)), narrow));
        const d = g.parameter('d', f64(numbers.slice(81, 81 + sizeOf(wide)), wide));
        const back = sumTo(g, d, x);
        expect(back.shape).toEqual(narrow);
        g.output('left', g.sum(g.mul(g.expand(x, wide), d)));
        g.output('right', g.sum(g.mul(x, back)));
        const { left, right } = await runGraph(g, {}, options);
        expect(toNumbers(left as Tensor)[0]).toBeCloseTo(toNumbers(right as Tensor)[0] as number, 9);
      }),
      { numRuns: 60, seed: 2 },
    );
  });
});

describe('higher derivatives', () => {
  test('the fourth derivative of the sine is the sine', async () => {
    const g = new Builder();
    const x = g.parameter('x', f64([0.3, -1.2, 2.5]));
    let y = g.op('Sin', [x]);
    for (let order = 0; order < 4; order++) y = backward(g, y, [x]).get(x) as Value;
    g.output('y', y);
    const { y: result } = await runGraph(g, {}, options);
    toNumbers(result as Tensor).forEach((value, i) => {
      expect(value).toBeCloseTo(Math.sin([0.3, -1.2, 2.5][i] as number), 12);
    });
  });

  test('the Hessian of Rosenbrock’s function (1 - x)^2 + 100 (y - x^2)^2', async () => {
    const g = new Builder();
    const [x, y] = [g.parameter('x', f64(2)), g.parameter('y', f64(3))];
    const valley = g.sub(y, g.mul(x, x));
    const f = g.add(g.pow(g.sub(1, x), 2), g.mul(g.mul(valley, valley), 100));
    const first = backward(g, f, [x, y]);
    const rows = [x, y].map((row) => backward(g, first.get(row) as Value, [x, y]));
    rows.forEach((row, i) => {
      [x, y].forEach((column, j) => {
        g.output(`h${i}${j}`, row.get(column) as Value);
      });
    });
    const outputs = await runGraph(g, {}, options);
    // 2 - 400 (y - 3 x^2), -400 x, 200
    expect(Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, toNumbers(value)]))).toEqual({
      h00: [3602],
      h01: [-800],
      h10: [-800],
      h11: [200],
    });
  });

  test('the gradient norm of a linear map, as a penalty, has its gradient: 2 w for |w|^2', async () => {
    const g = new Builder();
    const x = g.parameter('x', f64([1, -1], [1, 2]));
    const w = g.parameter('w', f64([0.5, -2], [2, 1]));
    const slope = backward(g, g.matMul(x, w), [x]).get(x) as Value;
    expect(await gradients(g, g.op('ReduceSumSquare', [slope]), w)).toEqual([[1, -4]]);
  });
});
