// A part of a picture of random size, shape and place, brought to the size that a model reads. Called by `augmentPixels`.
import { defineOptions, type OptionsOf } from '../../core/options.ts';
import type { Stream } from '../../core/rng.ts';
import type { Pixels } from '../images/decode.ts';
import { resample } from '../images/resample.ts';
import type { ResizeMethod } from '../transforms/resize.ts';
import { type Box, type BoxLimits, boxRecords, randomBox } from './box.ts';

/** Options of {@link randomResizedCrop}. */
export const cropOptions = defineOptions(boxRecords('a crop', { minArea: 0.08, maxArea: 1, minRatio: 3 / 4, maxRatio: 4 / 3 }));

/** Resolved options of {@link randomResizedCrop}. */
export type CropOptions = OptionsOf<typeof cropOptions>;

/**
 * Crops a box of random area and ratio and resizes it to `[height, width]` (Szegedy et al., "Going deeper with convolutions", 2015, section 6, as
 * torchvision does it). A picture that is too narrow or too wide for such a box gives its middle.
 */
export function randomResizedCrop(
  image: Pixels,
  size: readonly [number, number],
  method: ResizeMethod,
  options: CropOptions,
  random: Stream,
): Pixels {
  return resample(cut(image, cropBox([image.height, image.width], options, random)), size, method);
}

/** What {@link randomResizedCrop} takes of a picture of `[height, width]`. */
export function cropBox([height, width]: readonly [number, number], options: CropOptions, random: Stream): Box {
  return randomBox(random, [height, width], options) ?? middle(height, width, options);
}

/** As much as there is with a ratio within the limits, about the centre. */
function middle(height: number, width: number, { minRatio, maxRatio }: BoxLimits): Box {
  const h = Math.min(height, Math.max(1, Math.round(width / minRatio)));
  const w = Math.min(width, Math.max(1, Math.round(height * maxRatio)));
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
}

function cut({ data, width }: Pixels, box: Box): Pixels {
  const stride = box.width * 3;
  const out = new Uint8Array(box.height * stride);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * width + box.left) * 3;
    out.set(data.subarray(from, from + stride), y * stride);
  }
  return { height: box.height, width: box.width, data: out };
}
