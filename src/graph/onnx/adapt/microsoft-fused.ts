// com.microsoft: products and convolutions with an activation behind them, activations with a bias before them. ONNX Runtime's optimiser writes these.

import type { Value } from '../../graph.ts';
import type { OpName } from '../../schema/index.ts';
import type { Attrs } from '../../types.ts';
import { type Adapter, type FileNode, without } from './adapter.ts';

type Outputs = readonly (Value | undefined)[];

/** Parameters of each activation, in the order in which the fused ops list them. */
const activations: Readonly<Record<string, readonly string[]>> = {
  Relu: [],
  Tanh: [],
  Sigmoid: [],
  Softplus: [],
  Softsign: [],
  HardSwish: [],
  Elu: ['alpha'],
  LeakyRelu: ['alpha'],
  ThresholdedRelu: ['alpha'],
  HardSigmoid: ['alpha', 'beta'],
};

/** The file's activation of `x` as the node's output. */
function activated(node: FileNode, x: Value, name: string, params: readonly number[]): Outputs {
  if (name === '') return node.emit('Identity', [x]);
  if (name === 'Clip') return node.emit('Clip', [x, ...params.map((bound) => node.g.scalar(bound, x.dtype))]);
  const known = Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (!known) return node.refuse(`Graft does not know its activation ${name}. Export the model without ONNX Runtime's optimisations.`);
  const attrs: Attrs = Object.fromEntries(known.flatMap((attr, i) => (params[i] === undefined ? [] : [[attr, params[i] as number]])));
  return node.emit(name, [x], attrs);
}

const last = (node: FileNode, op: OpName, inputs: readonly (Value | undefined)[], attrs: Attrs): Value =>
  node.g.append(op, inputs, attrs).outputs[0] as Value;

/** activation(Conv(X, W, B) + Z). */
export const FusedConv: Adapter = (node) => {
  const convolved = last(node, 'Conv', node.inputs.slice(0, 3), without(node.attrs, 'activation', 'activation_params'));
  const sum = node.inputs[3] ? node.g.add(convolved, node.inputs[3]) : convolved;
  return activated(node, sum, node.string('activation', ''), node.floats('activation_params', []));
};

const gemmActivation = ['activation', 'activation_alpha', 'activation_beta', 'activation_gamma'] as const;

export const FusedGemm: Adapter = (node) => {
  const product = last(node, 'Gemm', node.inputs, without(node.attrs, ...gemmActivation));
  const params = gemmActivation.slice(1).flatMap((name) => (name in node.attrs ? [node.float(name)] : []));
  return activated(node, product, node.string('activation', ''), params);
};

/** alpha A' B', of the last two axes. */
export const FusedMatMul: Adapter = (node) => {
  if (node.int('transBatchA', 0) || node.int('transBatchB', 0))
    node.refuse("it moves batch axes. Export the model without ONNX Runtime's optimisations.");
  const operand = (i: number, name: string) => {
    const x = node.input(i);
    const rank = x.shape.length;
    if (!node.int(name, 0) || rank < 2) return x;
    return node.g.transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
  };
  const [a, b, alpha] = [operand(0, 'transA'), operand(1, 'transB'), node.float('alpha', 1)];
  return alpha === 1 ? node.emit('MatMul', [a, b]) : node.emit('Mul', [node.g.matMul(a, b), node.g.scalar(alpha, a.dtype)]);
};
export const TransposeMatMul = FusedMatMul;

export const Gelu: Adapter = (node) => node.emit('Gelu', [node.input(0)]);
export const BiasGelu: Adapter = (node) => node.emit('Gelu', [node.g.add(node.input(0), node.input(1))]);
export const FastGelu: Adapter = (node) => {
  const x = node.inputs[1] ? node.g.add(node.input(0), node.inputs[1]) : node.input(0);
  return node.emit('Gelu', [x], { approximate: 'tanh' });
};
/** x sigmoid(alpha x). */
export const QuickGelu: Adapter = (node) => {
  const x = node.input(0);
  return node.emit('Mul', [x, node.g.sigmoid(node.g.mul(x, node.float('alpha', 1.702)))]);
};
/** The first half of x + bias times the GELU of the second. */
export const BiasSplitGelu: Adapter = (node) => {
  const [left, right] = node.g.ops('Split', [node.g.add(node.input(0), node.input(1))], { axis: -1, num_outputs: 2 }, 2);
  return node.emit('Mul', [left, node.g.op('Gelu', [right])]);
};
export const BiasAdd: Adapter = (node) => node.emit('Add', [node.g.add(node.input(0), node.input(1)), node.input(2)]);
export const BiasSoftmax: Adapter = (node) => {
  const x = node.input(0);
  const axis = node.int('axis', 1);
  const inner = node.int('is_inner_broadcast', 1);
  if (!inner || (axis !== -1 && axis !== x.shape.length - 1)) node.refuse('Graft knows it over the last axis, its bias broadcast from the left.');
  return node.emit('Softmax', [node.g.add(x, node.input(1))], { axis: -1 });
};
export const Trilu: Adapter = (node) => node.emit('Trilu', node.inputs, node.attrs);
