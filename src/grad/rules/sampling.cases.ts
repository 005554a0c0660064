// Cases of ops that read between elements: every mode, way to place the samples, border and rank. The grids keep clear of where a neighbour changes.
import type { Attrs } from '../../graph/types.ts';
import type { CaseInput, GradCase } from '../check.ts';

const floats = (values: readonly number[]): CaseInput => ({ shape: [values.length], constant: values, dtype: 'float32' });
const ints = (values: readonly number[]): CaseInput => ({ shape: [values.length], constant: values });

const resize = (shape: number[], attrs: Attrs, to: { scales?: number[]; sizes?: number[]; roi?: number[] }): GradCase => ({
  op: 'Resize',
  inputs: [{ shape }, to.roi && floats(to.roi), to.scales && floats(to.scales), ...(to.sizes ? [ints(to.sizes)] : [])],
  attrs,
  precision: 'float32',
  second: false,
  why: Object.values(to).join(' / '),
});

const coordinates = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];

/**
 * A grid whose places lie at `offsets` from whole elements, some of them outside.
 * @param sizes of the image, the last axis last.
 */
function grid(sizes: readonly number[], output: readonly number[], aligned: boolean, offset = 0.3): CaseInput {
  const places = output.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: 2 * places * sizes.length }, (_, i) => {
    const size = sizes[sizes.length - 1 - (i % sizes.length)] as number;
    const at = ((i * 7) % (size + 3)) - 2 + offset;
    return aligned ? (2 * at) / (size - 1) - 1 : (2 * at + 1) / size - 1;
  });
  return { shape: [2, ...output, sizes.length], values };
}

const sample = (sizes: number[], output: number[], attrs: Attrs): GradCase => ({
  op: 'GridSample',
  inputs: [{ shape: [2, 2, ...sizes] }, grid(sizes, output, attrs.align_corners === 1)],
  attrs,
  precision: 'float32',
});

export const cases: readonly GradCase[] = [
  ...coordinates.flatMap((coordinate_transformation_mode) =>
    ['nearest', 'linear', 'cubic'].flatMap((mode): GradCase[] => {
      const attrs = { coordinate_transformation_mode, mode };
      return [resize([1, 2, 3, 4], attrs, { scales: [1, 1, 2, 2.5] }), resize([1, 2, 5, 6], attrs, { sizes: [1, 2, 3, 1] })];
    }),
  ),
  ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].flatMap((nearest_mode): GradCase[] => [
    resize([2, 5, 4], { nearest_mode }, { sizes: [2, 7, 10] }),
    resize([1, 1, 6, 7], { nearest_mode, coordinate_transformation_mode: 'asymmetric' }, { scales: [1, 1, 0.5, 0.6] }),
  ]),
  resize([1, 2, 3, 2, 3], { mode: 'linear' }, { scales: [1, 1, 2, 2, 1] }),
  resize([1, 2, 3, 2, 3], { mode: 'nearest' }, { scales: [1, 1, 2, 1, 2] }),
  resize([2, 3, 4], { mode: 'linear' }, { sizes: [2, 3, 7] }),
  resize([1, 2, 4, 5], { mode: 'cubic', exclude_outside: 1, cubic_coeff_a: -0.5 }, { scales: [1, 1, 1.5, 2] }),
  resize([1, 2, 3, 4], { mode: 'linear', axes: [3, 2] }, { scales: [2, 3] }),
  resize([1, 2, 4, 6], { axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' }, { sizes: [7, 9] }),
  resize([1, 2, 4, 6], { axes: [2, 3], mode: 'linear', keep_aspect_ratio_policy: 'not_smaller' }, { sizes: [7, 9] }),
  resize(
    [1, 2, 4, 5],
    { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: 3 },
    {
      sizes: [1, 2, 3, 4],
      roi: [0, 0, 0.2, -0.3, 1, 1, 0.8, 0.9],
    },
  ),
  resize([1, 2, 8, 9], { mode: 'linear', antialias: 1 }, { sizes: [1, 2, 3, 4] }),
  resize([1, 2, 8, 9], { mode: 'cubic', antialias: 1, exclude_outside: 1 }, { sizes: [1, 2, 3, 12] }),
  resize([2, 3, 2, 2], { mode: 'linear' }, { scales: [2, 1, 2, 2] }),
  resize([4], { mode: 'cubic' }, { scales: [2] }),
  { ...resize([1, 2, 3, 4], { mode: 'linear' }, { scales: [1, 1, 2, 2] }), second: true },
  ...['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
    [0, 1].flatMap((align_corners): GradCase[] => [
      sample([3, 4], [2, 3], { padding_mode, align_corners }),
      sample([3, 4], [2, 3], { padding_mode, align_corners, mode: 'nearest' }),
      sample([4, 5], [2, 2], { padding_mode, align_corners, mode: 'cubic' }),
    ]),
  ),
  sample([3, 2, 4], [2, 2, 1], { mode: 'linear' }),
  sample([3, 2, 4], [1, 2, 2], { mode: 'nearest', padding_mode: 'border' }),
  ...(['nearest', 'linear'] as const).map((mode): GradCase => {
    const { shape, values = [] } = grid([50, 51], [2, 2], false);
    return {
      op: 'GridSample',
      inputs: [{ shape: [2, 1, 50, 51] }, { shape, constant: values, dtype: 'float32' }],
      attrs: { mode },
      precision: 'float32',
      why: 'an image so large that its elements are looked up',
    };
  }),
  ...[0, 1].flatMap((align_corners): GradCase[] => [
    { op: 'AffineGrid', inputs: [{ shape: [2, 2, 3] }, ints([2, 5, 3, 4])], attrs: { align_corners }, precision: 'float32' },
    { op: 'AffineGrid', inputs: [{ shape: [2, 3, 4] }, ints([2, 5, 2, 3, 4])], attrs: { align_corners }, precision: 'float32' },
  ]),
];
