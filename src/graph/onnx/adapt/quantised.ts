// Quantised weights: refused, or turned into floats on request. What a file rounds between its nodes is then not rounded, so results differ a little.
import type { DType } from '../../../core/dtype.ts';
import { type Tensor, tensor, toNumbers } from '../../../core/tensor.ts';
import type { Value } from '../../graph.ts';
import { normaliseAxis } from '../../types.ts';
import { type Adapter, type FileNode, refused } from './adapter.ts';

const remedy = 'the model is quantised. Read it with `dequantise: true`, or take the file in float32.';

/** The whole numbers that each type holds. */
const ranges: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65_535],
  int16: [-32_768, 32_767],
};

/** In its place the value goes on in floats, cut to what the type could hold: that may be the only thing left of a Relu. */
export const QuantizeLinear: Adapter = (node) => {
  if (!node.dequantise) return node.refuse(remedy);
  const [x, scale, zero] = [node.input(0), node.input(1).data, node.inputs[2]];
  if (x.data) return [x];
  const range = ranges[zero?.dtype ?? 'uint8'];
  if (scale?.data.length !== 1 || (zero && zero.data?.data.length !== 1) || !range) {
    return node.refuse('its scale and zero point are not one stored number each. Take the model in float32.');
  }
  const [step, offset] = [toNumbers(scale)[0] as number, zero?.data ? (toNumbers(zero.data)[0] as number) : 0];
  return node.emit('Clip', [x, ...range.map((bound) => node.g.scalar((bound - offset) * step, x.dtype))]);
};

/** (x - zero_point) scale: stored weights become float weights, what was never quantised stays, and the rest is computed. */
export const DequantizeLinear: Adapter = (node) => {
  if (!node.dequantise) return node.refuse(remedy);
  const x = node.input(0);
  if (x.dtype === 'float32') return [x];
  const [scale, zero] = [node.input(1), node.inputs[2]];
  if (x.kind === 'constant' && x.data && scale.data && (!zero || zero.data)) {
    return [node.stored(dequantised(node, x.data, scale.data, zero?.data))];
  }
  const { g } = node;
  if (scale.shape.length > 1) node.refuse('it has blocks of values that are not stored; Graft turns only stored ones into floats.');
  const axis = normaliseAxis(node.int('axis', 1), Math.max(x.shape.length, 1), node.op);
  const along = (value: Value) => (value.shape.length === 1 && value.shape[0] !== 1 ? g.reshape(value, shapeAlong(x.shape.length, axis)) : value);
  const centred = zero ? g.sub(g.cast(x, 'float32'), along(g.cast(zero, 'float32'))) : g.cast(x, 'float32');
  return node.emit('Mul', [centred, along(scale)]);
};

const shapeAlong = (rank: number, axis: number): number[] => Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1));

function dequantised(node: FileNode, x: Tensor, scale: Tensor, zero: Tensor | undefined): Tensor {
  const { dims } = x;
  const size = scale.data.length;
  const axis = size === 1 ? 0 : normaliseAxis(node.int('axis', 1), dims.length, node.op);
  const block = size === 1 ? 0 : node.int('block_size', 0) || (scale.dims.length > 1 ? 1 : 0);
  const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  const length = dims[axis] ?? 1;
  const blocks = block ? (scale.dims[axis] ?? 0) : 0;
  const wanted = block ? Math.ceil(length / block) * (x.data.length / Math.max(length, 1)) : size === 1 ? 1 : length;
  if (size !== wanted || (zero && zero.data.length !== size)) {
    node.refuse(`it has ${size} scales and ${zero?.data.length ?? 'no'} zero points for a tensor of shape [${dims.join(', ')}].`);
  }
  const [values, scales, zeros] = [x.data as ArrayLike<number | bigint>, toNumbers(scale), zero ? toNumbers(zero) : []];
  const result = new Float32Array(x.data.length);
  for (let i = 0; i < result.length; i++) {
    const along = Math.floor(i / inner) % length;
    const outer = Math.floor(i / inner / length);
    const at = size === 1 ? 0 : block ? (outer * blocks + Math.floor(along / block)) * inner + (i % inner) : along;
    result[i] = (Number(values[i]) - (zeros[at] ?? 0)) * (scales[at] as number);
  }
  return tensor('float32', dims, result);
}

const whole = refused('it computes in 8-bit integers, which have no gradient. Take the model in float32.');
export const DynamicQuantizeLinear = whole;
export const QLinearConv = whole;
export const QLinearMatMul = whole;
export const MatMulInteger = whole;
export const ConvInteger = whole;
