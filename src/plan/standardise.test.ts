import { expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import { tensor } from '../core/tensor.ts';
import { denseDesign } from '../methods/probes/design.ts';
import { standardised, standardisedDesign, standardOf } from './standardise.ts';

const features = tensor('float32', [2, 2], Float32Array.of(1, 10, 3, 30));

it('brings each feature to deviation 1, or all of them together to a mean square of 1', () => {
  expect([...standardised(features, standardOf(features, 'own')).data]).toEqual([-1, -1, 1, 1]);
  const together = standardised(features, standardOf(features, 'shared')).data;
  const size = Math.sqrt((1 + 100 + 9 + 900) / 4);
  expect([...together].map((value) => value * size)).toEqual([1, 10, 3, 30].map((value) => expect.closeTo(value, 5)));
});

it('leave out no feature for another one of a large unit, nor let a rare value count for more than all else', () => {
  const rows = 1000;
  const draws = stream(5, 'units').normals(rows);
  const data = Float32Array.from({ length: 3 * rows }, (_, i) => {
    const row = Math.floor(i / 3);
    return i % 3 === 0 ? (draws[row] as number) : i % 3 === 1 ? 1e6 * (draws[row] as number) : Number(row === 7);
  });
  const given = tensor('float32', [rows, 3], data);
  const { deviation } = standardOf(given, 'own');
  expect(deviation[0]).toBeGreaterThan(0.9);
  expect((deviation[1] as number) / (deviation[0] as number)).toBeCloseTo(1e6, -2);
  expect(deviation[2]).toBeCloseTo(0.999 / 20, 6);
  // Of one unit, what hardly varies beside the others stays small.
  expect(standardOf(given, 'alike').deviation[0]).toBeGreaterThan(1e4);
});

it('are read by a linear model without a copy, as the copy is', async () => {
  const [rows, width, outputs] = [40, 5, 3];
  const draws = stream(4, 'features').normals(rows * width);
  const given = tensor('float32', [rows, width], draws.map((value, i) => (value + (i % width)) * (1 + (i % width))) as Float32Array<ArrayBuffer>);
  const standard = standardOf(given, 'own');
  const [own, copy] = [await standardisedDesign(given, standard, outputs), await denseDesign(standardised(given, standard), outputs)];
  const weights = stream(4, 'weights').normals(width * outputs) as Float32Array;
  const slopes = stream(4, 'slopes').normals(rows * outputs) as Float32Array;
  const far = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] as number))));
  expect(far(await own.scores(weights, outputs), await copy.scores(weights, outputs))).toBeLessThan(1e-5);
  expect(far(await own.gradient(slopes, outputs), await copy.gradient(slopes, outputs))).toBeLessThan(1e-4);
  await own.release();
  await copy.release();
});
