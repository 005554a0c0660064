// Photos of another size, in whole levels 0..255 as Pillow computes them. Called by `imageReader`; the transform `resize` is for tensors.
import { type ResizeMethod, type Taps, tapsOf } from '../transforms/resize.ts';
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
  const narrow = image.width === width ? image.data : alongRows(image, wholeTaps(tapsOf(image.width, width, method)));
  const data = image.height === height ? narrow : alongColumns(narrow, width, wholeTaps(tapsOf(image.height, height, method)));
  return { height, width, data };
}

/** The taps of all output pixels of an axis one after another: those of output pixel `i` end before `ends[i]`, and begin at input pixel `starts[i]`. */
interface WholeTaps {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly weights: Int32Array;
}

function alongRows({ height, width, data }: Pixels, { starts, ends, weights }: WholeTaps): Uint8Array {
  const out = new Uint8ClampedArray(height * starts.length * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0, tap = 0; x < starts.length; x++, to += 3) {
      let [red, green, blue] = [HALF, HALF, HALF];
      let at = (row + (starts[x] as number)) * 3;
      for (const end = ends[x] as number; tap < end; tap++, at += 3) {
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
  for (let y = 0, to = 0, first = 0; y < starts.length; y++) {
    const end = ends[y] as number;
    const from = (starts[y] as number) * stride;
    for (let x = from; x < from + stride; x++, to++) {
      let sum = HALF;
      for (let tap = first, at = x; tap < end; tap++, at += stride) sum += Math.imul(weights[tap] as number, data[at] as number);
      out[to] = sum >> PLACES;
    }
    first = end;
  }
  return new Uint8Array(out.buffer);
}

function wholeTaps(taps: readonly Taps[]): WholeTaps {
  const all = taps.flatMap(({ weights }) => weights);
  let end = 0;
  return {
    starts: Int32Array.from(taps, ({ start }) => start),
    ends: Int32Array.from(taps, ({ weights }) => (end += weights.length)),
    weights: Int32Array.from(all, (weight) => Math.sign(weight) * Math.round(Math.abs(weight) * 2 ** PLACES)),
  };
}
