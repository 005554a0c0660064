// Photos that training reads in every epoch, as pixels: decoded once as far as memory allows. Made by `photoLoader`.
import { processMemory } from '../../runtime/memory.ts';
import type { Pixels } from '../images/decode.ts';

/** Pixels by the index of their photo. */
export interface KeptPhotos {
  get(index: number): Pixels | undefined;
  /** Whether there may be room for another. */
  readonly open: boolean;
  /** Keeps it where there is room for it; once there is not, no other either. */
  add(index: number, pixels: Pixels): void;
  /** Lets all of them go, and keeps none that come later. */
  close(): void;
}

/** Bytes that photos take at the most: two thousand of 256x256 pixels. */
const MOST = 384 * 2 ** 20;
/** Of the memory that is free, which the model and its training need more. */
const SHARE = 1 / 8;

/**
 * What was kept stays: each photo comes once in an epoch, so that those that come first would be gone before they come again if newer ones took their place.
 * @param bound in bytes.
 */
export function keptPhotos(bound = Math.min(MOST, SHARE * processMemory().free)): KeptPhotos {
  const all = new Map<number, Pixels>();
  let room = bound;
  return {
    get: (index) => all.get(index),
    get open() {
      return room > 0;
    },
    add: (index, pixels) => {
      if (all.has(index)) return;
      const left = room - pixels.data.length;
      if (left >= 0) all.set(index, pixels);
      room = Math.max(0, left);
    },
    close: () => {
      all.clear();
      room = 0;
    },
  };
}
