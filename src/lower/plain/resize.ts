// Resize where ONNX Runtime's CPU kernel refuses: it interpolates over two axes of four, the last three of five, or two or three in all.
import { fail } from '../../core/errors.ts';
import { numbersIn } from '../../graph/elements.ts';
import { Resize as expand } from '../../graph/expand/resize.ts';
import { lowerOp } from '../lowering.ts';

/** Whether the kernel takes an interpolation that changes the sizes like this. */
function kernelTakes(mode: string, changes: readonly boolean[]): boolean {
  if (mode === 'nearest') return true;
  const rank = changes.length;
  if (rank === 2) return true;
  if (rank === 4) return !changes[0] && (!changes[1] || (mode === 'linear' && !changes[3]));
  return mode === 'linear' && (rank === 3 || (rank === 5 && !changes[0] && !changes[1]));
}

export const Resize = lowerOp<'Resize'>(({ g, node, inputs, attrs, shape, x: [x] }) => {
  const [from, to] = [x.shape, node.outputs[0]?.shape ?? []];
  const known = [...from, ...to].every((dim) => typeof dim === 'number');
  if (
    !known ||
    kernelTakes(
      attrs.mode,
      from.map((dim, i) => dim !== to[i]),
    )
  )
    return undefined;
  const constant = (i: number) =>
    numbersIn(inputs[i]) ??
    fail('unsupported-op', `Resize node \`${node.name}\`: ONNX Runtime cannot resize these axes, and Graft only by constant scales or sizes.`);
  return expand({ g, node, inputs, attrs: attrs as never, shape, constant }) as never;
});
