import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sliceRange, takesAll } from './slice-range.ts';

test('takes what stepping through the axis takes', () => {
  const bound = fc.integer({ min: -12, max: 12 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), bound, bound, fc.integer({ min: -4, max: 4 }), (size, from, to, step) => {
      fc.pre(step !== 0);
      const { start, count } = sliceRange(size, from, to, step);
      const taken = Array.from({ length: count }, (_, i) => start + i * step);
      const wanted: number[] = [];
      const [first, end] = [from, to].map((at) => (at < 0 ? at + size : at)) as [number, number];
      if (step > 0) for (let at = Math.max(first, 0); at < Math.min(end, size); at += step) wanted.push(at);
      else for (let at = Math.min(first, size - 1); at > Math.max(end, -1) && at >= 0; at += step) wanted.push(at);
      // ONNX clamps a start before the front to element 0 when it steps backwards.
      if (step < 0 && first < 0 && size > 0 && end < 0) wanted.push(0);
      expect(taken).toEqual(wanted);
    }),
  );
});

test('whole axes are told whatever their size', () => {
  expect(takesAll(0, 2 ** 62, 1)).toBe(true);
  expect(takesAll(-1, -(2 ** 31), -1)).toBe(true);
  expect(takesAll(0, 10, 1)).toBe(false);
  expect(takesAll(1, 2 ** 62, 1)).toBe(false);
  expect(takesAll(0, 2 ** 62, 2)).toBe(false);
});
