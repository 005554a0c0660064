// Trigonometric and hyperbolic functions; Sin, Cos and Tanh are in elementwise.ts.
import { defineOp, sameAsFirst } from './schema.ts';

const unary = (since: number) => defineOp({ since, inputs: ['input'], outputs: ['output'], attrs: {}, infer: sameAsFirst });

export const Tan = unary(7);
export const Asin = unary(7);
export const Acos = unary(7);
export const Atan = unary(7);
export const Sinh = unary(9);
export const Cosh = unary(9);
export const Asinh = unary(9);
export const Acosh = unary(9);
export const Atanh = unary(9);
