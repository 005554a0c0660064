// An LZ4 frame, which Arrow and Feather files pack their buffers in by default -> its bytes. Called by `unpack`.
// https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md.

const MAGIC = 0x184d2204;
/** The shortest match. */
const MATCH = 4;

/** Unpacks a frame of `length` bytes. @throws Error when it is damaged or holds more. */
export function unpackLz4Frame(packed: Uint8Array, length: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new Error('LZ4 data does not begin as a frame does');
  const flags = view.getUint8(4);
  const [blockChecksums, contentSize, dictionary] = [flags & 0x10, flags & 0x08, flags & 0x01];
  const out = new Uint8Array(length);
  let filled = 0;
  for (let at = 7 + (contentSize ? 8 : 0) + (dictionary ? 4 : 0); ; ) {
    const head = view.getUint32(at, true);
    if (head === 0) return out.subarray(0, filled);
    const size = head & 0x7fffffff;
    const start = at + 4;
    const end = start + size;
    if (end > packed.length) throw new Error(`an LZ4 block of ${size} bytes is cut off`);
    const block = packed.subarray(start, end);
    if (head >>> 31 === 1) {
      out.set(block, filled);
      filled += size;
    } else filled = unpackBlock(block, out, filled);
    at = end + (blockChecksums ? 4 : 0);
  }
}

/** Unpacks a block behind the `filled` bytes of `out`, to which it may refer; gives how many there are then. */
function unpackBlock(block: Uint8Array, out: Uint8Array, filled: number): number {
  let at = 0;
  const next = (): number => {
    const byte = block[at++];
    if (byte === undefined) throw new Error('an LZ4 block ends early');
    return byte;
  };
  const longer = (length: number): number => {
    if (length !== 15) return length;
    let total = length;
    for (let byte = 255; byte === 255; total += byte) byte = next();
    return total;
  };
  for (;;) {
    const token = next();
    const literals = longer(token >> 4);
    if (at + literals > block.length || filled + literals > out.length) throw new Error('LZ4 data is longer than it claims');
    out.set(block.subarray(at, at + literals), filled);
    at += literals;
    filled += literals;
    if (at === block.length) return filled;
    const distance = next() | (next() << 8);
    const match = longer(token & 15) + MATCH;
    if (distance === 0 || distance > filled || filled + match > out.length) throw new Error('LZ4 data refers to what is not there');
    // A match may run into what it writes itself.
    if (distance >= match) out.copyWithin(filled, filled - distance, filled - distance + match);
    else for (let i = 0; i < match; i++) out[filled + i] = out[filled + i - distance] as number;
    filled += match;
  }
}
