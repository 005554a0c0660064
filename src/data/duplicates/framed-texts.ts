// Texts as hashes of their words -> which of them are another with words put in front or behind. Called by the search for copies of texts.
import { mixed } from './words.ts';

/** Words put in front, and behind, at most. */
const FRONT = 6;
const BEHIND = 12;
/** Words of what is framed, at least: shorter texts come to stand in others by chance. */
const LEAST = 8;
/** Numbers kept of each text: how many words it has, hashes of its first 0 to 6, and of all but its last 12 to 0. */
const KEPT = 1 + (FRONT + 1) + (BEHIND + 1);
const BASE = 0x01000193;

/** Texts in which framed ones are looked for; they are told by the order in which they were added. */
export interface FramedTexts {
  /** @param words hash of each word, 32 bits. */
  add(words: ArrayLike<number>): void;
  readonly length: number;
  /** Looks them up when all are added: calls `visit` with each text that seems to stand in `outer`, whose hashes are the same. */
  finish(): (outer: number, visit: (inner: number) => void) => void;
}

/**
 * Fingerprints by Karp and Rabin, "Efficient randomized pattern-matching algorithms" (1987), modulo 2^32: that of any words in a row follows from those of the
 * text up to their beginning and up to their end.
 * @param most texts that are added at most; 84 bytes are used for each one that is.
 */
export function framedTexts(most: number): FramedTexts {
  // Pages that are never written to take no memory.
  const kept = new Uint32Array(most * KEPT);
  let length = 0;
  const words = (text: number) => kept[text * KEPT] as number;
  const hashUpTo = (text: number, end: number) => kept[text * KEPT + 1 + (end <= FRONT ? end : FRONT + 1 + BEHIND - (words(text) - end))] as number;
  return {
    get length() {
      return length;
    },
    add(hashes) {
      const at = length++ * KEPT;
      kept[at] = hashes.length;
      let hash = 0;
      for (let end = 0; end <= hashes.length; end++) {
        if (end > 0) hash = (Math.imul(hash, BASE) + (hashes[end - 1] as number)) >>> 0;
        if (end <= FRONT) kept[at + 1 + end] = hash;
        if (end > FRONT && end >= hashes.length - BEHIND) kept[at + 1 + FRONT + 1 + BEHIND - (hashes.length - end)] = hash;
      }
    },
    finish() {
      const slots = 2 ** Math.ceil(Math.log2(length + 1) + 1);
      const slotOf = (hash: number, count: number) => mixed(hash ^ count) & (slots - 1);
      const heads = new Int32Array(slots).fill(-1);
      const before = new Int32Array(length);
      for (let text = 0; text < length; text++) {
        const count = words(text);
        if (count < LEAST) continue;
        const slot = slotOf(hashUpTo(text, count), count);
        before[text] = heads[slot] as number;
        heads[slot] = text;
      }
      return (outer, visit) => {
        const count = words(outer);
        for (let front = 0; front <= FRONT; front++) {
          for (let behind = front === 0 ? 1 : 0; behind <= BEHIND; behind++) {
            const own = count - front - behind;
            if (own < Math.max(LEAST, count / 2)) break;
            const hash = (hashUpTo(outer, count - behind) - Math.imul(hashUpTo(outer, front), power(own))) >>> 0;
            for (let text = heads[slotOf(hash, own)] as number; text >= 0; text = before[text] as number)
              if (words(text) === own && hashUpTo(text, own) === hash) visit(text);
          }
        }
      };
    },
  };
}

/** `BASE ** exponent`, modulo 2^32. */
function power(exponent: number): number {
  let [result, square] = [1, BASE];
  for (let rest = exponent; rest > 0; rest >>>= 1) {
    if (rest & 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}
