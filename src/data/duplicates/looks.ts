// A thumbnail -> what a picture looks like in little memory, and whether two look the same. Called by the search for near copies.
import { SIDE } from './thumbnail.ts';

/** What a picture looks like. */
export interface Looks {
  /** 64 bits: for each of the 8 x 8 lowest frequencies whether it is clearly above 0. Copies differ in few of them. */
  readonly hash: readonly [number, number];
  /** `[16, 16, 3]` levels. */
  readonly small: Uint8Array;
  /** Mean level of each channel of `small`. */
  readonly means: readonly number[];
  /** Standard deviation of the levels of `small` within their channels. */
  readonly contrast: number;
}

/** Frequencies along each axis that the hash is made of. */
const LOW = 8;
const SMALL = SIDE / 2;
/** A frequency is clearly above 0 where it is above so much of what they are on average. */
const CLEAR = 0.25;
/** Brightness of red, green and blue (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114];
/** cos(pi (2 x + 1) u / (2 SIDE)) of the discrete cosine transform (DCT-II), row u, column x. */
const COSINES = Float64Array.from({ length: LOW * SIDE }, (_, i) => {
  const [u, x] = [Math.floor(i / SIDE), i % SIDE];
  return Math.cos((Math.PI * (2 * x + 1) * u) / (2 * SIDE));
});

/** @param pixels `[SIDE, SIDE, 3]` levels, RGB. */
export function looksOf(pixels: Uint8Array): Looks {
  const small = halved(pixels);
  return { hash: hashOf(pixels), small, ...spreadOf(small) };
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

/**
 * The perceptual hash of Zauner, "Implementation and benchmarking of perceptual image hash functions" (2010), section 3.1, but for its threshold: not the median,
 * since pictures of symmetrical things have many frequencies next to 0, on whose sides of it noise decides.
 */
function hashOf(pixels: Uint8Array): [number, number] {
  const grey = new Float64Array(SIDE * SIDE);
  for (let i = 0; i < pixels.length; i++)
    grey[Math.floor(i / 3)] = (grey[Math.floor(i / 3)] as number) + (pixels[i] as number) * (LUMA[i % 3] as number);
  const along = new Float64Array(SIDE * LOW);
  for (let y = 0; y < SIDE; y++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += (grey[y * SIDE + x] as number) * (COSINES[u * SIDE + x] as number);
      along[y * LOW + u] = sum;
    }
  }
  const low = new Float64Array(LOW * LOW);
  for (let v = 0; v < LOW; v++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum += (along[y * LOW + u] as number) * (COSINES[v * SIDE + y] as number);
      low[v * LOW + u] = sum;
    }
  }
  // The first is the mean brightness, which says nothing of what is shown.
  const clear = low.slice(1).reduce((sum, value) => sum + Math.abs(value), 0) * (CLEAR / (LOW * LOW - 1));
  const hash: [number, number] = [0, 0];
  for (let i = 1; i < low.length; i++) if ((low[i] as number) > clear) hash[i >> 5] = (hash[i >> 5] as number) | (1 << (i & 31));
  return [hash[0] >>> 0, hash[1] >>> 0];
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

function spreadOf(small: Uint8Array): { means: readonly number[]; contrast: number } {
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
