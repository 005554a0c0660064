// Thrift's compact encoding, as Parquet writes its footer and the headers of its pages -> where it ends, or an error. Called before `hyparquet` reads the
// same bytes, which takes lengths on trust.

/** Structs and lists in each other; Parquet's own nest no deeper than 8. */
const DEEPEST = 32;
/** A varint of 64 bits. */
const LONGEST_VARINT = 10;

/**
 * Goes over a struct.
 * @param at where it begins.
 * @returns the place behind it.
 * @throws Error when it is cut off, or a list in it claims more than there is.
 */
export function endOfStruct(bytes: Uint8Array, at: number, depth = 0): number {
  if (depth > DEEPEST) throw new Error(`structs nest deeper than ${DEEPEST}`);
  for (;;) {
    const head = byteAt(bytes, at++);
    if (head === 0) return at;
    if (head >> 4 === 0) at = endOfVarint(bytes, at);
    const type = head & 0x0f;
    // The value of a boolean field lies in its type.
    if (type !== 1 && type !== 2) at = endOfElement(bytes, at, type, depth);
  }
}

function endOfElement(bytes: Uint8Array, at: number, type: number, depth: number): number {
  switch (type) {
    case 1:
    case 2:
    case 3:
      return inside(bytes, at + 1);
    case 4:
    case 5:
    case 6:
      return endOfVarint(bytes, at);
    case 7:
      return inside(bytes, at + 8);
    case 8: {
      const start = endOfVarint(bytes, at);
      return inside(bytes, start + smallVarint(bytes, at));
    }
    case 9: {
      const head = byteAt(bytes, at++);
      let size = head >> 4;
      if (size === 15) {
        size = smallVarint(bytes, at);
        at = endOfVarint(bytes, at);
      }
      // Each entry takes a byte at least.
      inside(bytes, at + size);
      for (let i = 0; i < size; i++) at = endOfElement(bytes, at, head & 0x0f, depth + 1);
      return at;
    }
    case 12:
      return endOfStruct(bytes, at, depth + 1);
    default:
      throw new Error(`there is a value of the unknown type ${type} at byte ${at}`);
  }
}

function endOfVarint(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= LONGEST_VARINT; length++) if (byteAt(bytes, at++) < 0x80) return at;
  throw new Error(`a number at byte ${at} has no end`);
}

/** A length; one that does not fit 31 bits becomes too large for any file. */
function smallVarint(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = byteAt(bytes, at++);
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value < 2 ** 31 ? value : Number.POSITIVE_INFINITY;
  }
}

function inside(bytes: Uint8Array, at: number): number {
  if (at > bytes.length) throw new Error(`it claims ${at} bytes, but has ${bytes.length}`);
  return at;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Error(`it ends early, at byte ${bytes.length}`);
  return byte;
}
