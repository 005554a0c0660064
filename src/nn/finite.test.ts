import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jointArrays } from '../core/kernel/kernel.ts';
import { allFinite, notFiniteIn } from './finite.ts';

const bad = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);

test('one bad value anywhere in any array is found, and the largest finite ones are none', () => {
  fc.assert(
    fc.property(fc.nat(700), fc.integer({ min: 1, max: 4 }), fc.nat(), bad, fc.boolean(), (length, count, place, value, joint) => {
      const all = joint ? jointArrays(count + 1, length) : Array.from({ length: count + 1 }, () => new Float32Array(length));
      const [scratch, ...arrays] = all as [Float32Array, ...Float32Array[]];
      for (const array of arrays) array.fill(-3.4e38);
      scratch.fill(Number.NaN);
      expect(allFinite(arrays, scratch)).toBe(true);
      if (length === 0) return;
      (arrays[place % count] as Float32Array)[place % length] = value;
      expect(allFinite(arrays, scratch)).toBe(false);
      expect(arrays.map(notFiniteIn).filter(Boolean)).toEqual([{ value, count: 1 }]);
    }),
    { numRuns: 300 },
  );
});
