import { expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initialiser,
  lecunNormal,
  lecunUniform,
  orthogonal,
  truncatedNormal,
} from './initialisers.ts';

const fans = { in: 300, out: 100 };
const shape = [100, 300];
const deviation = (values: Float32Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

it.each<[string, Initialiser, number]>([
  ['glorotUniform', glorotUniform, 2 / 400],
  ['glorotNormal', glorotNormal, 2 / 400],
  ['heUniform', heUniform, 2 / 300],
  ['heNormal', heNormal, 2 / 300],
  ['lecunUniform', lecunUniform, 1 / 300],
  ['lecunNormal', lecunNormal, 1 / 300],
  ['truncatedNormal', truncatedNormal(0.3), 0.09],
])('%s has the stated variance, and the same values for the same stream', (name, init, variance) => {
  const values = init(shape, fans, stream(1, name));
  expect(deviation(values) / Math.sqrt(variance)).toBeCloseTo(1, 1);
  expect(init(shape, fans, stream(1, name))).toEqual(values);
  expect(init(shape, fans, stream(2, name))).not.toEqual(values);
});

it('truncatedNormal stays within two uncut deviations', () => {
  const values = truncatedNormal(1)(shape, fans, stream(3));
  expect(Math.max(...values)).toBeLessThanOrEqual(2 / 0.8796 + 1e-6);
});

it.each([[[8, 3, 3, 3]], [[40, 8]], [[8, 8]]])('orthogonal %j has orthonormal rows or columns', (sizes) => {
  const values = orthogonal(2)(sizes, fans, stream(4));
  const rows = sizes[0] as number;
  const columns = values.length / rows;
  const byRow = rows <= columns;
  const count = Math.min(rows, columns);
  const at = (i: number, k: number) => (byRow ? values[i * columns + k] : values[k * columns + i]) as number;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      let dot = 0;
      for (let k = 0; k < Math.max(rows, columns); k++) dot += at(i, k) * at(j, k);
      expect(dot).toBeCloseTo(i === j ? 4 : 0, 4);
    }
  }
});
