// com.microsoft: products with weights of a few bits become products with floats on request; what computes in 8 bits is refused.
import { tensor, toNumbers } from '../../../core/tensor.ts';
import { type Adapter, refused } from './adapter.ts';
import * as standard from './quantised.ts';

export const QuantizeLinear = standard.QuantizeLinear;
export const DequantizeLinear = standard.DequantizeLinear;

/** A W', with W `[N, K]` stored in blocks along K of `bits` bits a value, a scale and a zero point each. */
export const MatMulNBits: Adapter = (node) => {
  if (!node.dequantise) return node.refuse('the model is quantised. Read it with `dequantise: true`, or take the file in float32.');
  const [rows, columns, bits, block] = [node.int('N'), node.int('K'), node.int('bits', 4), node.int('block_size')];
  const [packed, scale, zero] = [node.input(1).data?.data, node.input(2).data, node.inputs[3]];
  if (!packed || !scale || (zero && !zero.data) || node.inputs[4])
    return node.refuse('its weights are not stored in order; Graft turns only such into floats.');
  const blocks = Math.ceil(columns / block);
  const perByte = 8 / bits;
  const stride = (block / perByte) * blocks;
  if (![2, 4, 8].includes(bits) || block < 16 || packed.length !== rows * stride || scale.data.length !== rows * blocks) {
    return node.refuse(`its ${packed.length} bytes and ${scale.data.length} scales do not fit ${rows} rows of ${columns} values of ${bits} bits.`);
  }
  const scales = toNumbers(scale);
  const zeroRow = Math.ceil(blocks / perByte);
  const bitsAt = (bytes: ArrayLike<number | bigint>, start: number, i: number): number =>
    (Number(bytes[start + Math.floor(i / perByte)]) >> (bits * (i % perByte))) & (2 ** bits - 1);
  const zeroAt = (row: number, at: number): number => {
    if (!zero?.data) return 2 ** (bits - 1);
    if (zero.dtype === 'float32') return Number(zero.data.data[row * blocks + at]);
    return bitsAt(zero.data.data, row * zeroRow, at);
  };
  const result = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < blocks; at++) {
      const [factor, centre] = [scales[row * blocks + at] as number, zeroAt(row, at)];
      for (let k = at * block; k < Math.min(columns, (at + 1) * block); k++) {
        result[k * rows + row] = (bitsAt(packed, row * stride, k) - centre) * factor;
      }
    }
  }
  const weight = node.stored(tensor('float32', [columns, rows], result));
  const bias = node.inputs[5];
  return bias ? node.emit('Add', [node.g.matMul(node.input(0), weight), bias]) : node.emit('MatMul', [node.input(0), weight]);
};

const whole = refused('it computes with quantised numbers, which have no gradient. Take the model in float32.');
export const QAttention = whole;
export const QEmbedLayerNormalization = whole;
export const QGemm = whole;
export const QLinearAdd = whole;
export const QLinearAveragePool = whole;
export const QLinearConcat = whole;
export const QLinearConv = whole;
export const QLinearGlobalAveragePool = whole;
export const QLinearLeakyRelu = whole;
export const QLinearMul = whole;
export const QLinearReduceMean = whole;
export const QLinearSigmoid = whole;
export const QLinearSoftmax = whole;
export const QLinearWhere = whole;
export const QOrderedMatMul = whole;
export const QMoE = whole;
export const DynamicQuantizeLSTM = whole;
export const DynamicQuantizeMatMul = whole;
export const MatMulInteger16 = whole;
export const MatMulIntegerToFloat = whole;
export const MatMulFpQ4 = whole;
export const MatMulBnb4 = whole;
export const GatherBlockQuantized = whole;
export const ReduceSumInteger = whole;
export const MulInteger = whole;
