// Small pictures and parts of them -> 64 bits that differ in few places where they show the same. Called by the search for near copies.
import type { Hash } from './near-hashes.ts';

/** Pixels along each side of small pictures. */
export const SMALL = 16;
/** A span of an axis whose whole is `[0, 1]`. */
export type Span = readonly [from: number, to: number];

/** Frequencies along each axis that the hash is made of. */
const LOW = 8;
/** A frequency is clearly above 0 where it is above so much of what they are on average. */
const CLEAR = 0.25;
/** Brightness of red, green and blue (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114];

/** `[8, 16]`: for each frequency u the integral over each pixel of cos(pi u t), with t from 0 to 1 over the span. */
export function wavesOf([from, to]: Span): Float64Array {
  const values = new Float64Array(LOW * SMALL);
  for (let x = 0; x < SMALL; x++) {
    const [start, end] = [x, x + 1].map((edge) => Math.min(1, Math.max(0, (edge / SMALL - from) / (to - from)))) as [number, number];
    values[x] = end - start;
    for (let u = 1; u < LOW; u++) values[u * SMALL + x] = (Math.sin(Math.PI * u * end) - Math.sin(Math.PI * u * start)) / (Math.PI * u);
  }
  return values;
}

/** Brightness `[side, side]` of levels `[side, side, 3]`. */
export function greyOf(small: Uint8Array): Float64Array {
  const grey = new Float64Array(small.length / 3);
  for (let i = 0; i < small.length; i++)
    grey[Math.floor(i / 3)] = (grey[Math.floor(i / 3)] as number) + (small[i] as number) * (LUMA[i % 3] as number);
  return grey;
}

/** `[16, 8]`: the low frequencies of each row of `[16, 16]` within a span. */
export function alongRows(grey: Float64Array, waves: Float64Array): Float64Array {
  const along = new Float64Array(SMALL * LOW);
  for (let y = 0; y < SMALL; y++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let x = 0; x < SMALL; x++) sum += (grey[y * SMALL + x] as number) * (waves[u * SMALL + x] as number);
      along[y * LOW + u] = sum;
    }
  }
  return along;
}

/**
 * For each of the 8 x 8 lowest frequencies of the discrete cosine transform whether it is clearly above 0: the perceptual hash of Zauner, "Implementation and
 * benchmarking of perceptual image hash functions" (2010), section 3.1, but for its threshold: not the median, since pictures of symmetrical things have
 * many frequencies next to 0, on whose sides of it noise decides. Frequencies of a part are taken from the whole's pixels, each by how much of it lies in the part.
 * @param along of {@link alongRows}.
 * @returns the hash, and that of the mirror image, in which odd frequencies along rows change their signs.
 */
export function hashesOf(along: Float64Array, waves: Float64Array): { readonly plain: Hash; readonly mirrored: Hash } {
  const low = new Float64Array(LOW * LOW);
  let total = 0;
  for (let v = 0; v < LOW; v++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let y = 0; y < SMALL; y++) sum += (along[y * LOW + u] as number) * (waves[v * SMALL + y] as number);
      low[v * LOW + u] = sum;
      // The first is the mean brightness, which says nothing of what is shown.
      if (u + v > 0) total += Math.abs(sum);
    }
  }
  const clear = (total * CLEAR) / (LOW * LOW - 1);
  const plain: [number, number] = [0, 0];
  const mirrored: [number, number] = [0, 0];
  for (let i = 1; i < low.length; i++) {
    const [word, bit, value] = [i >> 5, 1 << (i & 31), low[i] as number];
    if (value > clear) plain[word] = (plain[word] as number) | bit;
    if ((i & 1 ? -value : value) > clear) mirrored[word] = (mirrored[word] as number) | bit;
  }
  return { plain, mirrored };
}
