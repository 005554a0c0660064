// Which random changes training photos go through, as plain data, and the part of them that is done on pixels. Called where photos are read.
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { type GivenOptions, resolveOptions } from '../../core/options.ts';
import { type Stream, stream } from '../../core/rng.ts';
import type { Pixels } from '../images/decode.ts';
import type { ResizeMethod } from '../transforms/resize.ts';
import { requireLimits } from './box.ts';
import { type ErasingOptions, erasingOptions } from './erasing.ts';
import { type FlipOptions, flip, flipOptions } from './flip.ts';
import { type RandAugmentOptions, randAugment, randAugmentOptions } from './rand-augment.ts';
import { type CropOptions, cropOptions, randomResizedCrop } from './random-resized-crop.ts';

/** Changes to make, in this order; one that is not named is not made, `{}` stands for its defaults. */
export interface AugmentationOptions {
  /** A random part of the photo in the place of the middle; see `cropOptions`. */
  readonly crop?: GivenOptions<typeof cropOptions> | undefined;
  readonly flip?: GivenOptions<typeof flipOptions> | undefined;
  readonly randAugment?: GivenOptions<typeof randAugmentOptions> | undefined;
  readonly erasing?: GivenOptions<typeof erasingOptions> | undefined;
}

/** The same, checked, with all defaults filled in. */
export interface Augmentation {
  readonly crop?: CropOptions;
  readonly flip?: FlipOptions;
  readonly randAugment?: RandAugmentOptions;
  readonly erasing?: ErasingOptions;
}

const KINDS: OptionKinds<AugmentationOptions> = {
  crop: { kind: 'object', like: '{ minArea: 0.3 }' },
  flip: { kind: 'object', like: '{ horizontal: 0.5 }' },
  randAugment: { kind: 'object', like: '{ magnitude: 9 }' },
  erasing: { kind: 'object', like: '{ probability: 0.25 }' },
};

/** @throws GraftError `invalid-argument` for a change or an option that there is not, or a value out of range. */
export function augmentation(given: AugmentationOptions): Augmentation {
  knownOptions(given, KINDS, 'augment');
  const crop = given.crop && resolveOptions(cropOptions, given.crop, '`crop`');
  const erasing = given.erasing && resolveOptions(erasingOptions, given.erasing, '`erasing`');
  if (crop) requireLimits('`crop`', crop);
  if (erasing) requireLimits('`erasing`', erasing);
  return {
    ...(crop && { crop }),
    ...(given.flip && { flip: resolveOptions(flipOptions, given.flip, '`flip`') }),
    ...(given.randAugment && { randAugment: resolveOptions(randAugmentOptions, given.randAugment, '`randAugment`') }),
    ...(erasing && { erasing }),
  };
}

/** What all chance in changing an example comes from: the same for the same example in the same epoch, whoever reads it and beside which others. */
export function augmentStream(seed: number, epoch: number, index: number): Stream {
  return stream(seed, 'augment', epoch, index);
}

/**
 * A photo changed by chance; not yet cropped to the middle, unless it was cropped at random, nor erased.
 * @param image where parts are cropped at random, the photo; else already resized as the model's input wants it.
 * @param size `[height, width]` of the model's input.
 */
export function augmentPixels(
  image: Pixels,
  size: readonly [number, number],
  method: ResizeMethod,
  { crop, flip: flips, randAugment: ops }: Augmentation,
  random: Stream,
): Pixels {
  let out = crop ? randomResizedCrop(image, size, method, crop, random.child('crop')) : image;
  if (flips) out = flip(out, flips, random.child('flip'));
  if (ops) out = randAugment(out, ops, random.child('ops'));
  return out;
}
