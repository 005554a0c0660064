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
  const order = input.channels === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  // What each level becomes, in the order of the output's channels.
  const values = order.map((_, c) => {
    const [factor, shift] = [(scale[c] ?? scale[0]) as number, (offset[c] ?? offset[0]) as number];
    return Float32Array.from({ length: 256 }, (_, level) => level * factor + shift);
  });
  return (image, [height, width], out, at) => {
    const [top, left] = [cropStart(image.height, height, input.cropRounding), cropStart(image.width, width, input.cropRounding)];
    // Columns of the output that lie in the image; the others, and rows beyond it, are black.
    const [first, end] = [Math.min(width, Math.max(0, -left)), Math.max(0, Math.min(width, image.width - left))];
    for (const [c, table] of values.entries()) {
      const plane = at + c * height * width;
      const black = table[0] as number;
      for (let y = 0; y < height; y++) {
        const [row, from] = [plane + y * width, y + top];
        if (from < 0 || from >= image.height) {
          out.fill(black, row, row + width);
          continue;
        }
        out.fill(black, row, row + first);
        out.fill(black, row + end, row + width);
        let pixel = (from * image.width + first + left) * 3 + (order[c] as number);
        for (let x = first; x < end; x++, pixel += 3) out[row + x] = table[image.data[pixel] as number] as number;
      }
    }
  };
}
