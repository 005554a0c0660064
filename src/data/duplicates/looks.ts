// A thumbnail -> what a picture looks like in little memory, and whether two look the same. Called by the search for near copies.
import type { Hash } from './near-hashes.ts';
import { alongRows, greyOf, hashesOf, SMALL, wavesOf } from './perceptual-hash.ts';
import { SIDE } from './thumbnail.ts';

/** What a picture looks like. */
export interface Looks {
  /** Copies differ in few of its bits, see `hashesOf`. */
  readonly hash: Hash;
  /** `[16, 16, 3]` levels. */
  readonly small: Uint8Array;
  /** `[32, 32]` brightness. */
  readonly grey: Uint8Array;
  /** Mean level of each channel of `small`. */
  readonly means: readonly number[];
  /** Standard deviation of the levels of `small` within their channels. */
  readonly contrast: number;
  /** That of each channel, in the inner 12 x 12 pixels: where copies that are cropped or framed show the same colours. */
  readonly inner: readonly number[];
}

/** Pixels of `small` at each side that are not inner. */
const EDGE = 2;
const WHOLE = wavesOf([0, 1]);

/** @param pixels `[SIDE, SIDE, 3]` levels, RGB. */
export function looksOf(pixels: Uint8Array): Looks {
  const small = halved(pixels);
  return {
    hash: hashesOf(alongRows(greyOf(small), WHOLE), WHOLE).plain,
    small,
    grey: Uint8Array.from(greyOf(pixels)),
    ...spreadOf(small),
    inner: innerOf(small),
  };
}

/**
 * How much two pictures differ in what they show: the root mean square of the differences of their small versions, each brought to mean 0 and contrast 1 first,
 * so that one may be brighter than the other. It is sqrt(2 - 2 r) with r their correlation: 0 for the same picture, about 1.4 for two that have nothing in common.
 */
export function difference(a: Looks, b: Looks): number {
  let products = 0;
  for (let i = 0; i < a.small.length; i++) products += (a.small[i] as number) * (b.small[i] as number);
  const ofMeans = a.means.reduce((sum, mean, c) => sum + mean * (b.means[c] as number), 0);
  const covariance = products / a.small.length - ofMeans / a.means.length;
  return Math.sqrt(Math.max(0, 2 - (2 * covariance) / (a.contrast * b.contrast)));
}

function halved(pixels: Uint8Array): Uint8Array {
  const out = new Uint8Array(SMALL * SMALL * 3);
  for (let y = 0, to = 0; y < SMALL; y++) {
    for (let x = 0; x < SMALL; x++) {
      for (let c = 0; c < 3; c++, to++) {
        const at = (2 * y * SIDE + 2 * x) * 3 + c;
        const four = [at, at + 3, at + SIDE * 3, at + SIDE * 3 + 3];
        out[to] = Math.round(four.reduce((sum, from) => sum + (pixels[from] as number), 0) / 4);
      }
    }
  }
  return out;
}

function spreadOf(small: Uint8Array): Pick<Looks, 'means' | 'contrast'> {
  const count = small.length / 3;
  const [sums, squares] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  small.forEach((level, i) => {
    sums[i % 3] = (sums[i % 3] as number) + level;
    squares[i % 3] = (squares[i % 3] as number) + level * level;
  });
  const means = sums.map((sum) => sum / count);
  const variance = means.reduce((sum, mean, c) => sum + (squares[c] as number) / count - mean ** 2, 0) / 3;
  return { means, contrast: Math.sqrt(variance) };
}

function innerOf(small: Uint8Array): number[] {
  const inside = (at: number) => at >= EDGE && at < SMALL - EDGE;
  return [0, 1, 2].map((channel) => {
    const levels = small.filter((_, i) => i % 3 === channel && inside(Math.floor(i / 3) % SMALL) && inside(Math.floor(i / (3 * SMALL))));
    const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
    return Math.sqrt(levels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / levels.length);
  });
}
