// Element-wise ops: activations, arithmetic with broadcasting, comparisons, Where and Cast.
import type { DType } from '../../core/dtype.ts';
import { broadcastInputs, defineOp, dtypeAttr, float, int, sameAsFirst, string } from './schema.ts';

const unary = () => defineOp({ since: 13, inputs: ['X'], outputs: ['Y'], attrs: {}, infer: sameAsFirst });
const binary = () => defineOp({ since: 13, inputs: ['A', 'B'], outputs: ['C'], attrs: {}, infer: (c) => broadcastInputs(c) });
const variadic = () => defineOp({ since: 13, inputs: ['data_0', 'data*'], outputs: ['result'], attrs: {}, infer: (c) => broadcastInputs(c) });
const test = () =>
  defineOp({ since: 13, inputs: ['X'], outputs: ['Y'], attrs: {}, infer: (c) => [{ dtype: 'bool' as DType, shape: c.type(0).shape }] });
const comparison = () =>
  defineOp({
    since: 13,
    inputs: ['A', 'B'],
    outputs: ['C'],
    attrs: {},
    infer: (c) => broadcastInputs(c).map(({ shape }) => ({ dtype: 'bool', shape })),
  });

export const Add = binary();
export const Sub = binary();
export const Mul = binary();
export const Div = binary();
/** The exponent may have another element type than the base; the result has the base's. */
export const Pow = defineOp({ since: 13, inputs: ['X', 'Y'], outputs: ['Z'], attrs: {}, infer: (c) => broadcastInputs(c, c.type(0).dtype) });
export const Min = variadic();
export const Max = variadic();
export const Sum = variadic();
export const Mean = variadic();

export const Mod = defineOp({ since: 13, inputs: ['A', 'B'], outputs: ['C'], attrs: { fmod: int(0) }, infer: (c) => broadcastInputs(c) });

export const Neg = unary();
export const Abs = unary();
export const Sign = unary();
export const Exp = unary();
export const Log = unary();
export const Sqrt = unary();
export const Reciprocal = unary();
export const Sin = unary();
export const Cos = unary();
export const Erf = unary();
export const Floor = unary();
export const Ceil = unary();
export const Round = unary();
export const Identity = unary();

export const Relu = unary();
export const LeakyRelu = defineOp({ since: 6, inputs: ['X'], outputs: ['Y'], attrs: { alpha: float(0.01) }, infer: sameAsFirst });
export const PRelu = defineOp({ since: 9, inputs: ['X', 'slope'], outputs: ['Y'], attrs: {}, infer: sameAsFirst });
export const Elu = defineOp({ since: 6, inputs: ['X'], outputs: ['Y'], attrs: { alpha: float(1) }, infer: sameAsFirst });
export const Sigmoid = unary();
export const HardSigmoid = defineOp({ since: 6, inputs: ['X'], outputs: ['Y'], attrs: { alpha: float(0.2), beta: float(0.5) }, infer: sameAsFirst });
export const HardSwish = defineOp({ since: 14, inputs: ['X'], outputs: ['Y'], attrs: {}, infer: sameAsFirst });
export const Tanh = unary();
export const Gelu = defineOp({ since: 20, inputs: ['X'], outputs: ['Y'], attrs: { approximate: string('none') }, infer: sameAsFirst });
export const Softplus = defineOp({ since: 1, inputs: ['X'], outputs: ['Y'], attrs: {}, infer: sameAsFirst });
export const Clip = defineOp({ since: 13, inputs: ['input', 'min?', 'max?'], outputs: ['output'], attrs: {}, infer: sameAsFirst });

export const Equal = comparison();
export const Greater = comparison();
export const GreaterOrEqual = comparison();
export const Less = comparison();
export const LessOrEqual = comparison();
export const And = comparison();
export const Or = comparison();
export const Xor = comparison();
export const Not = unary();
export const IsNaN = test();
export const IsInf = defineOp({
  since: 10,
  inputs: ['X'],
  outputs: ['Y'],
  attrs: { detect_negative: int(1), detect_positive: int(1) },
  infer: (c) => [{ dtype: 'bool', shape: c.type(0).shape }],
});

export const Where = defineOp({
  since: 16,
  inputs: ['condition', 'X', 'Y'],
  outputs: ['output'],
  attrs: {},
  infer: (c) => {
    if (c.type(0).dtype !== 'bool') c.fail(`the condition is ${c.type(0).dtype}; it must be bool.`);
    if (c.type(1).dtype !== c.type(2).dtype) c.fail(`the branches are ${c.type(1).dtype} and ${c.type(2).dtype}; cast them to one.`);
    return broadcastInputs(c, c.type(1).dtype);
  },
});

export const Cast = defineOp({
  since: 13,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { to: dtypeAttr('float32') },
  infer: (c) => [{ dtype: c.attrs.to, shape: c.type(0).shape }],
});

/** Cast to the type of another value. */
export const CastLike = defineOp({
  since: 15,
  inputs: ['input', 'target_type'],
  outputs: ['output'],
  attrs: { saturate: int(1) },
  infer: (c) => [{ dtype: c.type(1).dtype, shape: c.type(0).shape }],
});
