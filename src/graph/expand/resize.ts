// Resize as a product with a matrix for each axis that changes, the first axes first. ONNX Runtime's products take no longer for it than its own
// kernel, and their gradient is again a product: on x8 [2, 21, 65, 65] 30 against 45 ms forward (linear), 11 ms back.
import { sizeOf, tensorOf } from '../../core/tensor.ts';
import type { Value } from '../graph.ts';
import { resizedAxes, resizeMatrix } from '../resize-axes.ts';
import { expansion } from './expansion.ts';

export const Resize = expansion<'Resize'>(({ g, node, inputs, attrs, shape, constant }) => {
  const x = inputs[0] as Value;
  const given = (i: number) => (inputs[i] && inputs[i].shape[0] !== 0 ? constant(i) : undefined);
  const cropping = attrs.coordinate_transformation_mode === 'tf_crop_and_resize';
  const resized = resizedAxes(attrs, shape(x), { roi: cropping ? given(1) : undefined, scales: given(2), sizes: given(3) }, node.name);
  const matrices = resized.map((axis) => ({ ...axis, matrix: resizeMatrix(attrs, axis) }));
  let y = x;
  for (const { axis, size, length, matrix } of matrices.toSorted((a, b) => a.axis - b.axis)) {
    if (size === length && matrix.every((weight, i) => weight === (i % (size + 1) === 0 ? 1 : 0))) continue;
    const sizes = shape(y);
    const [outer, inner] = [sizeOf(sizes.slice(0, axis)), sizeOf(sizes.slice(axis + 1))];
    if (inner === 1) {
      const transposed = Array.from({ length: size * length }, (_, i) => matrix[(i % length) * size + Math.floor(i / length)] as number);
      const flat = axis === sizes.length - 1 ? y : g.reshape(y, sizes.slice(0, axis + 1));
      y = g.matMul(flat, g.constant(tensorOf(x.dtype, transposed, [size, length])));
    } else {
      y = g.matMul(g.constant(tensorOf(x.dtype, matrix, [length, size])), g.reshape(y, [outer, size, inner]));
    }
    y = g.reshape(y, sizes.with(axis, length));
  }
  if (!cropping || attrs.extrapolation_value === 0) return [y];
  // Where any axis reaches outside, the row of its matrix is zero.
  const inside = matrices.reduce((sofar, { axis, size, length, matrix }) => {
    const rows = Array.from({ length }, (_, i) => (matrix.slice(i * size, (i + 1) * size).some((weight) => weight !== 0) ? 1 : 0));
    return g.mul(
      sofar,
      g.constant(
        tensorOf(
          x.dtype,
          rows,
          shape(x).map((_, k) => (k === axis ? length : 1)),
        ),
      ),
    );
  }, g.scalar(1, x.dtype) as Value);
  return [g.add(y, g.mul(g.sub(1, inside), attrs.extrapolation_value))];
});
