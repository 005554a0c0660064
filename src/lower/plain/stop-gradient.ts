// What only matters to whoever differentiates.
import { lowerOp } from '../lowering.ts';

export const StopGradient = lowerOp<'StopGradient'>(({ x: [x] }) => [x]);

export const GradientReversal = lowerOp<'GradientReversal'>(({ x: [x] }) => [x]);
