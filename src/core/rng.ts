// The one source of randomness. A seed and a path of names and numbers in, a stream of numbers out; no state, so nothing needs saving.
// Called by whatever draws: initialisers, dropout masks, augmentations, batch order, synthetic data.
import { fail } from './errors.ts';
import { fillPhilox } from './philox.ts';

/** One step of the path that names a stream: a name, or a counter such as an epoch or a step. */
export type PathPart = string | number;

/** The last counter word keeps drawing and the two ways of deriving a key apart. */
const DRAW = 0;
const NUMBER = 1;
const STRING = 2;

/** Words made at a time: 8 KiB, which stays in the first-level cache. A multiple of 4. */
const CHUNK = 2048;
const chunk = new Uint32Array(CHUNK);
const block = new Uint32Array(4);

/**
 * The stream of a seed and a path. Equal arguments give equal streams; streams of different paths are independent.
 *
 * The 64-bit key starts as the seed and absorbs the path: a number n becomes the first two words of
 * Philox4x32-10 of the counter `(n mod 2^32, floor(n / 2^32), 0, 1)` under the key so far; a string, four UTF-16 code units
 * `u` at a time (padded with zeros), of `(u0 + 2^16 u1, u2 + 2^16 u3, length, 2)`. The part's kind and length stand in the counter, so `'1'` differs from `1` and `'ab', 'c'`
 * from `'a', 'bc'`.
 * @param seed a safe integer >= 0.
 * @throws GraftError `invalid-argument` when the seed or a number in the path is not a safe integer >= 0.
 */
export function stream(seed: number, ...path: PathPart[]): Stream {
  requireCounter('seed', seed);
  return new Stream(seed >>> 0, Math.floor(seed / 2 ** 32)).child(...path);
}

/**
 * A stream of random numbers: element i of whatever is drawn depends on the key and on i alone, so any slice can be drawn without the rest.
 * All kinds of numbers are made from the same words: give each purpose a path of its own, and draw one kind from it.
 *
 * The first argument of a drawing method is how many numbers to draw, or the array to fill; `offset` is the position of the first (default 0).
 * Made by {@link stream}.
 */
export class Stream {
  /** Lower 32 bits of the key. */
  readonly k0: number;
  /** Upper 32 bits of the key. */
  readonly k1: number;

  constructor(k0: number, k1: number) {
    this.k0 = k0;
    this.k1 = k1;
  }

  /** The stream further down the path: `stream(s, ...a).child(...b)` is `stream(s, ...a, ...b)`. */
  child(...path: PathPart[]): Stream {
    let { k0, k1 } = this;
    const absorb = (low: number, high: number, length: number, kind: number) => {
      fillPhilox(block, k0, k1, low, high, length, kind);
      k0 = block[0] as number;
      k1 = block[1] as number;
    };
    for (const part of path) {
      if (typeof part === 'number') {
        requireCounter('number in a stream path', part);
        absorb(part >>> 0, Math.floor(part / 2 ** 32), 0, NUMBER);
        continue;
      }
      const unit = (i: number) => (i < part.length ? part.charCodeAt(i) : 0);
      for (let i = 0; i < Math.max(1, part.length); i += 4) {
        absorb(unit(i) | (unit(i + 1) << 16), unit(i + 2) | (unit(i + 3) << 16), part.length, STRING);
      }
    }
    return new Stream(k0, k1);
  }

  /** Whole numbers uniform over [0, 2^32): word i mod 4 of the Philox block whose counter is floor(i / 4). */
  uint32s(into: number | Uint32Array, offset = 0): Uint32Array {
    const out = typeof into === 'number' ? new Uint32Array(into) : into;
    eachChunk(this, offset, out.length, (words, from, at, count) => out.set(words.subarray(from, from + count), at));
    return out;
  }

  /** Multiples of 2^-24 uniform over [0, 1): the upper 24 bits of word i. */
  uniforms(into: number | Float32Array, offset = 0): Float32Array {
    const out = typeof into === 'number' ? new Float32Array(into) : into;
    eachChunk(this, offset, out.length, (words, from, at, count) => {
      for (let i = 0; i < count; i++) out[at + i] = ((words[from + i] as number) >>> 8) * 2 ** -24;
    });
    return out;
  }

  /**
   * Standard normal numbers by Box and Muller ("A note on the generation of random normal deviates", 1958): positions 2j and 2j + 1 are
   * r cos t and r sin t with r = sqrt(-2 ln((w + 1) / 2^32)), t = 2 pi w' / 2^32, and w, w' the words at these positions; at most 6.67 in size.
   */
  normals(into: number | Float32Array, offset = 0): Float32Array {
    const out = typeof into === 'number' ? new Float32Array(into) : into;
    eachChunk(this, offset, out.length, (words, from, at, count) => {
      const end = from + count;
      for (let i = from & ~1; i < end; i += 2) {
        const radius = radiusOf(words[i] as number);
        const angle = angleOf(words[i + 1] as number);
        if (i >= from) out[at + i - from] = radius * Math.cos(angle);
        if (i + 1 < end) out[at + i + 1 - from] = radius * Math.sin(angle);
      }
    });
    return out;
  }

  /**
   * Standard normal numbers given that none is larger than `bound` in size: the normal at i, drawn anew from lane 1, 2, ... of the counter while it is out of bounds.
   * @param bound in standard deviations, >= 0.25 (a smaller one would reject over four in five draws).
   * @throws GraftError `invalid-argument` when `bound` is below 0.25; draw uniforms instead.
   */
  truncatedNormals(into: number | Float32Array, bound = 2, offset = 0): Float32Array {
    if (!(bound >= 0.25))
      fail('invalid-argument', `\`bound\` (=${bound}) of truncated normals must be >= 0.25 standard deviations; use uniforms below that.`);
    const out = this.normals(into, offset);
    for (let i = 0; i < out.length; i++) {
      for (let lane = 1; Math.abs(out[i] as number) > bound; lane++) out[i] = normalAt(this, offset + i, lane);
    }
    return out;
  }

