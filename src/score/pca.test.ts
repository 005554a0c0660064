import { describe, expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import { loadOptdigits } from '../data/sets/optdigits.ts';
import { principalComponents } from './pca.ts';

const values = Float32Array.from((await loadOptdigits()).inputs.data as Uint8Array);

describe('on optdigits', () => {
  const { places, components, variances, mean, total } = principalComponents(values, 64, 5);
  const component = (i: number) => components.subarray(i * 64, (i + 1) * 64);
  const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

  it('finds the shares of variance that numpy.linalg.eigh finds in the covariance', () => {
    const expected = [0.14890594, 0.13618771, 0.11794594, 0.08409979, 0.05782415];
    expected.forEach((share, i) => {
      expect((variances[i] as number) / total).toBeCloseTo(share, 8);
    });
  });

  it('gives unit vectors at right angles whose largest element is positive', () => {
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 5; j++) expect(product(component(i), component(j))).toBeCloseTo(i === j ? 1 : 0, 12);
      const extremes = [Math.min(...component(i)), Math.max(...component(i))] as const;
      expect(extremes[1]).toBeGreaterThan(-extremes[0]);
    }
  });

  it('gives directions that the covariance only stretches', () => {
    for (let i = 0; i < 5; i++) {
      const stretched = new Float64Array(64);
      for (let row = 0; row < 1797; row++) {
        const along = places[row * 5 + i] as number;
        for (let c = 0; c < 64; c++) {
          stretched[c] = (stretched[c] as number) + (along * ((values[row * 64 + c] as number) - (mean[c] as number))) / 1796;
        }
      }
      for (let c = 0; c < 64; c++) expect(stretched[c]).toBeCloseTo((variances[i] as number) * (component(i)[c] as number), 5);
    }
  });

  it('gives places around 0 with those variances', () => {
    for (let i = 0; i < 5; i++) {
      const along = places.filter((_, at) => at % 5 === i);
      expect(along.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 8);
      expect(along.reduce((sum, value) => sum + value * value, 0) / 1796).toBeCloseTo(variances[i] as number, 8);
    }
  });
});

it('keeps all distances when no component is left out, also with more columns than points', () => {
  const points = stream(0, 'points').normals(6 * 20);
  const { places, variances, total } = principalComponents(points, 20, 6);
  const apart = (of: Float32Array | Float64Array, columns: number, i: number, j: number) => {
    return Math.hypot(...Array.from({ length: columns }, (_, c) => (of[i * columns + c] as number) - (of[j * columns + c] as number)));
  };
  for (let i = 1; i < 6; i++) expect(apart(places, 6, 0, i)).toBeCloseTo(apart(points, 20, 0, i), 6);
  expect(variances.reduce((sum, value) => sum + value, 0)).toBeCloseTo(total, 8);
});

it('has zeros where the points do not spread', () => {
  const line = Float32Array.from({ length: 30 }, (_, i) => Math.floor(i / 3) * (i % 3 === 0 ? 1 : 2));
  const { places, components, variances } = principalComponents(line, 3, 2);
  [1 / 3, 2 / 3, 2 / 3, 0, 0, 0].forEach((value, i) => {
    expect(components[i]).toBeCloseTo(value, 12);
  });
  expect(variances[1]).toBe(0);
  expect([...places.filter((_, i) => i % 2 === 1)]).toEqual(new Array(10).fill(0));
  expect([...principalComponents(new Float32Array(6).fill(7), 2, 2).places]).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...principalComponents(Float32Array.of(1, 2), 2, 1).places]).toEqual([0]);
});

it('refuses more components than there can be', () => {
  const message = '`count` (=3) of principal components must be a whole number in 1..2 for 10 points of 2 columns.';
  expect(() => principalComponents(new Float32Array(20), 2, 3)).toThrow(message);
});
