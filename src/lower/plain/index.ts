import type { Lowering } from '../lowering.ts';

/** Composite ops as standard ONNX. */
export const plain: Lowering = {};
