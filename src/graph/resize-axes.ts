// The arithmetic of Resize, which treats each axis by itself: how long it becomes, and the matrix from its old elements to its new ones.
// Called by the op's schema and its expansion. Where numbers decide between neighbours they are rounded as ONNX Runtime rounds them, to float32.
import { normaliseAxis, type Shape } from './types.ts';

/** Attributes of a Resize node as its schema gives them. */
export interface ResizeAttrs {
  readonly antialias: number;
  readonly axes?: readonly number[] | undefined;
  readonly coordinate_transformation_mode: string;
  readonly cubic_coeff_a: number;
  readonly exclude_outside: number;
  readonly keep_aspect_ratio_policy: string;
  readonly mode: string;
  readonly nearest_mode: string;
}

/** One axis that a Resize node names. */
export interface ResizedAxis {
  readonly axis: number;
  readonly size: number;
  readonly length: number;
  readonly scale: number;
  /** The part that `tf_crop_and_resize` takes, from 0 to 1. */
  readonly crop: readonly [start: number, end: number];
}

const f = Math.fround;

/** Axes that the node names, from the front. */
export function namedAxes({ axes }: ResizeAttrs, rank: number, place: string): readonly number[] {
  return axes?.map((axis) => normaliseAxis(axis, rank, place)) ?? [...Array(rank).keys()];
}

/**
 * Resolves scales or sizes, one for each named axis, against the axes' sizes.
 * @param roi starts, then ends, of the named axes.
 */
export function resizedAxes(
  attrs: ResizeAttrs,
  shape: Shape,
  { scales, sizes, roi }: { scales?: readonly number[] | undefined; sizes?: readonly number[] | undefined; roi?: readonly number[] | undefined },
  place: string,
): readonly ResizedAxis[] {
  const axes = namedAxes(attrs, shape.length, place);
  const old = axes.map((axis) => shape[axis] as number);
  let factors = scales?.map(f) ?? old.map((size, i) => f((sizes?.[i] ?? size) / size));
  let lengths = scales ? old.map((size, i) => Math.floor(f(size * (factors[i] as number)))) : old.map((size, i) => sizes?.[i] ?? size);
  if (!scales && attrs.keep_aspect_ratio_policy !== 'stretch') {
    const common = attrs.keep_aspect_ratio_policy === 'not_larger' ? Math.min(...factors) : Math.max(...factors);
    factors = old.map(() => common);
    lengths = old.map((size) => Math.round(f(common * size)));
  }
  return axes.map((axis, i) => ({
    axis,
    size: old[i] as number,
    length: lengths[i] as number,
    scale: factors[i] as number,
    crop: [roi?.[i] ?? 0, roi?.[i + axes.length] ?? 1],
  }));
}

/** Where element `i` of the new axis lies on the old one. */
function origin(mode: string, i: number, { size, length, scale, crop: [start, end] }: ResizedAxis): number {
  const centred = () => f(f(f(i + 0.5) / scale) - 0.5);
  switch (mode) {
    case 'asymmetric':
      return f(i / scale);
    case 'pytorch_half_pixel':
      return length > 1 ? centred() : 0;
    case 'align_corners':
      return length > 1 ? f(f(i * (size - 1)) / (length - 1)) : 0;
    case 'half_pixel_symmetric': {
      const adjustment = f(length / f(scale * size));
      return f(f(f(size / 2) * f(1 - adjustment)) + centred());
    }
    case 'tf_crop_and_resize':
      return length > 1 ? f(f(start * (size - 1)) + f(f(i * (end - start) * (size - 1)) / (length - 1))) : f(0.5 * (start + end) * (size - 1));
    default:
      return centred();
  }
}

const nearest: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** How strongly an element at distance `x` counts: the triangle of linear interpolation, or the cubic of Keys (1981) with parameter `a`. */
function kernel(mode: string, a: number, x: number): number {
  const t = Math.abs(x);
  if (mode === 'linear') return Math.max(0, 1 - t);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/** Weights of the old elements for each new one, row by row `[length, size]`; a row of zeros where a crop reaches outside. */
export function resizeMatrix(attrs: ResizeAttrs, axis: ResizedAxis): number[] {
  const { size, length, scale } = axis;
  const { mode, cubic_coeff_a: a, coordinate_transformation_mode: coordinates } = attrs;
  const matrix = Array<number>(length * size).fill(0);
  const reach = mode === 'linear' ? 1 : 2;
  for (let i = 0; i < length; i++) {
    const x = origin(coordinates, i, axis);
    if (coordinates === 'tf_crop_and_resize' && (x < 0 || x > size - 1)) continue;
    const add = (at: number, weight: number) => {
      const place = i * size + Math.min(Math.max(at, 0), size - 1);
      matrix[place] = (matrix[place] as number) + weight;
    };
    if (mode === 'nearest') {
      add(nearest[attrs.nearest_mode]?.(x) ?? 0, 1);
      continue;
    }
    // A wider kernel when the axis shrinks, so that every old element counts.
    const squeeze = attrs.antialias && scale < 1 ? scale : 1;
    const taps: [number, number][] = [];
    for (let at = Math.ceil(x - reach / squeeze); at <= x + reach / squeeze; at++) {
      if (!attrs.exclude_outside || (at >= 0 && at < size)) taps.push([at, kernel(mode, a, (at - x) * squeeze)]);
    }
    const total = attrs.exclude_outside || squeeze < 1 ? taps.reduce((sum, [, weight]) => sum + weight, 0) : 1;
    for (const [at, weight] of taps) add(at, weight / total);
  }
  return matrix;
}
