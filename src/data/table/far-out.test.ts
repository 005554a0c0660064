import { describe, expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { farOutOf, within } from './far-out.ts';

const draws = (length: number) => Float64Array.from(stream(3, 'draws').normals(length));
const withFar = (values: Float64Array, far: readonly number[]) => Float64Array.of(...values, ...far);
const othersOf = (values: Float64Array) => farOutOf(values)?.others;
const spanOf = (values: Float64Array) => [Math.min(...values), Math.max(...values)];

describe('values far outside of all others', () => {
  const normal = draws(90);

  it('are behind a wide gap, on either side or both, up to a tenth', () => {
    expect(othersOf(withFar(normal, [50]))).toEqual(spanOf(normal));
    expect(othersOf(withFar(normal, [-9999, -9999, 1e30]))).toEqual(spanOf(normal));
    expect(othersOf(withFar(normal, new Array<number>(9).fill(-40)))).toEqual(spanOf(normal));
    expect(othersOf(withFar(normal, new Array<number>(15).fill(-40)))).toBeUndefined();
  });

  it('do not depend on the unit, nor on what is missing', () => {
    const given = withFar(normal, [30, Number.NaN]);
    const [least, most] = othersOf(given.map((value) => 7 - 1e-3 * value)) as [number, number];
    const [low, high] = spanOf(normal) as [number, number];
    expect([least, most]).toEqual([7 - 1e-3 * high, 7 - 1e-3 * low]);
  });

  it('are none among normal values, in a long tail, among counts, of two kinds or where most are the same', () => {
    for (const values of [
      draws(20),
      draws(5000),
      draws(2000).map((value) => Math.exp(value)),
      Float64Array.from({ length: 200 }, (_, i) => 0.97 ** i),
      Float64Array.from({ length: 100 }, (_, i) => Number(i < 3)),
      Float64Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : 1000) + (i % 7)),
      Float64Array.from({ length: 100 }, (_, i) => (i < 95 ? 0 : 10 * i)),
      Float64Array.of(1, 1, 1),
      new Float64Array(0),
      Float64Array.of(Number.NaN),
    ])
      expect(othersOf(values)).toBeUndefined();
  });

  it('are brought to half a range beyond the others, on the side where they are', () => {
    expect(farOutOf(Float64Array.from({ length: 21 }, (_, i) => (i === 20 ? 999 : i)))).toEqual({ others: [0, 19], bounds: [0, 28.5] });
    expect(farOutOf(Float64Array.from({ length: 21 }, (_, i) => (i === 20 ? -999 : i)))).toEqual({ others: [0, 19], bounds: [-9.5, 19] });
    expect([-9, 0.5, 9, Number.NaN].map((value) => within(value, [0, 1]))).toEqual([0, 0.5, 1, Number.NaN]);
  });
});
