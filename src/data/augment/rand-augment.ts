// A few ops chosen at random, all of one strength. Called by `augmentPixels`.
import { defineOptions, type OptionsOf } from '../../core/options.ts';
import type { Stream } from '../../core/rng.ts';
import type { Pixels } from '../images/decode.ts';
import { rotate, shearX, shearY, translateX, translateY } from './geometry-ops.ts';
import { autoContrast, brightness, colour, contrast, equalise, posterise, sharpness, solarise } from './level-ops.ts';

/** Options of {@link randAugment}. */
export const randAugmentOptions = defineOptions({
  number: { default: 2, range: { min: 0 }, integer: true, unit: 'ops', help: 'How many ops one picture goes through.' },
  magnitude: { default: 9, range: { min: 0, max: 30 }, help: 'Strength of all ops, from none (0) to the strongest (30).' },
  fill: { default: 128, range: { min: 0, max: 255 }, integer: true, help: 'Level of what comes in from outside the picture.' },
});

/** Resolved options of {@link randAugment}. */
export type RandAugmentOptions = OptionsOf<typeof randAugmentOptions>;

/** One op of {@link randAugment}. */
export interface PixelOp {
  /** Its own measure at a strength from 0 to 1; left out where it knows none. */
  amount?(strength: number, image: Pixels): number;
  /** Goes either way, as chance has it. */
  readonly signed?: boolean;
  apply(image: Pixels, amount: number, fill: number): Pixels;
}

const shear = (strength: number) => 0.3 * strength;
/** Of a side of the picture: 150 of the 331 pixels that the paper's pictures have. */
const SHIFT = 150 / 331;
/** As a factor about 1. */
const enhanced = (op: (image: Pixels, factor: number) => Pixels): PixelOp => ({
  amount: (strength) => 0.9 * strength,
  signed: true,
  apply: (image, amount) => op(image, 1 + amount),
});

/** The ops, by name. */
export const pixelOps: Readonly<Record<string, PixelOp>> = {
  identity: { apply: (image) => image },
  shearX: { amount: shear, signed: true, apply: shearX },
  shearY: { amount: shear, signed: true, apply: shearY },
  translateX: { amount: (strength, { width }) => SHIFT * width * strength, signed: true, apply: translateX },
  translateY: { amount: (strength, { height }) => SHIFT * height * strength, signed: true, apply: translateY },
  rotate: { amount: (strength) => 30 * strength, signed: true, apply: rotate },
  brightness: enhanced(brightness),
  colour: enhanced(colour),
  contrast: enhanced(contrast),
  sharpness: enhanced(sharpness),
  posterise: { amount: (strength) => 8 - Math.round(4 * strength), apply: posterise },
  solarise: { amount: (strength) => 255 * (1 - strength), apply: solarise },
  autoContrast: { apply: autoContrast },
  equalise: { apply: equalise },
};

/** The strongest. */
const STRONGEST = randAugmentOptions.magnitude.range.max;

/**
 * Puts a picture through `number` of the fourteen ops, each drawn anew, at one strength (Cubuk et al., "RandAugment: practical automated data augmentation
 * with a reduced search space", 2020, figure 2). Ranges are torchvision's; pixels move to the nearest.
 */
export function randAugment(image: Pixels, { number, magnitude, fill }: RandAugmentOptions, random: Stream): Pixels {
  const ops = Object.values(pixelOps);
  const draws = random.uniforms(2 * number);
  let out = image;
  for (let i = 0; i < number; i++) {
    const op = ops[Math.floor((draws[2 * i] as number) * ops.length)] as PixelOp;
    const amount = op.amount?.(magnitude / STRONGEST, image) ?? 0;
    out = op.apply(out, op.signed && (draws[2 * i + 1] as number) < 0.5 ? -amount : amount, fill);
  }
  return out;
}
