import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readHybrid } from './hybrid.ts';

const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);

/** A run of one value, or groups of eight packed ones. */
function encode(
  parts: readonly { readonly run?: readonly [value: number, times: number]; readonly packed?: readonly number[] }[],
  width: number,
): Uint8Array {
  const bytes: number[] = [];
  for (const { run, packed = [] } of parts) {
    if (run) bytes.push(...varint(run[1] * 2), ...Array.from({ length: Math.ceil(width / 8) }, (_, i) => (run[0] >>> (8 * i)) & 255));
    else {
      bytes.push(...varint((packed.length / 8) * 2 + 1));
      const bits = packed.flatMap((value) => Array.from({ length: width }, (_, i) => (value >>> i) & 1));
      for (let i = 0; i < bits.length; i += 8) bytes.push(bits.slice(i, i + 8).reduce((byte, bit, j) => byte | (bit << j), 0));
    }
  }
  return Uint8Array.from(bytes);
}

it('reads runs and packed groups of any width', () => {
  const parts = fc.integer({ min: 1, max: 24 }).chain((width) => {
    const value = fc.nat(2 ** width - 1);
    const packed = fc.array(value, { minLength: 8, maxLength: 40 }).map((list) => ({ packed: list.slice(0, list.length - (list.length % 8)) }));
    const run = fc.tuple(value, fc.nat(300)).map((pair) => ({ run: pair }));
    return fc.record({ width: fc.constant(width), list: fc.array(fc.oneof(packed, run), { maxLength: 6 }) });
  });
  fc.assert(
    fc.property(parts, ({ width, list }) => {
      const values = list.flatMap((part) => ('run' in part ? Array.from({ length: part.run[1] }, () => part.run[0]) : part.packed));
      const bytes = encode(list, width);
      expect(Array.from(readHybrid(bytes, 0, bytes.length, width, values.length))).toEqual(values);
    }),
  );
});

it('reads part of a last group, and a last group that is cut off behind what is asked for', () => {
  const bytes = encode([{ packed: [1, 2, 3, 4, 5, 6, 7, 0] }], 3);
  expect(Array.from(readHybrid(bytes.subarray(0, 3), 0, 3, 3, 5))).toEqual([1, 2, 3, 4, 5]);
});

it('refuses a run that would fill the memory, bits that are not there and numbers without an end', () => {
  const read = (bytes: number[], count = 10) => readHybrid(Uint8Array.from(bytes), 0, bytes.length, 2, count);
  expect(() => read([0xfe, 0xff, 0xff, 0xff, 0x07, 1])).toThrow('a run of 1073741823 is longer than the 10 values that are left');
  expect(() => read([0xff, 0xff, 0xff, 0xff, 0x0f, 1])).toThrow('levels or indices end early, at byte 6 of a page');
  expect(() => read([0x80, 0x80, 0x80, 0x80, 0x80, 0x80])).toThrow('the length of a run has no end');
  expect(() => readHybrid(new Uint8Array(4), 0, 4, 25, 1)).toThrow('numbers of 25 bits are too wide');
});
