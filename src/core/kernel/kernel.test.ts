// Compiled formulas against the same arithmetic in JavaScript, bit for bit, in every placement of the arrays and of the range.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineKernel, jointArrays } from './kernel.ts';

const kernel = defineKernel({
  arrays: ['a', 'b'],
  scalars: ['s', 't'],
  body: ({ a, b }, { s, t }, { add, sub, mul, div, sqrt, flush, keep }) => {
    const root = keep(sqrt(add(mul(a, a), t)));
    return { a: sub(mul(root, s), b), b: flush(div(b, root), t) };
  },
});

const f = Math.fround;
const expected = (a: number, b: number, s: number, t: number): [number, number] => {
  const root = f(Math.sqrt(f(f(a * a) + f(t))));
  const ratio = f(b / root);
  return [f(f(root * f(s)) - b), Math.abs(ratio) <= t ? 0 : ratio];
};

const numbers = fc.float({ min: -1000, max: 1000, noNaN: true });
const problem = fc
  .array(fc.tuple(numbers, numbers), { minLength: 1, maxLength: 40 })
  .chain((pairs) =>
    fc.record({ pairs: fc.constant(pairs), range: fc.tuple(fc.nat(pairs.length), fc.nat(pairs.length)), s: numbers, joint: fc.boolean() }),
  );

test('computes the formula on the range and leaves the rest, in one memory as well as across arrays', () => {
  fc.assert(
    fc.property(problem, ({ pairs, range, s, joint }) => {
      const n = pairs.length;
      const [a, b] = (joint ? jointArrays(2, n) : [new Float32Array(n), new Float32Array(n)]) as [Float32Array, Float32Array];
      a.set(pairs.map(([x]) => x));
      b.set(pairs.map(([, y]) => y));
      const [from, to] = [Math.min(...range), Math.max(...range)];
      const want = pairs.map(([x, y], i) => (i >= from && i < to ? expected(f(x), f(y), s, 0.5) : [f(x), f(y)]));
      kernel({ a, b }, { s, t: 0.5 }, from, to);
      expect([...a]).toEqual(want.map(([x]) => x));
      expect([...b]).toEqual(want.map(([, y]) => y));
    }),
  );
});

test('tells whether all new elements are finite, wherever a bad one comes from', () => {
  const bad = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  const product = defineKernel({ arrays: ['a', 'b'], scalars: ['s'], body: ({ a, b }, { s }, { mul }) => ({ b: mul(mul(a, b), s) }) });
  const one = fc.record({ length: fc.integer({ min: 1, max: 5000 }), place: fc.nat(), value: bad, joint: fc.boolean(), from: fc.nat(3) });
  fc.assert(
    fc.property(one, ({ length, place, value, joint, from }) => {
      const [a, b] = (joint ? jointArrays(2, length) : [new Float32Array(length), new Float32Array(length)]) as [Float32Array, Float32Array];
      a.fill(1);
      b.fill(-3.4e38);
      expect(product({ a, b }, { s: 1 }, from, length)).toBe(true);
      const at = place % length;
      a[at] = value;
      expect(product({ a, b }, { s: 1 }, from, length)).toBe(at < from);
      a.fill(1);
      b.fill(2);
      expect(product({ a, b }, { s: value }, from, length)).toBe(from >= length);
    }),
  );
});

test('arrays longer than what is brought over at a time', () => {
  const n = 10_001;
  const arrays = [jointArrays(2, n), [new Float32Array(n), new Float32Array(n)]] as [Float32Array, Float32Array][];
  for (const [a, b] of arrays) {
    a.forEach((_, i) => {
      a[i] = Math.sin(i);
      b[i] = Math.cos(i);
    });
    kernel({ a, b }, { s: 3, t: 1 }, 1, n - 1);
  }
  expect(arrays[1]).toEqual(arrays[0]);
});

test('joint arrays start at zero, do not overlap, and may be empty', () => {
  const [a, b] = jointArrays(2, 5) as [Float32Array, Float32Array];
  a.fill(1);
  expect([...b]).toEqual([0, 0, 0, 0, 0]);
  expect(jointArrays(3, 0).map(({ length }) => length)).toEqual([0, 0, 0]);
});
