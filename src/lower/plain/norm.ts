// Normalisations that ONNX Runtime's CPU kernels do not compute for every shape.

import { sizeOf, tensorOf } from '../../core/tensor.ts';
import { BatchNormGrad as expand } from '../../graph/expand/batch-norm-grad.ts';
import { LayerNormGrad as expandLayerNorm } from '../../graph/expand/layer-norm-grad.ts';
import type { Value } from '../../graph/graph.ts';
import { normaliseAxis } from '../../graph/types.ts';
import { byExpansion, lowerOp } from '../lowering.ts';

/** The kernel takes images only; for what is across channels, the places may be laid out in any way. */
export const LRN = lowerOp<'LRN'>(({ g, x: [x], attrs, shape }) => {
  if (x.shape.length === 4) return undefined;
  return [g.reshape(g.op('LRN', [g.reshape(x, [0, 0, -1, 1])], attrs), [0, 0, ...shape(x).slice(2)])];
});

/**
 * The kernel writes what it leaves of the running statistics over those it was given, fed ones too, unless the graph gives them: it gets a copy. (The
 * largest of one value is a copy that no optimisation takes out.)
 */
export const BatchNormalization = lowerOp<'BatchNormalization'>(({ g, inputs, attrs, isResult }) => {
  if (!attrs.training_mode || (isResult(1) && isResult(2))) return undefined;
  const own = inputs.map((value, i) => (i < 3 || isResult(i - 2) ? value : g.op('Max', [value])));
  return g.ops('BatchNormalization', own, attrs, 3);
});

export const BatchNormGrad = byExpansion(expand);

const plainLayerNormGrad = byExpansion(expandLayerNorm);

/**
 * As rows: layer norm without scale gives what is normal and the inverse deviations in one pass, and means of products with the scale are products of
 * matrices, which write next to nothing.
 */
export const LayerNormGrad = lowerOp<'LayerNormGrad'>((context) => {
  const { g, x: inputs, attrs, shape } = context;
  const [x, scale, dy] = inputs;
  const sizes = shape(scale);
  const width = sizeOf(sizes);
  const rows = sizeOf(shape(x)) / width;
  if (
    x.dtype !== 'float32' ||
    rows * width === 0 ||
    String(sizes) !== String(shape(x).slice(normaliseAxis(attrs.axis, x.shape.length, 'LayerNormGrad')))
  )
    return plainLayerNormGrad(context as never);
  const flat = (value: Value) => g.reshape(value, [rows, width]);
  const ones = (count: number, dims: readonly number[]) => g.constant(tensorOf('float32', Array<number>(count).fill(1), dims));
  const [normal, , inverse] = g.ops('LayerNormalization', [flat(x), ones(width, [width])], { axis: -1, epsilon: attrs.epsilon }, 3) as [
    Value,
    Value,
    Value,
  ];
  const [given, weights] = [flat(dy), g.reshape(scale, [1, width])];
  const column = g.reshape(g.mul(scale, 1 / width), [width, 1]);
  const products = g.mul(given, normal);
  const shift = g.sub(g.mul(given, weights), g.matMul(given, column));
  const dx = g.mul(inverse, g.sub(shift, g.mul(normal, g.matMul(products, column))));
  return [g.reshape(dx, shape(x)), g.reshape(g.matMul(ones(rows, [1, rows]), products), sizes)];
});
