import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { normalCdf, normalQuantile } from './normal.ts';

interface Golden {
  normal: { x: number[]; cdf: number[]; p: number[]; quantile: number[] };
}
const { normal } = JSON.parse(readFileSync(new URL('../../tests/golden/scores.json', import.meta.url), 'utf8')) as Golden;

it('gives what SciPy gives', () => {
  for (const [i, x] of normal.x.entries()) expect(normalCdf(x)).toBeCloseTo(normal.cdf[i] as number, 14);
  for (const [i, p] of normal.p.entries()) expect(normalQuantile(p)).toBeCloseTo(normal.quantile[i] as number, 9);
});

it('the quantile inverts the distribution', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (p) => {
      expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 13);
    }),
  );
});

it('is 0 and 1 far out, where the quantile is infinite', () => {
  expect([normalCdf(-40), normalCdf(40), normalQuantile(0), normalQuantile(1)]).toEqual([0, 1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});
