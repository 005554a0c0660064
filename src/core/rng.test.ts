// Streams: addressable at any position, different on different paths, and distributed as they claim (fixed seeds, so no test is flaky).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dropoutMask, type Stream, stream } from './rng.ts';

const many = 100_000;

/** Largest distance between the empirical distribution and `cdf`, times sqrt(n); above 1.95 has probability 0.001 (Kolmogorov's limit). */
function kolmogorov(values: Float32Array, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(values).sort();
  let distance = 0;
  sorted.forEach((x, i) => {
    distance = Math.max(distance, Math.abs(cdf(x) - i / sorted.length), Math.abs(cdf(x) - (i + 1) / sorted.length));
  });
  return distance * Math.sqrt(sorted.length);
}

/** Chi-square of counts against equal shares, as deviations of a standard normal (Wilson and Hilferty 1931). */
function chiSquareDeviation(counts: Float64Array): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const variance = 2 / (9 * (counts.length - 1));
  return (Math.cbrt(chi / (counts.length - 1)) - 1 + variance) / Math.sqrt(variance);
}

/** The standard normal distribution function by Simpson's rule on its density, from 0. */
function normalCdf(x: number): number {
  const steps = 200;
  const h = x / steps;
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let i = 1; i < steps; i++) sum += density(i * h) * (i % 2 === 1 ? 4 : 2);
  return 0.5 + (sum * h) / 3;
}

const meanOf = (values: Float32Array) => values.reduce((sum, x) => sum + x, 0) / values.length;

describe('keys', () => {
  test('are pinned: a stream of today is the stream of any later version', () => {
    expect([stream(0).k0, stream(0).k1]).toEqual([0, 0]);
    expect(Array.from(stream(0).uint32s(4))).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    expect(Array.from(stream(7, 'dropout', 3).uint32s(3))).toMatchInlineSnapshot(`
      [
        2753047283,
        389695498,
        1931810911,
      ]
    `);
    expect(Array.from(stream(2 ** 40 + 1, 'weights', 2 ** 33).normals(3))).toMatchInlineSnapshot(`
      [
        0.8542065024375916,
        0.017682233825325966,
        -0.8981217741966248,
      ]
    `);
  });

  test('differ for paths that differ in any way, and from any of the words drawn', () => {
    const streams = [
      stream(1),
      stream(2),
      stream(1 + 2 ** 32),
      stream(1, 0),
      stream(1, 1),
      stream(1, 2 ** 32),
      stream(1, '1'),
      stream(1, ''),
      stream(1, '', ''),
      stream(1, 'a'),
      stream(1, 'b'),
      stream(1, 'a', 'b'),
      stream(1, 'b', 'a'),
      stream(1, 'ab'),
      stream(1, 'a\0'),
      stream(1, 'abcd'),
      stream(1, 'abcd', ''),
      stream(1, 'abcde'),
      stream(1, 'abcdefgh'),
      stream(1, 'abcd', 'efgh'),
      stream(1, 0, 1),
      stream(1, 1, 0),
    ];
    expect(new Set(streams.map(({ k0, k1 }) => `${k0},${k1}`)).size).toBe(streams.length);
    expect(new Set(streams.map((s) => s.uint32s(1)[0])).size).toBe(streams.length);
  });

  test('children are further steps of the path', () => {
    const path = fc.array(fc.oneof(fc.string(), fc.maxSafeNat()), { maxLength: 4 });
    fc.assert(
      fc.property(fc.maxSafeNat(), path, path, (seed, a, b) => {
        expect(stream(seed, ...a).child(...b)).toEqual(stream(seed, ...a, ...b));
      }),
    );
  });

  test('neighbouring steps share no words and are not correlated', () => {
    const draws = Array.from({ length: 64 }, (_, step) => Float64Array.from(stream(3, 'mask', step).uniforms(1024), (u) => u - 0.5));
    for (let i = 1; i < draws.length; i++) {
      const product = draws[i]?.reduce((sum, x, j) => sum + x * (draws[i - 1]?.[j] ?? Number.NaN), 0) ?? Number.NaN;
      expect(Math.abs(product / (Math.sqrt(1024) / 12))).toBeLessThan(4);
    }
  });

  test.each([-1, 1.5, Number.NaN, 2 ** 53])('refuse %d as a seed, a step or an offset', (bad) => {
    expect(() => stream(bad)).toThrow(`The seed (=${bad}) must be an integer from 0 to 2^53 - 1.`);
    expect(() => stream(1, 'epoch', bad)).toThrow(`The number in a stream path (=${bad})`);
    expect(() => stream(1).uniforms(4, bad)).toThrow(`The offset (=${bad})`);
  });
});

