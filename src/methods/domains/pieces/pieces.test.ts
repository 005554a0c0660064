import { describe, expect, it } from 'vitest';
import { stream } from '../../../core/rng.ts';
import { type Tensor, tensor } from '../../../core/tensor.ts';
import { clustersOf } from './clusters.ts';
import { halvesByChance, mismatchOf } from './mismatch.ts';
import { nearestRows, smoothed } from './neighbours.ts';
import { product } from './products.ts';
import { reverseAccuracy } from './reverse.ts';
import { momentsOf, rootsOf } from './roots.ts';
import { classShifts, contradicts, featureShifts, labelShiftOf, sourceOdds } from './shift.ts';
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

  it('halves rows by chance, each in one half, where there are enough', () => {
    const [a, b] =
      halvesByChance(
        tensor(
          'float32',
          [9, 1],
          Float32Array.from({ length: 9 }, (_, i) => i),
        ),
        4,
      ) ?? [];
    expect([a?.dims, b?.dims]).toEqual([
      [5, 1],
      [4, 1],
    ]);
    expect([...(a?.data ?? []), ...(b?.data ?? [])].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(halvesByChance(tensor('float32', [7, 1], new Float32Array(7)), 4)).toBeUndefined();
  });

  it('estimates how frequent classes are in the target, and how far each moved', () => {
    // Two classes at 0 and 4 of the first feature, deviation 1; in the target four fifths are of the second, which has moved by 2 along the last.
    const rowsOf = (name: string, second: number, by: number) => {
      const features = normal(600, 3, name);
      const labels = Int32Array.from({ length: 600 }, (_, row) => Number(row < second));
      labels.forEach((label, row) => {
        features.data[3 * row] = (features.data[3 * row] as number) + 4 * label;
        features.data[3 * row + 2] = (features.data[3 * row + 2] as number) + by * label;
      });
      return { features, labels };
    };
    const [source, target] = [rowsOf('shift, source', 300, 0), rowsOf('shift, target', 480, 2)];
    // The log-odds of the two normal distributions, with the source's shares.
    const own = Float64Array.from({ length: 1200 }, (_, i) => {
      const odds = 4 * ((target.features.data[3 * Math.floor(i / 2)] as number) - 2);
      return 1 / (1 + Math.exp(i % 2 === 1 ? -odds : odds));
    });
    const both = { source: source.labels, target: own };
    const shifts = classShifts(source, target.features, 2, both, target.labels);
    expect(shifts.map((one) => one.source)).toEqual([0.5, 0.5]);
    expect(shifts[1]?.target).toBeCloseTo(0.8, 1);
    expect(labelShiftOf(shifts)).toBeCloseTo(0.3, 1);
    // A row lies the root of 3 from the mean of its class.
    expect(shifts[1]?.moved).toBeCloseTo(2 / Math.sqrt(3), 1);
    expect(shifts[0]?.moved).toBeLessThan(0.15);
    expect(classShifts(source, target.features, 2, both, new Int32Array(600).fill(1))[0]).not.toHaveProperty('moved');
  });

  it('finds that another balance of the classes is all the difference, and that it is not', async () => {
    const rowsOf = (name: string, second: number, by: number) => {
      const features = normal(400, 3, name);
      const labels = Int32Array.from({ length: 400 }, (_, row) => Number(row % 10 < second));
      labels.forEach((label, row) => {
        features.data[3 * row] = (features.data[3 * row] as number) + 4 * label;
        features.data[3 * row + 2] = (features.data[3 * row + 2] as number) + by;
      });
      return { features, labels };
    };
    const [source, shifted, moved] = [rowsOf('odds, source', 5, 0), rowsOf('odds, shifted', 9, 0), rowsOf('odds, moved', 9, 3)];
    // The log-odds of the two normal distributions.
    const own = ({ features }: typeof source) =>
      Float64Array.from({ length: 800 }, (_, i) => {
        const odds = 4 * ((features.data[3 * Math.floor(i / 2)] as number) - 2);
        return 1 / (1 + Math.exp(i % 2 === 1 ? -odds : odds));
      });
    const found = await sourceOdds(source, shifted.features, own(shifted), undefined);
    expect(found.apart).toBe(false);
    expect(found.shares?.[1]).toBeCloseTo(0.9, 1);
    const other = await sourceOdds(source, moved.features, own(moved), undefined);
    expect(other.apart).toBe(true);
    expect(other.shares).toBeUndefined();
    // Rows of the more frequent class are no likelier in the target once that is taken out.
    const mean = (odds: Float64Array, label: number) => {
      const values = odds.filter((_, row) => source.labels[row] === label);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(Math.abs(mean(found.odds, 1) - mean(found.odds, 0))).toBeLessThan(0.3);
    expect(mean(other.odds, 1) - mean(other.odds, 0)).toBeGreaterThan(1);
    const none = await sourceOdds(source, source.features, own(source), undefined);
    expect(none).toMatchObject({ apart: false });
  });

  it('tells where two answers contradict each other about how frequent the classes are', () => {
    const classes = [0.5, 0.5].map((source, c) => ({ source, target: c === 0 ? 0.1 : 0.9 }));
    const said = (second: number) => Int32Array.from({ length: 10 }, (_, row) => Number(row < second));
    expect(contradicts(classes, said(9))).toBeUndefined();
    expect(contradicts(classes, said(5))).toMatch(/differ from the source's by 0\.40 .* by the answers of what was chosen by 0\.00/);
  });

  it('measures how differently each feature is distributed', () => {
    const columns = (...values: number[][]) =>
      tensor(
        'float32',
        [values[0]?.length as number, values.length],
        Float32Array.from((values[0] as number[]).flatMap((_, i) => values.map((one) => one[i] as number))),
      );
    const source = columns([0.1, 0.4, 0.4, 0.7, 1.2], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]);
    const target = columns([0.4, 0.9, 1.2, 1.2, 1.5, 2], [1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]);
    const { statistics } = featureShifts(source, target, 0);
    // `scipy.stats.ks_2samp` has the first.
    expect(statistics[0]).toBeCloseTo(0.6333333333333333, 12);
    expect([...statistics.subarray(1)]).toEqual([0, 1]);
    const [a, b] = [normal(500, 40, 'features, source'), normal(400, 40, 'features, target')];
    const alike = featureShifts(a, b, 0);
    expect(Math.max(...alike.statistics)).toBeLessThan(alike.bound);
    b.data.forEach((value, i) => {
      if (i % 40 === 7) b.data[i] = 2 * value;
    });
    const wider = featureShifts(a, b, 0);
    expect([...wider.statistics.keys()].filter((d) => (wider.statistics[d] as number) > wider.bound)).toEqual([7]);
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
