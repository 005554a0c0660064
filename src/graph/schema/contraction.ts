// Sums of products by an equation.
import { readEinsum } from '../einsum-equation.ts';
import { type Dim, formatShape } from '../types.ts';
import { defineOp, string } from './schema.ts';

/** Axes of one label have one size, or 1, which stands for all; a label that the result lacks is summed over. */
export const Einsum = defineOp({
  since: 12,
  inputs: ['Inputs_0', 'Inputs*'],
  outputs: ['Output'],
  attrs: { equation: string('') },
  infer: (c) => {
    const shapes = c.inputs.map((_, i) => c.type(i).shape);
    const { inputs, output } = readEinsum(
      c.attrs.equation,
      shapes.map((shape) => shape.length),
      (why) => c.fail(`\`equation\` (="${c.attrs.equation}"): ${why}`),
    );
    const sizes = new Map<string, Dim>();
    inputs.forEach((labels, i) => {
      labels.forEach((label, axis) => {
        const size = (shapes[i] as readonly Dim[])[axis] as Dim;
        const other = sizes.get(label) ?? 1;
        const first = labels.indexOf(label);
        if (first < axis && (shapes[i] as readonly Dim[])[first] !== size)
          c.fail(`the diagonal "${label}" of ${formatShape(shapes[i] ?? [])} is not square.`);
        if (typeof size === 'number' && typeof other === 'number' && size !== other && size !== 1 && other !== 1) {
          c.fail(
            `in \`equation\` (="${c.attrs.equation}") axes of ${shapes.map(formatShape).join(' and ')} called "${label}" have sizes ${other} and ${size}.`,
          );
        }
        if (size !== 1 && (other === 1 || typeof size === 'number')) sizes.set(label, size);
        else sizes.set(label, other);
      });
    });
    return [{ dtype: c.type(0).dtype, shape: output.map((label) => sizes.get(label) as Dim) }];
  },
});
