// Image files -> pixels, by sharp (libvips): the only place that knows it. Called by `imageReader`.
import sharp from 'sharp';
import { GraftError } from '../../core/errors.ts';

/** A file's path, or the bytes of a file in memory. */
export type ImageSource = string | Uint8Array;

/** Pixels `[height, width, 3]`, RGB, one byte each. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/**
 * Decodes a JPEG, PNG, WebP, GIF, AVIF or TIFF file, turned by its EXIF orientation. Transparency and colour profiles are dropped, grey becomes RGB.
 * CMYK is converted as libvips does it, which differs from Pillow's plainer formula by some levels.
 * @throws GraftError `invalid-data` when the source is missing, cut off, or no image.
 */
export async function decodeImage(source: ImageSource): Promise<Pixels> {
  try {
    const image = sharp(source, { ignoreIcc: true }).autoOrient().removeAlpha().toColourspace('srgb').raw({ depth: 'uchar' });
    const { data, info } = await image.toBuffer({ resolveWithObject: true });
    return { height: info.height, width: info.width, data: info.channels === 3 ? data : grey(data, info.channels) };
  } catch (cause) {
    const name = typeof source === 'string' ? `"${source}"` : `An image of ${source.length} bytes`;
    throw new GraftError('invalid-data', `${name} could not be read as an image: ${(cause as Error).message}.`, { cause });
  }
}

function grey(data: Uint8Array, channels: number): Uint8Array {
  const out = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; from < data.length; from += channels, to += 3) out.fill(data[from] as number, to, to + 3);
  return out;
}
