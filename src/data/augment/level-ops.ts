// Pictures with other levels in the same places: the ops of RandAugment on colour and light. Equal to Pillow, level by level. Called by `randAugment`.
import type { Pixels } from '../images/decode.ts';

/** 0 gives black, 1 the picture, above 1 a brighter one. */
export function brightness(image: Pixels, factor: number): Pixels {
  return blend(new Uint8Array(image.data.length), image, factor);
}

/** 0 gives shades of grey, 1 the picture, above 1 stronger colours. */
export function colour(image: Pixels, factor: number): Pixels {
  const grey = greyOf(image);
  const wide = new Uint8Array(image.data.length);
  for (let i = 0, to = 0; i < grey.length; i++, to += 3) wide.fill(grey[i] as number, to, to + 3);
  return blend(wide, image, factor);
}

/** 0 gives the mean grey everywhere, 1 the picture, above 1 more contrast. */
export function contrast(image: Pixels, factor: number): Pixels {
  const grey = greyOf(image);
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  return blend(new Uint8Array(image.data.length).fill(Math.floor(mean + 0.5)), image, factor);
}

/** 0 gives a smoothed picture, 1 the picture, above 1 a sharper one. */
export function sharpness(image: Pixels, factor: number): Pixels {
  return blend(smooth(image), image, factor);
}

/** Keeps the upper `bits` of 8. */
export function posterise(image: Pixels, bits: number): Pixels {
  const mask = 256 - 2 ** (8 - bits);
  return mapped(image, () => (level) => level & mask);
}

/** Turns levels from `threshold` on into their negative. */
export function solarise(image: Pixels, threshold: number): Pixels {
  return mapped(image, () => (level) => (level < threshold ? level : 255 - level));
}

/** Spreads the levels of each channel over 0..255. */
export function autoContrast(image: Pixels): Pixels {
  return mapped(image, (counts) => {
    const [low, high] = [counts.findIndex((count) => count > 0), counts.findLastIndex((count) => count > 0)];
    if (high <= low) return (level) => level;
    const scale = 255 / (high - low);
    return (level) => Math.trunc(level * scale - low * scale);
  });
}

/** Gives the levels of each channel an even distribution. */
export function equalise(image: Pixels): Pixels {
  return mapped(image, (counts) => {
    const last = counts[counts.findLastIndex((count) => count > 0)] as number;
    const step = Math.floor((image.height * image.width - last) / 255);
    if (step === 0) return (level) => level;
    let below = Math.floor(step / 2);
    const levels = counts.map((count) => {
      const level = Math.floor(below / step);
      below += count;
      return level;
    });
    return (level) => levels[level] as number;
  });
}

/** `from` at 0, `image` at 1, beyond it the other way; in float32, because Pillow's rounding is that. */
function blend(from: Uint8Array, image: Pixels, factor: number): Pixels {
  const share = Math.fround(factor);
  const { height, width, data } = image;
  const out = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i++) {
    const start = from[i] as number;
    out[i] = Math.floor(Math.fround(start + Math.fround(share * ((data[i] as number) - start))));
  }
  return { height, width, data: new Uint8Array(out.buffer) };
}

/** Brightness by the weights of ITU-R BT.601, in 16 binary places. */
function greyOf({ data }: Pixels): Uint8Array {
  const out = new Uint8Array(data.length / 3);
  for (let i = 0, at = 0; i < out.length; i++, at += 3) {
    out[i] = ((data[at] as number) * 19595 + (data[at + 1] as number) * 38470 + (data[at + 2] as number) * 7471 + 0x8000) >> 16;
  }
  return out;
}

/** The mean of 3x3 pixels in which the one in the middle counts five times; those at the border stay. */
function smooth({ height, width, data }: Pixels): Uint8Array {
  const out = data.slice();
  const stride = width * 3;
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * stride + 3; at < (y + 1) * stride - 3; at++) {
      let sum = 4 * (data[at] as number);
      for (const row of [at - stride, at, at + stride]) sum += (data[row - 3] as number) + (data[row] as number) + (data[row + 3] as number);
      out[at] = Math.round(sum / 13);
    }
  }
  return out;
}

/** Replaces each level of each channel; `of` makes the mapping from how often each of 256 levels occurs in the channel. */
function mapped({ height, width, data }: Pixels, of: (counts: number[]) => (level: number) => number): Pixels {
  const out = new Uint8Array(data.length);
  for (let channel = 0; channel < 3; channel++) {
    const counts = new Array<number>(256).fill(0);
    for (let i = channel; i < data.length; i += 3) (counts[data[i] as number] as number) += 1;
    const map = of(counts);
    const table = Uint8ClampedArray.from(counts.keys(), map);
    for (let i = channel; i < data.length; i += 3) out[i] = table[data[i] as number] as number;
  }
  return { height, width, data: out };
}
