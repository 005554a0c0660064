// Normalisations that ONNX Runtime's CPU kernels do not compute for every shape.
import { BatchNormGrad as expand } from '../../graph/expand/batch-norm-grad.ts';
import type { Lower } from '../lowering.ts';
import { lowerOp } from '../lowering.ts';

/** The kernel takes images only; for what is across channels, the places may be laid out in any way. */
export const LRN = lowerOp<'LRN'>(({ g, x: [x], attrs, shape }) => {
  if (x.shape.length === 4) return undefined;
  return [g.reshape(g.op('LRN', [g.reshape(x, [0, 0, -1, 1])], attrs), [0, 0, ...shape(x).slice(2)])];
});

export const BatchNormGrad = ((context) => expand({ ...context, constant: () => [] } as never)) as Lower;
