// How bright, how strong and which way round the levels of an image are, and noise on them, at random. Called by `shakenSource`.
import { defineOptions, type OptionsOf } from '../../core/options.ts';
import type { Stream } from '../../core/rng.ts';

/** Options of {@link levels}. */
export const levelsOptions = defineOptions({
  contrast: { default: 0.5, range: { min: 0, below: 1 }, help: 'Differences from the middle are multiplied by 1 plus or minus up to so much.' },
  brightness: { default: 0.2, range: { min: 0 }, help: 'Up to so much is added or taken away, in the units of the inputs.' },
  invert: { default: 0, range: { min: 0, max: 1 }, help: 'Probability that light and dark change places.' },
  noise: { default: 0.1, range: { min: 0 }, help: 'Standard deviation of the noise on each number.' },
});

/** Resolved options of {@link levels}. */
export type LevelsOptions = OptionsOf<typeof levelsOptions>;

/**
 * Changes the levels of an image about the middle of its own range: inverted by chance, scaled, shifted, with normal noise (as French, Mackiewicz & Fisher 2018,
 * arXiv:1706.05208, appendix C, have them).
 * @param values `[C, height, width]`, in place.
 */
export function levels(values: Float32Array, { contrast, brightness, invert, noise }: LevelsOptions, random: Stream): void {
  const [chance = 1, scale = 0.5, shift = 0.5] = random.child('levels').uniforms(3);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const middle = (least + most) / 2;
  const factor = (1 + contrast * (2 * scale - 1)) * (chance < invert ? -1 : 1);
  const offset = middle + brightness * (2 * shift - 1);
  const drawn = noise > 0 ? random.child('noise').normals(values.length) : undefined;
  for (let i = 0; i < values.length; i++) values[i] = ((values[i] as number) - middle) * factor + offset + (drawn ? noise * (drawn[i] as number) : 0);
}
