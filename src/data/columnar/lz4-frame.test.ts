import { expect, it } from 'vitest';
import { unpackLz4Frame } from './lz4-frame.ts';

const little = (value: number) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
const frame = (...blocks: { readonly bytes: readonly number[]; readonly plain?: boolean }[]) =>
  Uint8Array.from([
    ...little(0x184d2204),
    0x40,
    0x40,
    0,
    ...blocks.flatMap(({ bytes, plain }) => [...little(bytes.length + (plain ? 0x80000000 : 0)), ...bytes]),
    ...little(0),
  ]);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const letters = (word: string) => [...new TextEncoder().encode(word)];

it('unpacks literals, matches that run into themselves, and blocks that refer to the one before', () => {
  // "abc" and a match of 9 letters, 3 back; then "-"; then a match of 4, 13 back, and "!".
  const first = [0x35, ...letters('abc'), 3, 0, 0x10, ...letters('-')];
  const second = [0x00, 13, 0, 0x10, ...letters('!')];
  expect(text(unpackLz4Frame(frame({ bytes: first }, { bytes: second }), 18))).toBe('abcabcabcabc-abca!');
});

it('unpacks blocks that are not packed, and lengths of several bytes', () => {
  const long = [0xf0, 255, 30, ...new Array(300).fill(65)];
  expect(text(unpackLz4Frame(frame({ bytes: letters('xyz'), plain: true }, { bytes: long }), 303))).toBe(`xyz${'A'.repeat(300)}`);
});

it('refuses what is damaged, or longer than it claims', () => {
  expect(() => unpackLz4Frame(new Uint8Array(20), 5)).toThrow('LZ4 data does not begin as a frame does');
  expect(() => unpackLz4Frame(frame({ bytes: [0x30, ...letters('abc')] }), 2)).toThrow('LZ4 data is longer than it claims');
  expect(() => unpackLz4Frame(frame({ bytes: [0x10, 65, 2, 0, 0] }), 20)).toThrow('LZ4 data refers to what is not there');
  expect(() => unpackLz4Frame(frame({ bytes: [0x1f, 65, 1, 0, 255, 255, 255] }), 20)).toThrow('an LZ4 block ends early');
  expect(() => unpackLz4Frame(frame({ bytes: letters('abc'), plain: true }).subarray(0, 12), 20)).toThrow('an LZ4 block of 3 bytes is cut off');
});
