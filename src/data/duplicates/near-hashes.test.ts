import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../core/rng.ts';
import { nearHashes } from './near-hashes.ts';

function bitsApart(hashes: Uint32Array, i: number, j: number): number {
  let count = 0;
  for (const at of [0, 1]) {
    for (let rest = (hashes[2 * i + at] as number) ^ (hashes[2 * j + at] as number); rest !== 0; rest &= rest - 1) count++;
  }
  return count;
}

/** Random hashes, each with some of its bits turned in the next few. */
function familiesOf(count: number, seed: number): Uint32Array {
  const hashes = stream(seed, 'hashes').uint32s(count * 2);
  const bits = stream(seed, 'bits').integers(count * 10, 64);
  for (let i = 0; i < count; i++) {
    if (i % 5 === 0) continue;
    hashes.copyWithin(2 * i, 2 * (i - (i % 5)), 2 * (i - (i % 5)) + 2);
    for (const bit of bits.subarray(i * 10, i * 10 + (i % 5) * 2))
      hashes[2 * i + (bit >> 5)] = (hashes[2 * i + (bit >> 5)] as number) ^ (1 << (bit & 31));
  }
  return hashes;
}

describe('nearHashes', () => {
  it('finds each pair within the radius once, and no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 7 }), fc.nat(), (radius, seed) => {
        const hashes = familiesOf(100, seed);
        const near = nearHashes(hashes, radius);
        const found: string[] = [];
        const expected: string[] = [];
        for (let i = 0; i < 100; i++) {
          near.visit([hashes[2 * i] as number, hashes[2 * i + 1] as number], i, (j) => found.push(`${j} ${i}`));
          for (let j = 0; j < i; j++) if (bitsApart(hashes, i, j) <= radius) expected.push(`${j} ${i}`);
        }
        expect(expected.length).toBeGreaterThan(0);
        expect(found.sort()).toEqual(expected.sort());
      }),
      { numRuns: 30 },
    );
  });

  it('has nothing to say of no hashes', () => {
    expect(() => nearHashes(new Uint32Array(), 7)).not.toThrow();
  });
});
