import { describe, expect, it } from 'vitest';
import { stream } from '../../../core/rng.ts';
import { type Tensor, tensor } from '../../../core/tensor.ts';
import { clustersOf } from './clusters.ts';
import { mismatchOf } from './mismatch.ts';
import { nearestRows, smoothed } from './neighbours.ts';
import { product } from './products.ts';
import { reverseAccuracy } from './reverse.ts';
import { momentsOf, rootsOf } from './roots.ts';
import { solved } from './solve.ts';
import { surest, surestAs, type Taken } from './surest.ts';

const normal = (rows: number, columns: number, name: string): Tensor<'float32'> =>
  tensor('float32', [rows, columns], stream(3, name).normals(rows * columns) as Float32Array<ArrayBuffer>);
const apart = (a: Tensor<'float32'>, b: Tensor<'float32'>) => Math.max(...a.data.map((value, i) => Math.abs(value - (b.data[i] as number))));

describe('pieces of domain adaptation', () => {
  it('finds the nearest rows by angle', async () => {
    const rows = tensor('float32', [4, 2], new Float32Array([1, 0, 5, 0.5, 0, 2, -1, 3]));
    const { k, rows: nearest } = await nearestRows(rows, 2);
    expect(k).toBe(2);
    expect([...nearest]).toEqual([1, 2, 0, 2, 3, 1, 2, 1]);
  });

  it('takes the surest rows, as often of each class as they are predicted or as the source has them', () => {
    // Everything but the last row is predicted to be of class 0.
    const probabilities = Float64Array.of(0.9, 0.1, 0.8, 0.2, 0.6, 0.4, 0.55, 0.45, 0.7, 0.3, 0.4, 0.6);
    const taken = ({ rows, labels }: Taken) => Array.from(rows, (row, i) => [row, labels[i]]);
    expect(taken(surest(probabilities, 2, 0.6))).toEqual([
      [0, 0],
      [1, 0],
      [4, 0],
      [5, 1],
    ]);
    // A third of six is two rows of each class.
    expect(taken(surestAs(probabilities, [0.5, 0.5], 2 / 3))).toEqual([
      [0, 0],
      [1, 0],
      [3, 1],
      [5, 1],
    ]);
    expect(taken(surestAs(probabilities, [0, 1], 0.5))).toEqual([
      [2, 1],
      [3, 1],
      [5, 1],
    ]);
  });

  it('smooths towards the neighbours, and leaves what agrees', async () => {
    const neighbours = { k: 1, rows: Int32Array.of(1, 0), cosines: Float32Array.of(1, 1) };
    expect([...smoothed(Float64Array.of(1, 0, 0, 1), 2, neighbours, 1)]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect([...smoothed(Float64Array.of(0.9, 0.1, 0.9, 0.1), 2, neighbours, 1, 3)].map((p) => Math.round(p * 1e6) / 1e6)).toEqual([
      0.9, 0.1, 0.9, 0.1,
    ]);
  });

  it('takes roots of a covariance', async () => {
    const { covariance } = await momentsOf(normal(40, 12, 'root'), 0.1);
    const { root, inverse } = await rootsOf(covariance);
    expect(apart(await product(root, root), covariance)).toBeLessThan(1e-3);
    const identity = tensor(
      'float32',
      [12, 12],
      Float32Array.from({ length: 144 }, (_, i) => (i % 13 === 0 ? 1 : 0)),
    );
    expect(apart(await product(root, inverse), identity)).toBeLessThan(1e-3);
  });

  it.each([5, 300, 513])('solves equations of %i unknowns', async (size) => {
    const { covariance } = await momentsOf(normal(2 * size, size, 'solve'), 0.5);
    const wanted = normal(size, 3, 'wanted');
    const right = await product(covariance, wanted);
    const copy = tensor('float32', covariance.dims, covariance.data.slice());
    expect(apart(await solved(copy, right), wanted)).toBeLessThan(2e-3);
  });

  it('names a matrix that is not positive definite', async () => {
    const matrix = tensor('float32', [2, 2], new Float32Array([1, 2, 2, 1]));
    await expect(solved(matrix, tensor('float32', [2, 1], new Float32Array([1, 1])))).rejects.toThrow('must be positive definite');
  });

  it('finds clusters that lie apart', async () => {
    const rows = normal(60, 4, 'clusters');
    for (let row = 0; row < 60; row++) rows.data[row * 4 + (row % 3)] = 12;
    const found = await clustersOf(rows, 3, 0);
    const names = [found[0], found[1], found[2]];
    expect(new Set(names).size).toBe(3);
    expect([...found]).toEqual(Array.from({ length: 60 }, (_, row) => names[row % 3]));
  });

  it('measures no mismatch between halves of one domain, and one between two', async () => {
    const rows = normal(400, 5, 'halves');
    const half = (from: number) => tensor('float32', [200, 5], rows.data.slice(from * 5, (from + 200) * 5));
    const same = await mismatchOf(half(0), half(200), { seed: 0 });
    expect(same.aDistance).toBeLessThan(0.3);
    expect(Math.abs(same.mmd)).toBeLessThan(0.01);
    const moved = tensor(
      'float32',
      [200, 5],
      half(200).data.map((value) => value + 3),
    );
    const far = await mismatchOf(half(0), moved, { seed: 0 });
    expect(far.aDistance).toBeGreaterThan(1.9);
    expect(far.mmd).toBeGreaterThan(0.3);
    const wide = tensor(
      'float32',
      [200, 5],
      half(200).data.map((value) => value * 3),
    );
    expect((await mismatchOf(half(0), wide, { seed: 0 })).coral).toBeGreaterThan(10 * same.coral);
    // What speaks for neither domain is half wrong.
    const constant = tensor('float32', [40, 2], new Float32Array(80).fill(3));
    expect((await mismatchOf(constant, constant, { seed: 0 })).aDistance).toBe(0);
  });

  it('tells in reverse whether the answers lead back to the source', async () => {
    const [source, target] = [normal(60, 2, 'reverse, source'), normal(80, 2, 'reverse, target')];
    const classesOf = ({ data, dims }: Tensor<'float32'>) =>
      Int32Array.from({ length: dims[0] as number }, (_, row) => Number((data[2 * row] as number) > 0));
    const domains = { source: { features: source, labels: classesOf(source) }, target, classes: 2 };
    const right = classesOf(target);
    const of = (said: Int32Array) => reverseAccuracy(domains, said, { l2: 0.01 });
    expect(await of(right)).toBeGreaterThan(0.9);
    expect(await of(right.map((label) => 1 - label))).toBeLessThan(0.1);
    expect(await of(right.map(() => 1))).toBeCloseTo(domains.source.labels.filter((label) => label === 1).length / 60, 12);
  });
});
