import fc from 'fast-check';
import { expect, test } from 'vitest';
import { halfBits } from './half.ts';
import { tensor, toNumbers } from './tensor.ts';

const decoded = (bits: number) => toNumbers(tensor('float16', [1], Uint16Array.of(bits)))[0] as number;

test('every half is its own nearest', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = decoded(bits);
    if (!Number.isNaN(value)) expect(halfBits(value)).toBe(bits);
  }
  expect(decoded(halfBits(Number.NaN))).toBeNaN();
});

test('others go to the nearest, ties to even', () => {
  fc.assert(
    fc.property(fc.double({ min: -70000, max: 70000, noNaN: true }), fc.integer({ min: 0, max: 0x7bff }), (value, bits) => {
      const size = Math.abs(value);
      const found = halfBits(size);
      if (size < 65520)
        for (const other of [found - 1, found + 1])
          if (other >= 0 && other < 0x7c00) expect(Math.abs(decoded(found) - size)).toBeLessThanOrEqual(Math.abs(decoded(other) - size));
      const [low, high] = [decoded(bits), bits === 0x7bff ? 65536 : decoded(bits + 1)];
      const even = bits % 2 === 0 ? bits : bits + 1;
      expect(halfBits((low + high) / 2)).toBe(even);
      expect(halfBits(-value) ^ halfBits(value)).toBe(0x8000);
    }),
  );
});
