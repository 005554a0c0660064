// Parquet's mix of runs and packed bits, in which levels and indices are written -> numbers. Called by the reader of its pages; unlike the one of
// `hyparquet` it never writes beyond `count`.
// https://parquet.apache.org/docs/file-format/data-pages/encodings/ (RLE / bit-packing hybrid).

/** More bits an index would take only for more than 16 million different values in one row group. */
const WIDEST = 24;

/**
 * Reads `count` numbers of `width` bits from `bytes[start..end]`.
 * @throws Error when they end early, or a run is longer than what is left to fill.
 */
export function readHybrid(bytes: Uint8Array, start: number, end: number, width: number, count: number): Uint32Array {
  const out = new Uint32Array(count);
  if (width === 0) return out;
  if (width > WIDEST) throw new Error(`numbers of ${width} bits are too wide; more than ${WIDEST} are not read`);
  const mask = 2 ** width - 1;
  let at = start;
  const next = (): number => {
    if (at >= end) throw new Error(`levels or indices end early, at byte ${end} of a page`);
    return bytes[at++] as number;
  };
  for (let filled = 0; filled < count; ) {
    const head = header(next);
    if (head % 2 === 0) {
      const run = head / 2;
      let value = 0;
      for (let shift = 0; shift < width; shift += 8) value |= next() << shift;
      if (run > count - filled) throw new Error(`a run of ${run} is longer than the ${count - filled} values that are left`);
      out.fill(value & mask, filled, filled + run);
      filled += run;
    } else {
      // Groups of eight; the last one may hold more than is asked for, and may then be cut off.
      const groups = (head - 1) / 2;
      const stop = at + groups * width;
      const last = Math.min(count, filled + groups * 8);
      let [held, bits] = [0, 0];
      for (; filled < last; filled++) {
        for (; bits < width; bits += 8) held |= next() << bits;
        out[filled] = held & mask;
        held >>>= width;
        bits -= width;
      }
      at = stop;
    }
  }
  return out;
}

function header(next: () => number): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = next();
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw new Error('the length of a run has no end');
}
