// Pixels -> normalised planes of floats, the last step towards a model's input. Called where photos are read.
import { fail } from '../../core/errors.ts';
import { normalisation } from '../transforms/normalise.ts';
import type { Pixels } from './decode.ts';
import { cropStart, type ImageInput } from './image-input.ts';

/** Writes the middle `[height, width]` of a photo as `[3, height, width]` into `out` from `at` on. */
export type PlaneWriter = (image: Pixels, size: readonly [number, number], out: Float32Array, at: number) => void;

/**
 * Crops about the centre and normalises, as `input` says; an image that is smaller gets a black border.
 * @throws GraftError `invalid-argument` when `mean` and `std` do not fit three channels.
 */
export function planeWriter(input: ImageInput): PlaneWriter {
  const { rescale = 1 / 255, mean = [0], std = [1] } = input;
  const { scale, offset } = normalisation({ range: 1 / rescale, mean, std });
  if (scale.length !== 1 && scale.length !== 3)
    fail('invalid-argument', `\`mean\` and \`std\` have ${scale.length} values; give 1 or 3, images have 3 channels.`);
  return (image, [height, width], out, at) => {
    const [top, left] = [cropStart(image.height, height, input.cropRounding), cropStart(image.width, width, input.cropRounding)];
    let to = at;
    for (let c = 0; c < 3; c++) {
      const [factor, shift] = [(scale[c] ?? scale[0]) as number, (offset[c] ?? offset[0]) as number];
      const channel = input.channels === 'bgr' ? 2 - c : c;
      for (let y = top; y < top + height; y++) {
        for (let x = left; x < left + width; x++, to++) {
          const inside = y >= 0 && x >= 0 && y < image.height && x < image.width;
          const pixel = inside ? (image.data[(y * image.width + x) * 3 + channel] as number) : 0;
          out[to] = pixel * factor + shift;
        }
      }
    }
  };
}
