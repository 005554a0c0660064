// The block function against the known answers that its authors publish with Random123, and its counter's carry.
import { expect, test } from 'vitest';
import { fillPhilox } from './philox.ts';

const knownAnswers = [
  { counter: [0, 0, 0, 0], key: [0, 0], words: '6627e8d5 e169c58d bc57ac4c 9b00dbd8' },
  { counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], key: [0xffffffff, 0xffffffff], words: '408f276d 41c83b0e a20bc7c6 6d5451fd' },
  { counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], key: [0xa4093822, 0x299f31d0], words: 'd16cfe09 94fdcceb 5001e420 24126ea1' },
] as const;

test.each(knownAnswers)('known answer $words', ({ counter: [c0, c1, c2, c3], key: [k0, k1], words }) => {
  const out = new Uint32Array(4);
  fillPhilox(out, k0, k1, c0, c1, c2, c3);
  expect(Array.from(out, (word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(words);
});

test('the counter carries into its second word, and from there to nothing', () => {
  const run = new Uint32Array(8);
  const next = new Uint32Array(4);
  fillPhilox(run, 1, 2, 0xffffffff, 6, 4, 5);
  fillPhilox(next, 1, 2, 0, 7, 4, 5);
  expect(run.subarray(4)).toEqual(next);
  fillPhilox(run, 1, 2, 0xffffffff, 0xffffffff, 4, 5);
  fillPhilox(next, 1, 2, 0, 0, 4, 5);
  expect(run.subarray(4)).toEqual(next);
});

test('words beyond the last whole block are left alone', () => {
  const out = new Uint32Array(7).fill(9);
  fillPhilox(out, 0, 0, 0, 0, 0, 0);
  expect(Array.from(out.subarray(3))).toEqual([0x9b00dbd8, 9, 9, 9]);
});
