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
  const rows = tapsOf(image.height, height, method);
  const columns = tapsOf(image.width, width, method);
  const narrow = image.width === width ? image.data : alongRows(image, columns);
  const data = image.height === height ? narrow : alongColumns(narrow, width, rows);
  return { height, width, data };
}

function alongRows({ height, width, data }: Pixels, taps: readonly Taps[]): Uint8Array {
  const weights = taps.map(wholeWeights);
  const out = new Uint8Array(height * taps.length * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (const { start, whole } of weights) {
      let [red, green, blue] = [HALF, HALF, HALF];
      let at = (y * width + start) * 3;
      for (const weight of whole) {
        red += Math.imul(weight, data[at] as number);
        green += Math.imul(weight, data[at + 1] as number);
        blue += Math.imul(weight, data[at + 2] as number);
        at += 3;
      }
      out[to++] = level(red);
      out[to++] = level(green);
      out[to++] = level(blue);
    }
  }
  return out;
}

function alongColumns(data: Uint8Array, width: number, taps: readonly Taps[]): Uint8Array {
  const stride = width * 3;
  const out = new Uint8Array(taps.length * stride);
  const sums = new Int32Array(stride);
  taps.map(wholeWeights).forEach(({ start, whole }, y) => {
    sums.fill(HALF);
    whole.forEach((weight, i) => {
      const from = (start + i) * stride;
      for (let x = 0; x < stride; x++) sums[x] = (sums[x] as number) + Math.imul(weight, data[from + x] as number);
    });
    for (let x = 0; x < stride; x++) out[y * stride + x] = level(sums[x] as number);
  });
  return out;
}

function wholeWeights({ start, weights }: Taps): { start: number; whole: Int32Array } {
  return { start, whole: Int32Array.from(weights, (weight) => Math.sign(weight) * Math.round(Math.abs(weight) * 2 ** PLACES)) };
}

function level(sum: number): number {
  return Math.min(255, Math.max(0, sum >> PLACES));
}
