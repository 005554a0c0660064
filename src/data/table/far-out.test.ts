import { describe, expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { commonBounds, farOutOf, GAP_OF_UNITS, within } from './far-out.ts';

const draws = (length: number, name = 'draws') => Float64Array.from(stream(3, name).normals(length));
const withFar = (values: Float64Array, far: readonly number[]) => Float64Array.of(...values, ...far);
const othersOf = (values: Float64Array, gap?: number) => farOutOf(values, gap)?.others;
const spanOf = (values: Float64Array) => [Math.min(...values), Math.max(...values)];
const repeated = (value: number, times: number) => new Array<number>(times).fill(value);
const counted = (of: (i: number) => number, length = 100) => Float64Array.from({ length }, (_, i) => of(i));

describe('values far outside of all others', () => {
  const normal = draws(90);

  it('are behind a wide gap, a tenth on a side at most', () => {
    expect(othersOf(withFar(normal, [300]))).toEqual(spanOf(normal));
    expect(othersOf(withFar(normal, [300, -400, 1e30]))).toEqual(spanOf(normal));
    expect(
      othersOf(
        withFar(
          normal,
          Array.from({ length: 9 }, (_, i) => 1000 + i),
        ),
      ),
    ).toEqual(spanOf(normal));
    expect(
      othersOf(
        withFar(
          normal,
          Array.from({ length: 15 }, (_, i) => 1000 + i),
        ),
      ),
    ).toBeUndefined();
    expect(othersOf(withFar(normal, [60]))).toBeUndefined();
    expect(othersOf(withFar(normal, [60]), GAP_OF_UNITS)).toEqual(spanOf(normal));
  });

  it('are one value several times behind a narrower gap, in up to half of the rows', () => {
    for (const times of [2, 9, 30, 80]) expect(othersOf(withFar(normal, repeated(-20, times)))).toEqual(spanOf(normal));
    expect(othersOf(withFar(normal, repeated(-20, 120)))).toBeUndefined();
    expect(othersOf(withFar(normal, [-20]))).toBeUndefined();
    expect(othersOf(withFar(normal, repeated(-6, 9)))).toBeUndefined();
  });

  it('do not depend on the unit, nor on what is missing', () => {
    const given = withFar(normal, [500, Number.NaN]);
    const [least, most] = othersOf(given.map((value) => 7 - 1e-3 * value)) as readonly [number, number];
    const [low, high] = spanOf(normal) as [number, number];
    expect([least, most]).toEqual([7 - 1e-3 * high, 7 - 1e-3 * low]);
  });

  it('are none among normal values, in a long tail, among counts, of two kinds or where half are the same', () => {
    for (const values of [
      draws(20),
      draws(5000),
      draws(2000).map((value) => Math.exp(value)),
      draws(300).map((value) => Math.exp(2 * value)),
      counted((i) => 0.97 ** i, 200),
      counted((i) => Number(i < 3)),
      counted((i) => (i < 50 ? 0 : 1000) + (i % 7)),
      counted((i) => (i < 88 ? 0 : i - 87)),
      counted((i) => (i < 88 ? 0 : Math.exp(i / 4))),
      // A few that say most.
      withFar(normal, [20, 30, 45, 70]),
      Float64Array.of(1, 1, 1),
      new Float64Array(0),
      Float64Array.of(Number.NaN),
    ])
      expect(farOutOf(values)).toBeUndefined();
  });

  it('are brought to half a range beyond the others, on the side where they are', () => {
    expect(farOutOf(counted((i) => (i === 20 ? 999 : i), 21))).toEqual({ others: [0, 19], bounds: [null, 28.5] });
    expect(farOutOf(counted((i) => (i === 20 ? -999 : i), 21))).toEqual({ others: [0, 19], bounds: [-9.5, null] });
    expect([-9, 0.5, 9, Number.NaN].map((value) => within(value, [0, 1]))).toEqual([0, 0.5, 1, Number.NaN]);
    expect([-9, 9].map((value) => within(value, [null, 1]))).toEqual([-9, 1]);
  });

  it('have bounds in common that bring nothing nearer which another domain has among its others', () => {
    const slips = withFar(normal, [-9999, -9999]);
    const [least, most] = commonBounds([draws(50, 'other'), slips]) ?? expect.fail('no bounds');
    expect(most).toBeNull();
    expect(least).toBeCloseTo((farOutOf(slips)?.bounds[0] as number) ?? 0, 10);
    // A class of the one that is rare in the other.
    const [often, seldom] = [
      withFar(
        draws(60),
        Array.from(draws(30), (value) => 12 + 0.1 * value),
      ),
      withFar(draws(150), repeated(12, 9)),
    ];
    expect(farOutOf(seldom, GAP_OF_UNITS)).toBeDefined();
    expect(commonBounds([often, seldom])?.[1]).toBe(Math.max(...often));
    expect(commonBounds([normal, draws(50)])).toBeUndefined();
    expect(commonBounds([normal, Float64Array.of(Number.NaN, Number.NaN), slips])?.[0]).toBe(least);
  });
});
