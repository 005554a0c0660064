// Photos of another size, in whole levels 0..255 as Pillow computes them. Called by `imageReader`; the transform `resize` is for tensors.
import { type ResizeMethod, tapsOf } from '../transforms/resize.ts';
import type { Pixels } from './decode.ts';

/** Weights are whole numbers of so many binary places, so that sums of bytes fit 32 bits. */
const PLACES = 22;
const HALF = 1 << (PLACES - 1);

/**
 * Resizes to `[height, width]`: first along rows, rounded to whole levels, then along columns. Equal to Pillow's `resize`, level by level, where that goes
 * along rows first, as it does for most photos that are wider than high; within one level where not. Nearest pixels at an exact tie may be the other one.
 * libvips, which decodes, rounds its filters otherwise: one level in four pixels, enough to turn some networks' features by a cosine of 0.998.
 */
export function resample(image: Pixels, [height, width]: readonly [number, number], method: ResizeMethod): Pixels {
  const narrow = image.width === width ? image.data : alongRows(image, wholeTaps(image.width, width, method));
  const data = image.height === height ? narrow : alongColumns(narrow, width, wholeTaps(image.height, height, method));
  return { height, width, data };
}

/** The taps of all output pixels of an axis one after another: those of output pixel `i` end before `ends[i]`, and begin at input pixel `starts[i]`. */
interface WholeTaps {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly weights: Int32Array;
}

/** Output pixels of enlarging have so many taps, and most training photos are enlarged parts: these are written out, which is several times as fast. */
const [BILINEAR, BICUBIC] = [2, 4];

function alongRows({ height, width, data }: Pixels, { starts, ends, weights }: WholeTaps): Uint8Array {
  const out = new Uint8ClampedArray(height * starts.length * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0, tap = 0; x < starts.length; x++, to += 3) {
      const end = ends[x] as number;
      let at = (row + (starts[x] as number)) * 3;
      let [red, green, blue] = [HALF, HALF, HALF];
      if (end - tap === BILINEAR) {
        const [a, b] = [weights[tap] as number, weights[tap + 1] as number];
        red += (Math.imul(a, data[at] as number) + Math.imul(b, data[at + 3] as number)) | 0;
        green += (Math.imul(a, data[at + 1] as number) + Math.imul(b, data[at + 4] as number)) | 0;
        blue += (Math.imul(a, data[at + 2] as number) + Math.imul(b, data[at + 5] as number)) | 0;
        tap = end;
      } else if (end - tap === BICUBIC) {
        const [a, b, c, d] = [weights[tap] as number, weights[tap + 1] as number, weights[tap + 2] as number, weights[tap + 3] as number];
        red += sumOf(data, at, 3, a, b, c, d);
        green += sumOf(data, at + 1, 3, a, b, c, d);
        blue += sumOf(data, at + 2, 3, a, b, c, d);
        tap = end;
      }
      for (; tap < end; tap++, at += 3) {
        const weight = weights[tap] as number;
        red += Math.imul(weight, data[at] as number);
        green += Math.imul(weight, data[at + 1] as number);
        blue += Math.imul(weight, data[at + 2] as number);
      }
      out[to] = red >> PLACES;
      out[to + 1] = green >> PLACES;
      out[to + 2] = blue >> PLACES;
    }
  }
  return new Uint8Array(out.buffer);
}

function alongColumns(data: Uint8Array, width: number, { starts, ends, weights }: WholeTaps): Uint8Array {
  const stride = width * 3;
  const out = new Uint8ClampedArray(starts.length * stride);
  const sums = new Int32Array(stride);
  for (let y = 0, to = 0, tap = 0; y < starts.length; y++, to += stride) {
    const end = ends[y] as number;
    let from = (starts[y] as number) * stride;
    if (end - tap === BILINEAR) {
      const [a, b] = [weights[tap] as number, weights[tap + 1] as number];
      for (let x = 0; x < stride; x++, from++)
        out[to + x] = (HALF + Math.imul(a, data[from] as number) + Math.imul(b, data[from + stride] as number)) >> PLACES;
    } else if (end - tap === BICUBIC) {
      const [a, b, c, d] = [weights[tap] as number, weights[tap + 1] as number, weights[tap + 2] as number, weights[tap + 3] as number];
      for (let x = 0; x < stride; x++) out[to + x] = (HALF + sumOf(data, from + x, stride, a, b, c, d)) >> PLACES;
    } else {
      sums.fill(HALF);
      // A row at a time, four where there are so many.
      for (; tap + BICUBIC <= end; tap += BICUBIC, from += BICUBIC * stride) {
        const [a, b, c, d] = [weights[tap] as number, weights[tap + 1] as number, weights[tap + 2] as number, weights[tap + 3] as number];
        for (let x = 0; x < stride; x++) sums[x] = ((sums[x] as number) + sumOf(data, from + x, stride, a, b, c, d)) | 0;
      }
      for (; tap < end; tap++, from += stride) {
        const weight = weights[tap] as number;
        for (let x = 0; x < stride; x++) sums[x] = ((sums[x] as number) + Math.imul(weight, data[from + x] as number)) | 0;
      }
      for (let x = 0; x < stride; x++) out[to + x] = (sums[x] as number) >> PLACES;
    }
    tap = end;
  }
  return new Uint8Array(out.buffer);
}

/** Of four levels, `step` apart. */
function sumOf(data: Uint8Array, at: number, step: number, a: number, b: number, c: number, d: number): number {
  const first = (Math.imul(a, data[at] as number) + Math.imul(b, data[at + step] as number)) | 0;
  const second = (Math.imul(c, data[at + 2 * step] as number) + Math.imul(d, data[at + 3 * step] as number)) | 0;
  return (first + second) | 0;
}

/** Weights that are kept: those of a thousand sizes, some 5 MB. Random parts of photos have some hundred sizes, and taps take a quarter of the time of a photo. */
const MOST_KNOWN = 2 ** 20;
const known = new Map<string, WholeTaps>();
let weightsKnown = 0;

/** `tapsOf` in whole numbers. */
function wholeTaps(from: number, to: number, method: ResizeMethod): WholeTaps {
  const key = `${from}:${to}:${method}`;
  const there = known.get(key);
  if (there) return there;
  const taps = tapsOf(from, to, method);
  const all = taps.flatMap(({ weights }) => weights);
  let end = 0;
  const made = {
    starts: Int32Array.from(taps, ({ start }) => start),
    ends: Int32Array.from(taps, ({ weights }) => (end += weights.length)),
    weights: Int32Array.from(all, (weight) => Math.sign(weight) * Math.round(Math.abs(weight) * 2 ** PLACES)),
  };
  weightsKnown += all.length;
  if (weightsKnown > MOST_KNOWN) {
    known.clear();
    weightsKnown = all.length;
  }
  known.set(key, made);
  return made;
}
