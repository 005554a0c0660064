// What a vision model wants to see, as data: from a backbone's record or the files of a Hugging Face folder. `imageReader` follows it.
import type { ResizeMethod } from '../transforms/resize.ts';

/** From a photo's pixels to a model's input `[N, 3, H, W]`: resized, cropped about the centre, `(pixel * rescale - mean) / std`. */
export interface ImageInput {
  /** The shorter side becomes so many pixels and the other keeps the ratio, rounded down; or both sides `[height, width]` are given. Without it the image keeps its size. */
  readonly resize?: { readonly shorterSide: number } | { readonly size: readonly [number, number] } | undefined;
  /** `[height, width]` of what is taken from the centre; an image that is smaller gets a black border. */
  readonly crop?: readonly [number, number] | undefined;
  /** Where half a pixel is left over in cropping: towards the even number, as torchvision and timm do, or down, as transformers does. Default `even`. */
  readonly cropRounding?: 'even' | 'down' | undefined;
  /** How pixels between pixels are made; shrinking averages. Default bilinear. */
  readonly interpolation?: ResizeMethod | undefined;
  /** Factor of the pixels 0..255; default 1 / 255. */
  readonly rescale?: number | undefined;
  /** For each channel, after the factor; default 0. */
  readonly mean?: readonly number[] | undefined;
  /** Likewise; default 1. */
  readonly std?: readonly number[] | undefined;
  /** Default rgb. */
  readonly channels?: 'rgb' | 'bgr' | undefined;
}

/** `[height, width]` that an image of these sizes is resized to. */
export function resizedSize({ resize }: ImageInput, [height, width]: readonly [number, number]): [number, number] {
  if (!resize) return [height, width];
  if ('size' in resize) return [resize.size[0], resize.size[1]];
  const side = resize.shorterSide;
  return height <= width ? [side, longer(side, width, height)] : [longer(side, height, width), side];
}

function longer(side: number, long: number, short: number): number {
  return Math.floor((side * long) / short);
}

/** Pixels to leave out before a crop of `wanted` of `given` pixels; negative where a border is needed. */
export function cropStart(given: number, wanted: number, rounding: 'even' | 'down' = 'even'): number {
  if (wanted > given) return 0 - Math.floor((wanted - given) / 2);
  const half = Math.floor((given - wanted) / 2);
  return rounding === 'even' && (given - wanted) % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}

/** The steps in words, for reports and exported files. */
export function imageSteps(input: ImageInput): string[] {
  const { resize, crop, interpolation = 'bilinear', rescale = 1 / 255, mean = [0], std = [1], channels = 'rgb' } = input;
  const sides = (size: readonly [number, number]) => `${size[1]}x${size[0]}`;
  const to = resize && ('size' in resize ? sides(resize.size) : `shorter side ${resize.shorterSide}`);
  return [
    ...(to ? [`resize ${interpolation} ${to}`] : []),
    ...(crop ? [`centre crop ${sides(crop)}`] : []),
    `channels ${channels}, pixels 0..255 times ${+rescale.toPrecision(7)}`,
    `minus mean ${mean.join(' ')}, divided by std ${std.join(' ')}`,
  ];
}
