// Image files -> pixels, by sharp (libvips): the only place that knows it. Called by `imageReader` and `decodePhoto`.
import { closeSync, openSync, readSync } from 'node:fs';
import sharp from 'sharp';
import { fail } from '../../core/errors.ts';

/** A file's path, or the bytes of a file in memory. */
export type ImageSource = string | Uint8Array;

/** Pixels `[height, width, 3]`, RGB, one byte each. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** How a picture is decoded. */
export interface DecodeOptions {
  /** What errors call it; default its path. */
  readonly name?: string | undefined;
  /** Whether SVG drawings are rendered, on white; default not, because they are programs more than pictures. */
  readonly svg?: boolean | undefined;
  /** A larger picture is shrunk until its shorter side has so many pixels, quickly, by libvips: not as Pillow does it. For training only. Default not. */
  readonly shorterSide?: number | undefined;
}

/** A small file may claim any size; more pixels than this, 300 MB decoded, are refused before they are. */
const MOST_PIXELS = 1e8;
/** One side is no more than so many times the other: to bring the shorter one to a model's size would make a huge picture of a tiny file. */
const MOST_RATIO = 1000;
/** libvips looks for `<svg` in so many bytes. */
const HEAD = 1000;

/**
 * Decodes a JPEG, PNG, WebP, GIF, AVIF or TIFF file, turned by its EXIF orientation. Transparency and colour profiles are dropped, grey becomes RGB, 16 bits
 * become 8; of several frames or pages it is the first. CMYK is converted as libvips does it, which differs from Pillow's plainer formula by some levels.
 * @throws GraftError `invalid-data` when the source is missing, cut off, no image, has more than 100 million pixels, is a thousand times as long as wide, or is an SVG drawing and they are not
 *   allowed.
 */
export async function decodeImage(source: ImageSource, { name, svg = false, shorterSide }: DecodeOptions = {}): Promise<Pixels> {
  const called = name === undefined && typeof source !== 'string' ? `An image of ${source.length} bytes` : `"${name ?? source}"`;
  const isDrawing = isSvg(headOf(source));
  if (isDrawing && !svg) fail('invalid-data', `${called} is an SVG drawing, which is not read unless it is allowed (\`svg\`); save it as PNG.`);
  try {
    const image = sharp(source, { ignoreIcc: true, limitInputPixels: MOST_PIXELS }).autoOrient();
    if (shorterSide !== undefined) image.resize(shorterSide, shorterSide, { fit: 'outside', withoutEnlargement: true, kernel: 'linear' });
    // Drawings are made to lie on a page; of pictures, what is transparent has colours too.
    const opaque = isDrawing ? image.flatten({ background: '#fff' }) : image.removeAlpha();
    const { data, info } = await opaque.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (Math.max(info.width, info.height) > MOST_RATIO * Math.min(info.width, info.height))
      throw new Error(
        `it is ${info.width}x${info.height} pixels, more than ${MOST_RATIO.toLocaleString('en')} times as long as wide; cut it into parts`,
      );
    return { height: info.height, width: info.width, data: info.channels === 3 ? data : grey(data, info.channels) };
  } catch (cause) {
    return fail('invalid-data', `${called} could not be read as an image: ${reasonOf((cause as Error).message)}.`, { cause });
  }
}

/**
 * Renders an SVG drawing, on white, as the bytes of a PNG.
 * @throws GraftError as {@link decodeImage}.
 */
export async function renderSvg(source: ImageSource, name: string): Promise<Uint8Array> {
  const { height, width, data } = await decodeImage(source, { name, svg: true });
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

function reasonOf(message: string): string {
  if (message.includes('pixel limit')) return `it has more than ${MOST_PIXELS / 1e6} million pixels; make it smaller`;
  const parts = message
    .split('\n')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('Warning treated as error'));
  return parts.join('; ') || 'it is damaged or cut off';
}

/** The beginning of a file; nothing where it cannot be read, which sharp says better. Not awaited: three waits would take a tenth of the time of decoding. */
function headOf(source: ImageSource): Uint8Array {
  if (typeof source !== 'string') return source.subarray(0, HEAD);
  const head = new Uint8Array(HEAD);
  let file: number | undefined;
  try {
    file = openSync(source, 'r');
    return head.subarray(0, readSync(file, head, 0, HEAD, 0));
  } catch {
    return new Uint8Array();
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whether libvips would take a file for SVG, plain or gzipped. Other formats do not begin with a text, whatever notes they hold further on. */
function isSvg(head: Uint8Array): boolean {
  if (head[0] === 0x1f && head[1] === 0x8b) return true;
  const first = head[0] ?? 0;
  const isText = first === 0xef || (first < 0x80 && (first >= 0x20 || (first >= 9 && first <= 13)));
  return (
    isText &&
    /<svg/i.test(Buffer.from(head).toString('latin1')) &&
    !/^(?:RIFF|GIF8|II[*+]\0|MM\0[*+])/.test(Buffer.from(head.subarray(0, 4)).toString('latin1'))
  );
}

function grey(data: Uint8Array, channels: number): Uint8Array {
  const out = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; from < data.length; from += channels, to += 3) out.fill(data[from] as number, to, to + 3);
  return out;
}
