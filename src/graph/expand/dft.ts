// DFT as products with the matrices of cosines and sines: y_k = sum over n of x_n exp(-2 pi i k n / length). Linear, so only the gradient runs it.
import { fail } from '../../core/errors.ts';
import { sizeOf, tensorOf } from '../../core/tensor.ts';
import type { Value } from '../graph.ts';
import { normaliseAxis } from '../types.ts';
import { expansion } from './expansion.ts';

export const DFT = expansion<'DFT'>(({ g, node, inputs, attrs, shape, constant }) => {
  const x = inputs[0] as Value;
  if (attrs.inverse && attrs.onesided)
    fail('unsupported-gradient', `DFT node \`${node.name}\` is inverse and one-sided, which ONNX does not define. Export it two-sided.`);
  const sizes = shape(x);
  const last = sizes.length - 1;
  const axis = normaliseAxis(inputs[2] ? (constant(2)[0] as number) : -2, sizes.length, node.name);
  const size = sizes[axis] as number;
  const length = inputs[1] ? (constant(1)[0] as number) : size;
  const bins = attrs.onesided ? Math.floor(length / 2) + 1 : length;
  const factor = attrs.inverse ? 1 / length : 1;
  /** What is longer than the transform is cut off, what is shorter counts as followed by zeros. */
  const matrix = (of: (angle: number) => number) =>
    g.constant(
      tensorOf(
        x.dtype,
        Array.from({ length: bins * size }, (_, i) => {
          const [k, n] = [Math.floor(i / size), i % size];
          return n < length ? factor * of((2 * Math.PI * ((k * n) % length)) / length) : 0;
        }),
        [bins, size],
      ),
    );
  const flat = g.reshape(x, [sizeOf(sizes.slice(0, axis)), size, sizeOf(sizes.slice(axis + 1))]);
  const transformed = (of: (angle: number) => number) => g.reshape(g.matMul(matrix(of), flat), sizes.with(axis, bins));
  const cosines = transformed(Math.cos);
  // exp(-i a) = cos a - i sin a; the inverse turns the other way.
  const sines = transformed(attrs.inverse ? (angle) => -Math.sin(angle) : Math.sin);
  if (sizes[last] === 1) return [g.concat([cosines, g.neg(sines)], last)];
  const part = (from: number) => g.slice(sines, [from], [from + 1], [last]);
  return [g.add(cosines, g.concat([part(1), g.neg(part(0))], last))];
});
