// Element-wise ops: activations, arithmetic with broadcasting, comparisons, Where and Cast.
import { broadcastInputs, defineOp, dtypeAttr, sameAsFirst } from './schema.ts';

const unary = () => defineOp({ since: 13, inputs: ['X'], outputs: ['Y'], attrs: {}, infer: sameAsFirst });

const binary = () => defineOp({ since: 13, inputs: ['A', 'B'], outputs: ['C'], attrs: {}, infer: (c) => broadcastInputs(c) });

export const Add = binary();
export const Sub = binary();
export const Mul = binary();
export const Div = binary();
export const Neg = unary();
export const Identity = unary();

export const Cast = defineOp({
  since: 13,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { to: dtypeAttr('float32') },
  infer: (c) => [{ dtype: c.attrs.to, shape: c.type(0).shape }],
});