  /**
   * Whole numbers uniform over [0, bound), without bias: word i modulo `bound`, where a word in the last, incomplete run of `bound` values is drawn anew
   * from lane 1, 2, ... of the counter.
   * @param bound an integer from 1 to 2^32.
   * @throws GraftError `invalid-argument` when `bound` is not such an integer.
   */
  integers(into: number | Uint32Array, bound: number, offset = 0): Uint32Array {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      fail('invalid-argument', `\`bound\` (=${bound}) of random integers must be an integer from 1 to 2^32.`);
    }
    const out = this.uint32s(into, offset);
    for (let i = 0; i < out.length; i++) out[i] = reduce(this, offset + i, out[i] as number, bound);
    return out;
  }

  /**
   * The numbers 0 ... n - 1 in random order, each order equally likely (to within the 2^64 keys): Fisher and Yates' shuffle as Durstenfeld gave it (CACM 1964),
   * which for i = n - 1 down to 1 swaps places i and j, with j the unbiased integer below i + 1 at position i of the stream.
   * @param n an integer from 0 to 2^31 - 1.
   * @throws GraftError `invalid-argument` when `n` is not such an integer.
   */
  permutation(n: number): Int32Array {
    if (!Number.isInteger(n) || n < 0 || n >= 2 ** 31) {
      fail('invalid-argument', `The length \`n\` (=${n}) of a permutation must be an integer from 0 to 2^31 - 1.`);
    }
    const words = this.uint32s(n);
    const order = Int32Array.from(words.keys());
    for (let i = n - 1; i > 0; i--) {
      const j = reduce(this, i, words[i] as number, i + 1);
      const other = order[j] as number;
      order[j] = order[i] as number;
      order[i] = other;
    }
    return order;
  }
}

/**
 * Fills `into` with an inverted dropout mask (Srivastava et al., JMLR 2014, section 10): 0 with probability `rate`, else 1 / (1 - rate).
 * Elements 2i and 2i + 1 come from the lower and upper half of word i, so the probability is `rate` rounded to a multiple of 2^-16.
 * @param rate probability of dropping, 0 <= rate < 1.
 * @throws GraftError `invalid-argument` when `rate` is outside [0, 1).
 */
export function dropoutMask(source: Stream, into: Float32Array, rate: number): Float32Array {
  if (!(rate >= 0 && rate < 1)) fail('invalid-argument', `Dropout \`rate\` (=${rate}) must be in [0, 1); 0 keeps everything.`);
  const threshold = Math.round(rate * 2 ** 16);
  const bits = new Int32Array(into.buffer, into.byteOffset, into.length);
  const kept = new Int32Array(Float32Array.of(1 / (1 - rate)).buffer)[0] as number;
  // The sign of `threshold - 1 - half` is the choice: anding bits is twice as fast as a branch that nobody can predict.
  eachChunk(source, 0, Math.ceil(into.length / 2), (words, from, at, count) => {
    for (let i = 0; i < count; i++) {
      const word = words[from + i] as number;
      const to = 2 * (at + i);
      bits[to] = kept & ((threshold - 1 - (word & 0xffff)) >> 31);
      bits[to + 1] = kept & ((threshold - 1 - (word >>> 16)) >> 31);
    }
  });
  return into;
}

/**
 * Hands the words at positions [offset, offset + length) to `use` in pieces: positions `at` to `at + count` of the result are made from
 * `words[from]` on. Pieces start at whole blocks, so a pair of words is never torn.
 */
function eachChunk(
  { k0, k1 }: Stream,
  offset: number,
  length: number,
  use: (words: Uint32Array, from: number, at: number, count: number) => void,
): void {
  requireCounter('offset', offset);
  for (let at = 0; at < length; ) {
    const position = offset + at;
    const from = position % 4;
    const count = Math.min(CHUNK - from, length - at);
    const words = count + from < CHUNK ? chunk.subarray(0, (count + from + 3) & ~3) : chunk;
    fillBlocks(words, k0, k1, position, 0);
    use(words, from, at, count);
    at += count;
  }
}

/** Writes the blocks from the one that holds `position`. */
function fillBlocks(into: Uint32Array, k0: number, k1: number, position: number, lane: number): void {
  const first = Math.floor(position / 4);
  fillPhilox(into, k0, k1, first >>> 0, Math.floor(first / 2 ** 32), lane, DRAW);
}

function reduce({ k0, k1 }: Stream, position: number, word: number, bound: number): number {
  let drawn = word;
  let rest = drawn % bound;
  for (let lane = 1; drawn - rest > 2 ** 32 - bound; lane++) {
    fillBlocks(block, k0, k1, position, lane);
    drawn = block[position % 4] as number;
    rest = drawn % bound;
  }
  return rest;
}

function normalAt({ k0, k1 }: Stream, position: number, lane: number): number {
  fillBlocks(block, k0, k1, position, lane);
  const pair = (position % 4) & ~1;
  const angle = angleOf(block[pair + 1] as number);
  return radiusOf(block[pair] as number) * (position % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
}

function radiusOf(word: number): number {
  return Math.sqrt(-2 * Math.log((word + 1) * 2 ** -32));
}

function angleOf(word: number): number {
  return word * (2 ** -31 * Math.PI);
}

function requireCounter(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) fail('invalid-argument', `The ${what} (=${value}) must be an integer from 0 to 2^53 - 1.`);
}
