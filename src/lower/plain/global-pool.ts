// Pools that ONNX Runtime's CPU build lost at opset 22, as reductions.
import { lowerOp } from '../lowering.ts';

export const GlobalLpPool = lowerOp<'GlobalLpPool'>(({ g, x: [x], attrs: { p } }) => {
  const axes = g.ints(x.shape.slice(2).map((_, i) => i + 2));
  if (p === 1 || p === 2) return [g.op(p === 1 ? 'ReduceL1' : 'ReduceL2', [x, axes])];
  return [g.pow(g.op('ReduceSum', [g.pow(g.abs(x), p), axes]), 1 / p)];
});