describe('addressing', () => {
  const whole = 9000;
  const slices = fc.tuple(fc.nat(whole), fc.nat(whole)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const source = stream(11, 'address');
  const draws: Record<string, (s: Stream, n: number, offset: number) => Float32Array | Uint32Array> = {
    uint32s: (s, n, offset) => s.uint32s(n, offset),
    uniforms: (s, n, offset) => s.uniforms(n, offset),
    normals: (s, n, offset) => s.normals(n, offset),
    truncatedNormals: (s, n, offset) => s.truncatedNormals(n, 0.5, offset),
    integers: (s, n, offset) => s.integers(n, 3_000_000_000, offset),
  };

  test.each(Object.keys(draws))('%s: a slice equals the same positions of the whole', (kind) => {
    const draw = draws[kind] as (typeof draws)[string];
    const all = draw(source, whole, 0);
    fc.assert(
      fc.property(slices, ([from, to]) => {
        expect(draw(source, to - from, from)).toEqual(all.slice(from, to));
      }),
      { numRuns: 40 },
    );
  });

  test('positions beyond 2^34 reach the upper word of the counter', () => {
    const far = 2 ** 34 - 2;
    expect(source.uint32s(4, far).subarray(2)).toEqual(source.uint32s(2, far + 2));
    expect(source.uint32s(2, 2 ** 34)).not.toEqual(source.uint32s(2, 0));
  });

  test('fills the array it is given', () => {
    const buffer = new Float32Array(10);
    expect(source.uniforms(buffer.subarray(3, 7))).toEqual(source.uniforms(4));
    expect(Array.from(buffer.subarray(7))).toEqual([0, 0, 0]);
    expect(buffer.subarray(3, 7)).toEqual(source.uniforms(4));
  });
});

describe('distributions', () => {
  test('uniforms are uniform over [0, 1) on a grid of 2^-24', () => {
    const values = stream(1, 'uniform').uniforms(many);
    expect(kolmogorov(values, (x) => x)).toBeLessThan(1.95);
    expect(values.every((x) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24))).toBe(true);
  });

  test('each bit of the words is set half of the time', () => {
    const words = stream(2, 'bits').uint32s(many);
    for (let bit = 0; bit < 32; bit++) {
      const ones = words.reduce((sum, word) => sum + ((word >>> bit) & 1), 0);
      expect(Math.abs(ones - many / 2) / Math.sqrt(many / 4)).toBeLessThan(4);
    }
  });

  test('normals are standard normal, and the two of a pair are independent', () => {
    const values = stream(3, 'normal').normals(many);
    expect(kolmogorov(values, normalCdf)).toBeLessThan(1.95);
    let product = 0;
    for (let i = 0; i < many; i += 2) product += (values[i] as number) * (values[i + 1] as number);
    expect(Math.abs(product / Math.sqrt(many / 2))).toBeLessThan(4);
  });

  test.each([0.25, 1, 2])('normals truncated at %d follow the truncated distribution', (bound) => {
    const values = stream(4, 'truncated').truncatedNormals(many, bound);
    const tail = normalCdf(-bound);
    expect(values.every((x) => Math.abs(x) <= bound)).toBe(true);
    expect(kolmogorov(values, (x) => (normalCdf(x) - tail) / (1 - 2 * tail))).toBeLessThan(1.95);
  });

  test.each([1, 2, 7, 100, 3 * 2 ** 30, 2 ** 32])('integers below %d are uniform', (bound) => {
    const values = stream(5, 'integers').integers(many, bound);
    const bins = bound <= 100 ? bound : 96;
    const counts = new Float64Array(bins);
    for (const value of values) {
      const bin = Math.floor((value * bins) / bound);
      counts[bin] = (counts[bin] ?? Number.NaN) + 1;
    }
    expect(values.every((value) => value < bound)).toBe(true);
    if (bound > 1) expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(4);
  });

  test('all 24 orders of four things are equally likely', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = stream(6, 'order', i).permutation(4).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(Math.abs(chiSquareDeviation(Float64Array.from(counts.values())))).toBeLessThan(4);
  });

  test.each([
    [0, '`bound` (=0) of random integers'],
    [1.5, '`bound` (=1.5) of random integers'],
    [2 ** 33, '`bound` (=8589934592) of random integers'],
  ])('integers refuse the bound %d', (bound, message) => {
    expect(() => stream(1).integers(1, bound)).toThrow(message);
  });

  test('refuse a truncation that would hardly ever accept, and a length that is none', () => {
    expect(() => stream(1).truncatedNormals(1, 0.1)).toThrow('`bound` (=0.1) of truncated normals must be >= 0.25');
    expect(() => stream(1).permutation(-1)).toThrow('The length `n` (=-1) of a permutation');
  });
});

test('a permutation holds each index once', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat(3000), (seed, n) => {
      expect(Array.from(stream(seed, 'order').permutation(n)).sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }),
  );
});

describe('dropout masks', () => {
  test.each([0, 0.1, 0.5, 0.9])('drop %d of the elements and keep the mean', (rate) => {
    const mask = dropoutMask(stream(8, 'dropout'), new Float32Array(many + 1), rate);
    const dropped = mask.reduce((sum, x) => sum + (x === 0 ? 1 : 0), 0) / mask.length;
    expect(mask.every((x) => x === 0 || x === Math.fround(1 / (1 - rate)))).toBe(true);
    expect(Math.abs(dropped - rate)).toBeLessThanOrEqual(4 * Math.sqrt((rate * (1 - rate)) / many));
    expect(Math.abs(meanOf(mask) - 1)).toBeLessThanOrEqual(4 * Math.sqrt(rate / (1 - rate) / many));
  });

  test('are a prefix of any longer mask, and stay within a view', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), (a, b) => {
        const [short, long] = [Math.min(a, b), Math.max(a, b)];
        const buffer = new Float32Array(short + 2).fill(9);
        dropoutMask(stream(9), buffer.subarray(1, short + 1), 0.3);
        expect(buffer.slice(1, short + 1)).toEqual(dropoutMask(stream(9), new Float32Array(long), 0.3).slice(0, short));
        expect([buffer[0], buffer[short + 1]]).toEqual([9, 9]);
      }),
      { numRuns: 40 },
    );
  });

  test.each([-0.1, 1, Number.NaN])('refuse the rate %d', (rate) => {
    expect(() => dropoutMask(stream(1), new Float32Array(1), rate)).toThrow(`Dropout \`rate\` (=${rate}) must be in [0, 1)`);
  });
});
