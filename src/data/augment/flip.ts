// Pictures seen in a mirror. Called by `augmentPixels`.
import { defineOptions, type OptionsOf } from '../../core/options.ts';
import type { Stream } from '../../core/rng.ts';
import type { Pixels } from '../images/decode.ts';

/** Options of {@link flip}. */
export const flipOptions = defineOptions({
  horizontal: { default: 0.5, range: { min: 0, max: 1 }, help: 'Probability that left and right change places.' },
  vertical: {
    default: 0,
    range: { min: 0, max: 1 },
    help: 'Probability that top and bottom change places; for pictures without an up, such as from above.',
  },
});

/** Resolved options of {@link flip}. */
export type FlipOptions = OptionsOf<typeof flipOptions>;

/** Mirrors a picture, or not, by chance (Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", 2012, section 4.1). */
export function flip(image: Pixels, { horizontal, vertical }: FlipOptions, random: Stream): Pixels {
  const [sideways = 1, upright = 1] = random.uniforms(2);
  const [across, down] = [sideways < horizontal, upright < vertical];
  if (!across && !down) return image;
  const { height, width, data } = image;
  const out = new Uint8Array(data.length);
  const step = across ? -3 : 3;
  for (let y = 0, to = 0; y < height; y++) {
    const row = (down ? height - 1 - y : y) * width * 3;
    for (let x = 0, from = across ? row + (width - 1) * 3 : row; x < width; x++, from += step, to += 3) {
      out[to] = data[from] as number;
      out[to + 1] = data[from + 1] as number;
      out[to + 2] = data[from + 2] as number;
    }
  }
  return { height, width, data: out };
}
