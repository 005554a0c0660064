// Reductions over axes (opset 18: axes are an input), softmax, and the positions of extremes.
import { normaliseAxis, type Shape } from '../types.ts';
import { defineOp, type InferContext, int } from './schema.ts';

const reduction = () =>
  defineOp({
    since: 13,
    inputs: ['data', 'axes?'],
    outputs: ['reduced'],
    attrs: { keepdims: int(1), noop_with_empty_axes: int(0) },
    infer: (c) => {
      const { dtype, shape } = c.type(0);
      const given = c.inputs[1] ? c.constant(1) : [];
      if (!given) return c.fail('its axes must be a constant.');
      if (given.length === 0 && c.attrs.noop_with_empty_axes) return [{ dtype, shape }];
      return [{ dtype, shape: reducedShape(c, shape, given, c.attrs.keepdims) }];
    },
  });

function reducedShape(c: InferContext<unknown>, shape: Shape, axes: readonly number[], keepdims: number): Shape {
  const list = axes.length ? axes.map((axis) => normaliseAxis(axis, shape.length, c.place)) : shape.map((_, i) => i);
  if (new Set(list).size !== list.length) c.fail(`axes [${axes.join(', ')}] name one axis twice.`);
  return shape.flatMap((dim, i) => (list.includes(i) ? (keepdims ? [1] : []) : [dim]));
}

export const ReduceSum = reduction();
export const ReduceMean = reduction();
export const ReduceMax = reduction();
export const ReduceMin = reduction();
export const ReduceProd = reduction();
export const ReduceSumSquare = reduction();
export const ReduceL1 = reduction();
export const ReduceL2 = reduction();
export const ReduceLogSum = reduction();
export const ReduceLogSumExp = reduction();

const softmax = () =>
  defineOp({
    since: 13,
    inputs: ['input'],
    outputs: ['output'],
    attrs: { axis: int(-1) },
    infer: (c) => {
      normaliseAxis(c.attrs.axis, c.type(0).shape.length, c.place);
      return [c.type(0)];
    },
  });
export const Softmax = softmax();
export const LogSoftmax = softmax();

const extreme = () =>
  defineOp({
    since: 13,
    inputs: ['data'],
    outputs: ['reduced'],
    attrs: { axis: int(0), keepdims: int(1), select_last_index: int(0) },
    infer: (c) => [{ dtype: 'int64', shape: reducedShape(c, c.type(0).shape, [c.attrs.axis], c.attrs.keepdims) }],
  });
export const ArgMax = extreme();
export const ArgMin = extreme();
