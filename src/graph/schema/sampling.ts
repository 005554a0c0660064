// Ops that read between elements: images resized, sampled along a grid, cut out by regions, convolved at learned offsets.
import { namedAxes, resizedAxes } from '../resize-axes.ts';
import { type Dim, formatShape, type Shape } from '../types.ts';
import { resolveWindow } from '../window.ts';
import { defineOp, float, type InferContext, int, ints, string } from './schema.ts';

/** An input's numbers; `undefined` for one that is left out, also by having no elements. */
function given(c: InferContext<unknown>, i: number): readonly (Dim | undefined)[] | undefined {
  return c.inputs[i] && c.inputs[i].shape[0] !== 0 ? (c.elements(i) ?? c.constant(i)) : undefined;
}

const numbers = (list: readonly (Dim | undefined)[] | undefined): list is readonly number[] => list?.every((x) => typeof x === 'number') ?? false;

export const Resize = defineOp({
  since: 19,
  inputs: ['X', 'roi?', 'scales?', 'sizes?'],
  outputs: ['Y'],
  attrs: {
    antialias: int(0),
    axes: ints(),
    coordinate_transformation_mode: string('half_pixel'),
    cubic_coeff_a: float(-0.75),
    exclude_outside: int(0),
    extrapolation_value: float(0),
    keep_aspect_ratio_policy: string('stretch'),
    mode: string('nearest'),
    nearest_mode: string('round_prefer_floor'),
  },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const [scales, sizes] = [given(c, 2), given(c, 3)];
    const axes = namedAxes(c.attrs, shape.length, c.place);
    for (const [what, list] of [
      ['scales', scales],
      ['sizes', sizes],
    ] as const) {
      if (list && list.length !== axes.length)
        c.fail(`it has ${list.length} ${what} for the ${axes.length} axes it resizes of ${formatShape(shape)}.`);
    }
    const old = axes.map((axis) => shape[axis] as Dim);
    if (numbers(old) && (scales ? numbers(scales) : numbers(sizes))) {
      const resized = resizedAxes(
        c.attrs,
        shape,
        { scales: scales as readonly number[] | undefined, sizes: sizes as readonly number[] | undefined },
        c.place,
      );
      return [{ dtype, shape: shape.map((dim, axis) => resized.find((one) => one.axis === axis)?.length ?? dim) }];
    }
    const plain = !scales && c.attrs.keep_aspect_ratio_policy === 'stretch';
    const length = (dim: Dim, i: number): Dim => {
      if (scales?.[i] === 1) return dim;
      const [scale, size] = [scales?.[i], plain ? sizes?.[i] : undefined];
      if (typeof scale === 'number' && typeof dim === 'number') return Math.floor(Math.fround(dim * Math.fround(scale)));
      return size ?? c.unknown(axes[i] as number);
    };
    const lengths = old.map(length);
    return [{ dtype, shape: shape.map((dim, axis) => lengths[axes.indexOf(axis)] ?? dim) }];
  },
});

/** X `[N, C, ...]` read at the places of grid `[N, ..., r]`, whose last axis holds r coordinates from -1 to 1, the last spatial axis' first. */
export const GridSample = defineOp({
  since: 20,
  inputs: ['X', 'grid'],
  outputs: ['Y'],
  attrs: { align_corners: int(0), mode: string('linear'), padding_mode: string('zeros') },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const grid = c.type(1).shape;
    if (shape.length < 3 || grid.length !== shape.length || (typeof grid.at(-1) === 'number' && grid.at(-1) !== shape.length - 2))
      return c.fail(
        `X ${formatShape(shape)} and grid ${formatShape(grid)} do not fit: the grid has as many axes, and a coordinate for each spatial one.`,
      );
    return [{ dtype, shape: [...shape.slice(0, 2), ...grid.slice(1, -1)] }];
  },
});

/** The grid that GridSample needs to turn an image by the affine map theta `[N, 2, 3]`, or `[N, 3, 4]`. */
export const AffineGrid = defineOp({
  since: 20,
  inputs: ['theta', 'size'],
  outputs: ['grid'],
  attrs: { align_corners: int(0) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const size = c.elements(1) ?? c.constant(1) ?? c.fail('its `size` must be a constant; fold what computes it into one.');
    const spatial: Shape = size.slice(2).map((dim, i) => dim ?? c.unknown(i));
    return [{ dtype, shape: [shape[0] as Dim, ...spatial, spatial.length] }];
  },
});

export const RoiAlign = defineOp({
  since: 16,
  inputs: ['X', 'rois', 'batch_indices'],
  outputs: ['Y'],
  attrs: {
    coordinate_transformation_mode: string('half_pixel'),
    mode: string('avg'),
    output_height: int(1),
    output_width: int(1),
    sampling_ratio: int(0),
    spatial_scale: float(1),
  },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    return [{ dtype, shape: [c.type(1).shape[0] as Dim, shape[1] as Dim, c.attrs.output_height, c.attrs.output_width] }];
  },
});

export const DeformConv = defineOp({
  since: 19,
  inputs: ['X', 'W', 'offset', 'B?', 'mask?'],
  outputs: ['Y'],
  attrs: { dilations: ints(), group: int(1), kernel_shape: ints(), offset_group: int(1), pads: ints(), strides: ints() },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const weight = c.type(1).shape;
    const kernel = c.attrs.kernel_shape ?? weight.slice(2);
    const sizes = shape.slice(2);
    const output =
      numbers(sizes) && numbers(kernel)
        ? resolveWindow({ ...c.attrs, auto_pad: 'NOTSET' }, kernel, sizes, 'DeformConv').output
        : c.type(2).shape.slice(2);
    return [{ dtype, shape: [shape[0] as Dim, weight[0] as Dim, ...output] }];
  },
});
