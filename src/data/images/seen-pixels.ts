// What a model reads of a picture -> pixels for people: the way back of `planeWriter`. Called by reports.
import { normalisation } from '../transforms/normalise.ts';
import type { Pixels } from './decode.ts';
import type { ImageInput } from './image-input.ts';

/** @param planes `[3, height, width]`, as `input` normalises them. */
export function seenPixels(
  { rescale = 1 / 255, mean = [0], std = [1], channels }: ImageInput,
  size: readonly [number, number],
  planes: Float32Array,
): Pixels {
  const [height, width] = size;
  const { scale, offset } = normalisation({ range: 1 / rescale, mean, std });
  const data = new Uint8Array(3 * height * width);
  for (let c = 0; c < 3; c++) {
    const [factor, shift] = [(scale[c] ?? scale[0]) as number, (offset[c] ?? offset[0]) as number];
    const channel = channels === 'bgr' ? 2 - c : c;
    for (let i = 0; i < height * width; i++) {
      const level = Math.round(((planes[c * height * width + i] as number) - shift) / factor);
      data[3 * i + channel] = Math.max(0, Math.min(255, level));
    }
  }
  return { height, width, data };
}
