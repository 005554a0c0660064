// Pictures sheared, shifted and turned: the ops of RandAugment that move pixels. Equal to Pillow, level by level. Called by `randAugment`.
import type { Pixels } from '../images/decode.ts';

/** Where output pixel (x, y) is looked for: at (a x + b y + c, d x + e y + f), pixel centres at half-integers. */
type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Coordinates have so many binary places, as in Pillow. */
const ONE = 2 ** 16;

/** Slants by `amount` pixels sideways for each row; what comes from outside is `fill`, a level. */
export function shearX(image: Pixels, amount: number, fill: number): Pixels {
  return affine(image, [1, amount, 0, 0, 1, 0], fill);
}

/** Slants by `amount` pixels down for each column. */
export function shearY(image: Pixels, amount: number, fill: number): Pixels {
  return affine(image, [1, 0, 0, amount, 1, 0], fill);
}

/** Shifts by whole pixels to the right, or to the left for a negative number; parts of one are cut off. */
export function translateX(image: Pixels, pixels: number, fill: number): Pixels {
  return affine(image, [1, 0, -Math.trunc(pixels), 0, 1, 0], fill);
}

/** Likewise, down or up. */
export function translateY(image: Pixels, pixels: number, fill: number): Pixels {
  return affine(image, [1, 0, 0, 0, 1, -Math.trunc(pixels)], fill);
}

/** Turns about the centre, against the clock, by degrees. */
export function rotate(image: Pixels, degrees: number, fill: number): Pixels {
  const angle = (-degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [x, y] = [image.width / 2, image.height / 2];
  return affine(image, [cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y], fill);
}

/** The nearest pixel for each. */
function affine({ height, width, data }: Pixels, [a, b, c, d, e, f]: Affine, fill: number): Pixels {
  const out = new Uint8Array(data.length).fill(fill);
  const fixed = (value: number) => Math.floor(value * ONE + 0.5);
  const [right, down] = [fixed(a), fixed(d)];
  const [nextX, nextY] = [fixed(b), fixed(e)];
  let [rowX, rowY] = [fixed(c + a * 0.5 + b * 0.5), fixed(f + d * 0.5 + e * 0.5)];
  for (let y = 0, to = 0; y < height; y++, rowX += nextX, rowY += nextY) {
    for (let x = 0, atX = rowX, atY = rowY; x < width; x++, to += 3, atX += right, atY += down) {
      const [column, row] = [Math.floor(atX / ONE), Math.floor(atY / ONE)];
      if (column < 0 || column >= width || row < 0 || row >= height) continue;
      const from = (row * width + column) * 3;
      out[to] = data[from] as number;
      out[to + 1] = data[from + 1] as number;
      out[to + 2] = data[from + 2] as number;
    }
  }
  return { height, width, data: out };
}
