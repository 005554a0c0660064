import fc from 'fast-check';
import { expect, it } from 'vitest';
import { symmetricEigen } from './symmetric-eigen.ts';

it('finds the values of a matrix with known ones', () => {
  // The second difference of length 4: 2 - 2 cos(pi k / 5).
  const { values } = symmetricEigen(Float64Array.of(2, -1, 0, 0, -1, 2, -1, 0, 0, -1, 2, -1, 0, 0, -1, 2), 4);
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * (4 - i)) / 5), 12);
  });
});

it('takes any symmetric matrix apart: values in order, vectors at right angles, and together the matrix', () => {
  const element = fc.double({ min: -100, max: 100, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.array(element, { minLength: 49, maxLength: 49 }), (size, elements) => {
      const at = (i: number, j: number) => (elements[Math.min(i, j) * 7 + Math.max(i, j)] ?? 0) as number;
      const matrix = Float64Array.from({ length: size * size }, (_, k) => at(Math.floor(k / size), k % size));
      const { values, vectors } = symmetricEigen(matrix, size);
      const vector = (k: number, i: number) => vectors[k * size + i] as number;
      const all = Array.from({ length: size }, (_, i) => i);
      for (const i of all) {
        if (i > 0) expect(values[i]).toBeLessThanOrEqual(values[i - 1] as number);
        for (const j of all) {
          const sum = all.reduce((total, k) => total + (values[k] as number) * vector(k, i) * vector(k, j), 0);
          expect(Math.abs(sum - at(i, j))).toBeLessThan(1e-10);
          const angle = all.reduce((total, c) => total + vector(i, c) * vector(j, c), 0);
          expect(Math.abs(angle - (i === j ? 1 : 0))).toBeLessThan(1e-12);
        }
      }
    }),
  );
});
