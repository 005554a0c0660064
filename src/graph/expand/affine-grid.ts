// AffineGrid as the product of the places of an image with theta.
import { tensorOf } from '../../core/tensor.ts';
import type { Value } from '../graph.ts';
import { expansion } from './expansion.ts';

export const AffineGrid = expansion<'AffineGrid'>(({ g, inputs, attrs, shape, constant }) => {
  const theta = inputs[0] as Value;
  const sizes = constant(1).slice(2);
  const along = (size: number, i: number) => (attrs.align_corners ? (size === 1 ? 0 : (2 * i) / (size - 1) - 1) : (2 * i + 1) / size - 1);
  let places: number[][] = [[]];
  for (const size of sizes) places = places.flatMap((place) => Array.from({ length: size }, (_, i) => [along(size, i), ...place]));
  const homogeneous = places.flatMap((place) => [...place, 1]);
  const base = g.constant(tensorOf(theta.dtype, homogeneous, [places.length, sizes.length + 1]));
  const grid = g.matMul(base, g.transpose(theta, [0, 2, 1]));
  return [g.reshape(grid, [shape(theta)[0] as number, ...sizes, sizes.length])];
});
