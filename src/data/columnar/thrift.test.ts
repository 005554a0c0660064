import fc from 'fast-check';
import { parquetHeader } from 'hyparquet/src/column.js';
import { expect, it } from 'vitest';
import { endOfStruct } from './thrift.ts';

/** A struct with one field of that type. */
const field = (type: number, ...rest: number[]) => Uint8Array.of(0x10 | type, ...rest, 0);

it('ends where the struct ends', () => {
  const bytes = Uint8Array.of(0x15, 4, 0x15, 0x80, 1, 0x18, 2, 65, 66, 0x19, 0x25, 2, 4, 0x1c, 0x11, 0, 0x17, 1, 2, 3, 4, 5, 6, 7, 8, 0, 99);
  expect(endOfStruct(bytes, 0)).toBe(bytes.length - 1);
});

it('refuses lists, texts, numbers and depths that claim more than there is', () => {
  expect(() => endOfStruct(field(9, 0xf8, 0xff, 0xff, 0xff, 0x7f), 0)).toThrow('it claims 268435461 bytes, but has 7');
  expect(() => endOfStruct(field(8, 0xff, 0xff, 0xff, 0xff, 0x7f), 0)).toThrow('it claims Infinity bytes, but has 7');
  expect(() => endOfStruct(field(5, ...new Array(11).fill(0x80)), 0)).toThrow('a number at byte 11 has no end');
  expect(() => endOfStruct(new Uint8Array(1000).fill(0x1c), 0)).toThrow('structs nest deeper than 32');
  expect(() => endOfStruct(new Uint8Array(1000).fill(0x19), 0)).toThrow();
  expect(() => endOfStruct(field(11), 0)).toThrow('there is a value of the unknown type 11 at byte 1');
  expect(() => endOfStruct(Uint8Array.of(0x15, 2), 0)).toThrow('it ends early, at byte 2');
});

it('what it lets through, `hyparquet` reads to the same place', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      let end: number;
      try {
        end = endOfStruct(bytes, 0);
      } catch {
        return;
      }
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
      try {
        parquetHeader(reader);
      } catch (error) {
        // A struct where a number must be, as in a page's statistics, is its own to refuse.
        if (error instanceof TypeError) return;
        throw error;
      }
      expect(reader.offset).toBe(end);
    }),
    { numRuns: 2000 },
  );
});
