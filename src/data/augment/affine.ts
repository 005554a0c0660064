// Planes of numbers turned, stretched, sheared and shifted at random. Called by `shakenSource`.
import { defineOptions, type OptionsOf } from '../../core/options.ts';
import type { Stream } from '../../core/rng.ts';

/** Options of {@link affine}. */
export const affineOptions = defineOptions({
  spread: { default: 0.1, range: { min: 0, max: 1 }, help: 'Standard deviation of what is added to each number of the identity matrix.' },
  shift: { default: 2, range: { min: 0 }, unit: 'pixels', help: 'The most that an image is shifted, either way, along each axis.' },
});

/** Resolved options of {@link affine}. */
export type AffineOptions = OptionsOf<typeof affineOptions>;

/**
 * Moves an image about its centre by a random affine map: the identity with normal noise, and a uniform shift (French, Mackiewicz & Fisher 2018, Self-ensembling
 * for visual domain adaptation, arXiv:1706.05208, appendix C). Between pixels it is bilinear, beyond the border as at the border.
 * @param values `[C, height, width]`, in place.
 */
export function affine(values: Float32Array, [height, width]: readonly [number, number], { spread, shift }: AffineOptions, random: Stream): void {
  const noise = random.child('matrix').normals(4);
  const moves = random.child('shift').uniforms(2);
  const [a, b, c, d] = Array.from(noise, (draw, i) => spread * draw + (i % 3 === 0 ? 1 : 0)) as [number, number, number, number];
  const [down, right] = Array.from(moves, (draw) => shift * (2 * draw - 1)) as [number, number];
  const plane = height * width;
  const from = new Float32Array(values);
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  const [bottom, end] = [height - 1, width - 1];
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      const [dy, dx] = [y - middleY, x - middleX];
      const sy = Math.min(bottom, Math.max(0, a * dy + b * dx + down + middleY));
      const sx = Math.min(end, Math.max(0, c * dy + d * dx + right + middleX));
      const [top, left] = [Math.floor(sy), Math.floor(sx)];
      const [fy, fx] = [sy - top, sx - left];
      const at = top * width + left;
      const [below, beside] = [top < bottom ? width : 0, left < end ? 1 : 0];
      for (let channel = 0; channel < values.length; channel += plane) {
        const p = channel + at;
        const upper = (from[p] as number) * (1 - fx) + (from[p + beside] as number) * fx;
        const lower = (from[p + below] as number) * (1 - fx) + (from[p + below + beside] as number) * fx;
        values[channel + to] = upper * (1 - fy) + lower * fy;
      }
    }
  }
}
