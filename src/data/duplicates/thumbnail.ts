// A picture -> a few pixels that say what it shows, whatever its size and compression. Called by the search for near copies.
import sharp from 'sharp';
import type { Pixels } from '../images/decode.ts';
import { resample } from '../images/resample.ts';

/** Pixels along each side. */
export const SIDE = 32;

/**
 * Decodes a picture, squeezed to `SIDE` x `SIDE` pixels, RGB, one byte each; turned by its EXIF orientation, what is transparent made white.
 * @throws Error by sharp, when the bytes are no picture, damaged or of more than 268 million pixels.
 */
export async function thumbnail(bytes: Uint8Array): Promise<Uint8Array> {
  const image = sharp(bytes, { ignoreIcc: true }).autoOrient().flatten({ background: '#fff' }).toColourspace('srgb');
  // The fast way to shrink a JPEG shifts what it shows by up to a block of 8 pixels.
  const squeezed = image.resize(SIDE, SIDE, { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false });
  const { data, info } = await squeezed.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return data;
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => data[Math.floor(i / 3) * info.channels] as number);
}

/** The same of pixels, in this thread: small ones take less time than handing them to another. */
export function thumbnailOf(pixels: Pixels): Uint8Array {
  return resample(pixels, [SIDE, SIDE], 'bilinear').data;
}
