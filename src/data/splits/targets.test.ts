import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetsOf } from './targets.ts';

const lists = (parts: readonly Int32Array[]) => parts.map((counts) => [...counts]);

describe('targetsOf', () => {
  it('gives each class its share in every part to within one row, and keeps one in train', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.double({ min: 0.01, max: 0.49, noNaN: true }), fc.double({ min: 0.01, max: 0.49, noNaN: true }), (counts, a, b) => {
        const total = counts.reduce((sum, count) => sum + count, 0);
        const wanted = [Math.floor(total * a), Math.floor(total * b)];
        const [train, ...parts] = targetsOf(counts, wanted);
        counts.forEach((count, label) => {
          const own = parts.map((part) => part[label] as number);
          expect((train?.[label] as number) + own.reduce((sum, rows) => sum + rows, 0)).toBe(count);
          expect(train?.[label]).toBeGreaterThan(0);
          own.forEach((rows, part) => {
            expect(Math.abs(rows - (count * (wanted[part] as number)) / total)).toBeLessThanOrEqual(1);
          });
        });
      }),
    );
  });

  it('has exactly the rows wanted where classes are large', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 20, max: 900 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const wanted = [Math.round(total * 0.15), Math.round(total * 0.15)];
        const sums = targetsOf(sizes, wanted).map((part) => part.reduce((sum, rows) => sum + rows, 0));
        expect(sums.slice(1)).toEqual(wanted);
      }),
    );
  });

  it('shares out classes of few rows as told', () => {
    expect(lists(targetsOf([1, 2, 2, 3, 4], [2, 2]))).toEqual([
      [1, 1, 1, 1, 2],
      [0, 1, 0, 1, 1],
      [0, 0, 1, 1, 1],
    ]);
    expect(lists(targetsOf([1, 2, 3], [1]))).toEqual([
      [1, 1, 2],
      [0, 1, 1],
    ]);
  });
});
