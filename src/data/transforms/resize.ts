// Images of another size: `[..., H, W]` comes in, `[..., height, width]` leaves. A transform for `mapInputs`.
import { fail } from '../../core/errors.ts';
import { suggest } from '../../core/nearest.ts';
import { sizeOf, tensor } from '../../core/tensor.ts';
import { requireSize } from '../image-size.ts';
import type { Transform } from '../transform.ts';

/** How pixels between pixels are made. */
export type ResizeMethod = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos';

/** An interpolation kernel: its value at a distance, and the distance at which it has come to 0. In units of one input pixel. */
interface Kernel {
  readonly support: number;
  at(distance: number): number;
}

const kernels: Record<Exclude<ResizeMethod, 'nearest'>, Kernel> = {
  bilinear: { support: 1, at: (distance) => Math.max(0, 1 - Math.abs(distance)) },
  // Keys, "Cubic convolution interpolation for digital image processing" (1981), equation 15: a = -0.5.
  bicubic: {
    support: 2,
    at: (distance) => {
      const d = Math.abs(distance);
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
      return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    },
  },
  // The sine cardinal under its own first three lobes.
  lanczos: { support: 3, at: (distance) => (Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** What one output pixel is made of: `weights[i]` times input pixel `start + i`. */
export interface Taps {
  readonly start: number;
  readonly weights: readonly number[];
}

/**
 * A transform that resizes each plane of `[..., H, W]`, pixel centres at half-integers (as `align_corners=False`).
 * When shrinking, the kernel is widened by the factor of shrinking, so that fine patterns are averaged and do not alias; `nearest` takes one pixel always.
 * Weights that fall outside the image are left out and the others scaled to the sum 1. Equals PyTorch's `interpolate(antialias=True)`, `nearest-exact`,
 * and Pillow's filters up to their rounding. Bicubic and Lanczos may leave the range of its input.
 * @param size `[height, width]` in pixels, whole numbers >= 1.
 * @param method default bilinear.
 * @throws GraftError `invalid-argument` when the size is not such; `invalid-shape` when the inputs have fewer than three axes or no pixels.
 */
export function resize(size: readonly [number, number], method: ResizeMethod = 'bilinear'): Transform {
  requireSize('resize', size);
  if (method !== 'nearest' && !Object.hasOwn(kernels, method))
    fail('invalid-argument', `\`resize\`: there is no method \`${method}\`; ${suggest(method, ['nearest', ...Object.keys(kernels)])}`);
  const [height, width] = size;
  if (!size.every((side) => Number.isInteger(side) && side >= 1)) {
    fail('invalid-argument', `\`size\` (=[${size.join(', ')}]) must be [height, width] in whole pixels >= 1.`);
  }
  return ({ dims, data }) => {
    const [h = 0, w = 0] = dims.slice(-2);
    if (dims.length < 3 || h * w === 0) fail('invalid-shape', `Inputs of shape [${dims.join(', ')}] are not images [..., H, W] with pixels.`);
    const planes = sizeOf(dims.slice(0, -2));
    const wide = resample(data, planes * h, 1, w, tapsOf(w, width, method));
    const out = resample(wide, planes, width, h, tapsOf(h, height, method));
    return tensor('float32', [...dims.slice(0, -2), height, width], out);
  };
}

/** Resamples axis 1 of `[outer, from, inner]`. */
function resample(data: Float32Array, outer: number, inner: number, from: number, taps: readonly Taps[]): Float32Array<ArrayBuffer> {
  const out = new Float32Array(outer * taps.length * inner);
  for (let o = 0, to = 0; o < outer; o++) {
    for (const { start, weights } of taps) {
      for (let i = 0; i < inner; i++, to++) {
        let at = (o * from + start) * inner + i;
        let sum = 0;
        for (const weight of weights) {
          sum += weight * (data[at] as number);
          at += inner;
        }
        out[to] = sum;
      }
    }
  }
  return out;
}

/** The taps of each of `to` output pixels along an axis of `from`. */
export function tapsOf(from: number, to: number, method: ResizeMethod): Taps[] {
  const scale = from / to;
  const centres = Array.from({ length: to }, (_, i) => (i + 0.5) * scale);
  if (method === 'nearest') return centres.map((centre) => ({ start: Math.min(from - 1, Math.floor(centre)), weights: [1] }));
  const kernel = kernels[method];
  const stretch = Math.max(1, scale);
  return centres.map((centre) => {
    const reach = kernel.support * stretch;
    const start = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const raw = Array.from({ length: end - start }, (_, i) => kernel.at((start + i + 0.5 - centre) / stretch));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { start, weights: raw.map((weight) => weight / sum) };
  });
}
