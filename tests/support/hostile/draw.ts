// Draws for hostile inputs: a stream of numbers in, whole numbers, picks and bytes out. Called by the files beside this one.
import type { Stream } from '../../../src/core/rng.ts';

/** Draws whole numbers from 0 to n - 1. */
export type Draw = (n: number) => number;

/** Words that a case may draw before they repeat. */
const WORDS = 2 ** 12;

export function drawsOf(stream: Stream): Draw {
  const words = stream.uint32s(WORDS);
  let at = 0;
  return (n) => (words[at++ % WORDS] as number) % n;
}

export const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)] as T;

/** Bytes that mean nothing. */
export function noise(draw: Draw, length: number): Uint8Array {
  let state = draw(2 ** 31) + 1;
  return Uint8Array.from({ length }, () => {
    // xorshift32 (Marsaglia 2003): a draw a byte would take longer than reading them.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  });
}
