// A box of one image put into another. Called by `mixedSource`.
import { defineOptions, type OptionsOf } from '../../core/options.ts';
import type { Stream } from '../../core/rng.ts';
import { betaShare } from './beta.ts';

/** Options of {@link cutmix}. */
export const cutmixOptions = defineOptions({
  alpha: { default: 1, range: { above: 0 }, help: 'The share of the image that stays is drawn from Beta(alpha, alpha); 1 makes all shares alike.' },
});

/** Resolved options of {@link cutmix}. */
export type CutmixOptions = OptionsOf<typeof cutmixOptions>;

/**
 * Puts a box of `other`, of the same place, into `own`, both `[C, height, width]` (Yun et al., "CutMix: regularization strategy to train strong classifiers with
 * localizable features", 2019, equations 1 and 2). The box has the image's ratio, and ends where the image does.
 * @returns the share of `own` that is left, which is also that of its label.
 */
export function cutmix(
  own: Float32Array,
  other: Float32Array,
  [height, width]: readonly [number, number],
  { alpha }: CutmixOptions,
  random: Stream,
): number {
  const side = Math.sqrt(1 - betaShare(random.child('share'), alpha));
  const [down = 0, across = 0] = random.child('centre').uniforms(2);
  const [top, bottom] = span(down, side, height);
  const [left, right] = span(across, side, width);
  for (let from = 0; from < own.length; from += height * width) {
    for (let y = top; y < bottom; y++) {
      const row = from + y * width;
      own.set(other.subarray(row + left, row + right), row + left);
    }
  }
  return 1 - ((bottom - top) * (right - left)) / (height * width);
}

/** From where to where a share of `length` pixels reaches about a random one of them. */
function span(centre: number, share: number, length: number): readonly [number, number] {
  const [middle, half] = [Math.floor(centre * length), Math.floor((share * length) / 2)];
  return [Math.max(0, middle - half), Math.min(length, middle + half)];
}
