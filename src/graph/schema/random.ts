// ONNX's random ops. They are typed so that models that hold them can be run and looked at.
import type { DType } from '../../core/dtype.ts';
import { defineOp, dtypeAttr, float, type InferContext, int, ints } from './schema.ts';

const normal = { mean: float(0), scale: float(1), seed: float() };
const uniform = { high: float(1), low: float(0), seed: float() };

type Typed = { readonly dtype: DType | undefined };
const asShape = (c: InferContext<Typed & { readonly shape: readonly number[] | undefined }>) => [
  { dtype: c.attrs.dtype ?? 'float32', shape: c.attrs.shape ?? c.fail('its `shape` is missing.') },
];
const likeFirst = (c: InferContext<Typed>) => [{ dtype: c.attrs.dtype ?? c.type(0).dtype, shape: c.type(0).shape }];

export const RandomNormal = defineOp({
  since: 1,
  inputs: [],
  outputs: ['output'],
  attrs: { ...normal, dtype: dtypeAttr(), shape: ints() },
  infer: asShape,
});
export const RandomUniform = defineOp({
  since: 1,
  inputs: [],
  outputs: ['output'],
  attrs: { ...uniform, dtype: dtypeAttr(), shape: ints() },
  infer: asShape,
});
export const RandomNormalLike = defineOp({
  since: 1,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { ...normal, dtype: dtypeAttr() },
  infer: likeFirst,
});
export const RandomUniformLike = defineOp({
  since: 1,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { ...uniform, dtype: dtypeAttr() },
  infer: likeFirst,
});
export const Bernoulli = defineOp({
  since: 15,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { dtype: dtypeAttr(), seed: float() },
  infer: likeFirst,
});
export const Multinomial = defineOp({
  since: 7,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { dtype: dtypeAttr('int32'), sample_size: int(1), seed: float() },
  infer: (c) => [{ dtype: c.attrs.dtype, shape: [c.type(0).shape[0] ?? c.fail('it draws from the rows of a matrix.'), c.attrs.sample_size] }],
});
