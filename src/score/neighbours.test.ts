import { describe, expect, it } from 'vitest';
import { stream } from '../core/rng.ts';
import { neighbourAgreement, trustworthiness } from './neighbours.ts';

const line = (...at: number[]) => Float64Array.from(at.flatMap((x) => [x, 0]));

describe('trustworthiness', () => {
  it('is 1 for the points themselves, turned and scaled', () => {
    const points = stream(1, 'points').normals(2 * 50);
    const turned = points.map((value, i) => (i % 2 === 0 ? -3 * (points[i + 1] as number) : 3 * (points[i - 1] as number)) + 0 * value);
    expect(trustworthiness(points, 2, turned)).toBe(1);
  });

  it('counts how far the strangers on the map come from', () => {
    // On the map 0 and 5 are neighbours; each is the fifth nearest of the other: (5 - 1) twice.
    const points = line(0, 1, 2.1, 3.3, 4.6, 6);
    const map = line(0, 1, 2.1, 3.3, 4.6, 0.4);
    // Nearest on the map: 0 -> 5 (rank 5), 1 -> 5 (rank 5), 2 -> 1 (1), 3 -> 2 (1), 4 -> 3 (1), 5 -> 0 (5).
    expect(trustworthiness(points, 2, map, 1)).toBeCloseTo(1 - (2 * 12) / (6 * 1 * (12 - 3 - 1)), 12);
  });

  it('is about one half for places drawn by chance', () => {
    const [points, places] = [stream(2, 'points').normals(10 * 300), stream(2, 'places').normals(2 * 300)];
    expect(trustworthiness(points, 10, places)).toBeGreaterThan(0.45);
    expect(trustworthiness(points, 10, places)).toBeLessThan(0.55);
  });
});

describe('neighbourAgreement', () => {
  it('is 1 for groups apart, and the share of each where they are mixed', () => {
    const apart = line(0, 1, 2, 10, 11, 12);
    expect(neighbourAgreement(apart, 2, [0, 0, 0, 1, 1, 1], 2)).toBe(1);
    expect(neighbourAgreement(apart, 2, [0, 1, 0, 1, 0, 1], 2)).toBeCloseTo(1 / 3, 12);
  });
});

it.each([
  [() => trustworthiness(line(1, 2, 3), 2, line(1, 2)), 'There are 3 points but 2 places; give one for each point.'],
  [() => neighbourAgreement(line(1, 2, 3), 2, [1]), 'There are 3 points but 1 groups; give one for each point.'],
  [
    () => neighbourAgreement(line(1, 2, 3, 4), 2, [1, 1, 1, 1], 2),
    '`neighbours` (=2) must be a whole number of at least 1 and below half of the 4 points.',
  ],
])('%#: refuses what does not fit', (act, message) => {
  expect(act).toThrow(message);
});
