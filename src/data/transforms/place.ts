// Images set into a larger canvas: `[..., H, W]` comes in, `[..., height, width]` with a border leaves. A transform for `mapInputs`.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { sizeOf, tensor } from '../../core/tensor.ts';
import { requireSize } from '../image-size.ts';
import type { Transform } from '../transform.ts';

/** Where and on what ground {@link place} sets its images. */
export interface PlaceOptions {
  /** Row of the canvas for the image's first row; default: centred, the odd pixel below. */
  readonly top?: number;
  /** Column likewise; default: centred, the odd pixel to the right. */
  readonly left?: number;
  /** Value of the border; default 0. */
  readonly fill?: number;
}

const KINDS: OptionKinds<PlaceOptions> = { top: 'number', left: 'number', fill: 'number' };

/**
 * A transform that copies each plane of `[..., H, W]` into one of `size`, as MNIST centres its 20x20 digits in 28x28.
 * @param size `[height, width]` in pixels.
 * @throws GraftError `invalid-shape` when an image does not lie wholly inside the canvas.
 */
export function place(size: readonly [number, number], options: PlaceOptions = {}): Transform {
  requireSize('place', size);
  knownOptions(options, KINDS, 'place');
  const [height, width] = size;
  const { top, left, fill = 0 } = options;
  return ({ dims, data }) => {
    const [h = 0, w = 0] = dims.slice(-2);
    const row = top ?? Math.floor((height - h) / 2);
    const column = left ?? Math.floor((width - w) / 2);
    const inside = row >= 0 && column >= 0 && row + h <= height && column + w <= width;
    if (dims.length < 3 || ![row, column].every(Number.isInteger) || !inside) {
      fail('invalid-shape', `Inputs of shape [${dims.join(', ')}] do not fit a canvas of [..., ${height}, ${width}] at [${row}, ${column}].`);
    }
    const planes = sizeOf(dims.slice(0, -2));
    const out = new Float32Array(planes * height * width).fill(fill);
    for (let plane = 0; plane < planes; plane++) {
      for (let y = 0; y < h; y++) {
        const from = (plane * h + y) * w;
        out.set(data.subarray(from, from + w), (plane * height + row + y) * width + column);
      }
    }
    return tensor('float32', [...dims.slice(0, -2), height, width], out);
  };
}
