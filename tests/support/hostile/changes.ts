// Bytes of a good file -> bytes of a bad one, in ways that fit every format. Called by `hostileInputs`.
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Draw, noise, pick } from './draw.ts';

/** @param other bytes of a file of any format. */
type Change = (bytes: Uint8Array, draw: Draw, other: Uint8Array) => Uint8Array;

const EXTREMES = [0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
/** Pieces of text that mean something to some format. */
const PIECES = [
  '"',
  "'",
  '\n',
  '\r',
  '\0',
  ',',
  ';',
  '\t',
  '{',
  '}',
  '[',
  ']',
  ':',
  '\\u0000',
  '\ufeff',
  'NaN',
  '1e999',
  '-',
  '../',
  '__proto__',
  '\ud800',
  '𝒳',
  '<svg',
  '#',
];

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

/** Unpacked, changed, packed again, so that what is inside is looked at. */
const within =
  (change: Change): Change =>
  (bytes, draw, other) => {
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return change(bytes, draw, other);
    return draw(4) === 0 ? change(bytes, draw, other) : gzipSync(change(gunzipSync(bytes), draw, other));
  };

const plain: Readonly<Record<string, Change>> = {
  'bits flipped': (bytes, draw) => {
    const changed = Uint8Array.from(bytes);
    for (let i = draw(8) + 1; i > 0 && bytes.length > 0; i--) {
      const at = draw(bytes.length);
      changed[at] = (changed[at] as number) ^ (1 << draw(8));
    }
    return changed;
  },
  'bytes changed': (bytes, draw) => {
    const changed = Uint8Array.from(bytes);
    for (let i = draw(16) + 1; i > 0 && bytes.length > 0; i--) changed[draw(bytes.length)] = draw(256);
    return changed;
  },
  'the beginning changed': (bytes, draw) => {
    const changed = Uint8Array.from(bytes);
    for (let i = draw(8) + 1; i > 0 && bytes.length > 0; i--) changed[draw(Math.min(64, bytes.length))] = draw(256);
    return changed;
  },
  'cut off': (bytes, draw) => bytes.slice(0, draw(bytes.length + 1)),
  'a part left out': (bytes, draw) => {
    const at = draw(bytes.length + 1);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + draw(64)));
  },
  'a part many times': (bytes, draw) => {
    const at = draw(bytes.length + 1);
    const part = bytes.subarray(at, at + 1 + draw(128));
    return joined(bytes.subarray(0, at), ...Array.from({ length: 1 + draw(200) }, () => part), bytes.subarray(at));
  },
  'sizes that lie': (bytes, draw) => {
    const changed = Buffer.from(bytes);
    for (let i = draw(3) + 1; i > 0 && bytes.length >= 8; i--) {
      const [at, value] = [draw(bytes.length - 7), pick(draw, EXTREMES)];
      const width = pick(draw, [1, 2, 4, 8]);
      if (width === 8) changed.writeBigInt64LE(pick(draw, [-1n, 2n ** 40n, 2n ** 62n, -(2n ** 63n)]), at);
      else if (draw(2)) changed.writeUIntLE(value % 2 ** (8 * width), at, width);
      else changed.writeUIntBE(value % 2 ** (8 * width), at, width);
    }
    return changed;
  },
  'pieces put in': (bytes, draw) => {
    let changed: Uint8Array = bytes;
    for (let i = draw(4) + 1; i > 0; i--) {
      const at = draw(changed.length + 1);
      changed = joined(changed.subarray(0, at), Buffer.from(pick(draw, PIECES)), changed.subarray(at));
    }
    return changed;
  },
  'spliced with another': (bytes, draw, other) => joined(bytes.subarray(0, draw(bytes.length + 1)), other.subarray(draw(other.length + 1))),
  'noise in the midst': (bytes, draw) => {
    const at = draw(bytes.length + 1);
    return joined(bytes.subarray(0, at), noise(draw, 1 + draw(512)), bytes.subarray(at + draw(512)));
  },
  'something behind': (bytes, draw) => joined(bytes, draw(2) ? noise(draw, 1 + draw(64)) : new Uint8Array(1 + draw(2048))),
};

const whole: Readonly<Record<string, Change>> = {
  'another format under its name': (_, __, other) => other,
  noise: (_, draw) => noise(draw, draw(4096)),
  'noise behind its beginning': (bytes, draw) => joined(bytes.subarray(0, 4 + draw(60)), noise(draw, draw(4096))),
  zeros: (_, draw) => new Uint8Array(draw(5000)),
  gzipped: (bytes) => gzipSync(bytes),
  'gzipped, and cut off': (bytes, draw) => {
    const packed = gzipSync(bytes);
    return packed.subarray(0, draw(packed.length));
  },
  'gzipped, and a byte changed': (bytes, draw) => {
    const packed = gzipSync(bytes);
    packed[draw(packed.length)] = draw(256);
    return packed;
  },
};

/** By what is done. */
export const changes: Readonly<Record<string, Change>> = {
  ...Object.fromEntries(Object.entries(plain).map(([name, change]) => [name, within(change)])),
  ...whole,
};
