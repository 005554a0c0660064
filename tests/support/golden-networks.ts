// The networks of tests/golden/make_golden_networks.py as Graft's layers, by the same names, with the same numbers in them.
import {
  averagePool,
  batchNorm,
  conv,
  convTranspose,
  createModel,
  dense,
  elu,
  embedding,
  encoderLayer,
  flatten,
  fromTorchMomentum,
  globalAveragePool,
  groupNorm,
  hardSigmoid,
  hardSwish,
  type Layer,
  layerNorm,
  leakyRelu,
  loadState,
  losses,
  type Model,
  maxPool,
  meanPool,
  positionalEmbedding,
  prelu,
  relu,
  residual,
  sequential,
  sigmoid,
  softplus,
  type Tensor,
  tanh,
  tensorOf,
} from '../../src/index.ts';
import golden from '../golden/networks.json' with { type: 'json' };
import { draw, noise } from './noise.ts';

/** What the file holds of a gradient. */
export interface Summary {
  readonly norm: number;
  readonly projections: readonly number[];
  /** All of it, where it is small. */
  readonly values?: readonly number[];
}

export interface GoldenNetwork {
  readonly name: string;
  /** Sizes of the batch. */
  readonly input: readonly number[];
  /** Number of tokens, where the input is indices. */
  readonly vocabulary?: number;
  readonly target: readonly number[];
  /** Parameters, then buffers; the salt of each is its place from 1. */
  readonly tensors: readonly { readonly id: string; readonly dims: readonly number[]; readonly spread: number; readonly centre: number }[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Summary>>;
  /** The Hessian times the directions. */
  readonly curvature: Readonly<Record<string, Summary>>;
  /** Running statistics after the step, as ONNX has them. */
  readonly after?: Readonly<Record<string, readonly number[]>>;
}

export const networks = golden.networks as unknown as readonly GoldenNetwork[];

const momentum = fromTorchMomentum(golden.momentum);
const plain = { padding: 1, bias: false } as const;
const body = (filters: number, stride: number): Layer =>
  sequential([conv(filters, 3, { ...plain, stride }), batchNorm({ momentum }), relu(), conv(filters, 3, plain), batchNorm({ momentum })]);
const residualNetwork = (): Layer[] => [
  conv(8, 3, { name: 'stem', ...plain }),
  batchNorm({ momentum, name: 'batchNorm' }),
  relu(),
  residual(body(8, 1), undefined, 'first'),
  relu(),
  residual(body(16, 2), sequential([conv(16, 1, { stride: 2, bias: false }), batchNorm({ momentum })]), 'second'),
  relu(),
  globalAveragePool(),
  dense(5),
];
const smallCnn = (activation: () => Layer): Layer[] => [
  conv(4, 3, { padding: 1 }),
  activation(),
  maxPool(2),
  conv(6, 3),
  activation(),
  flatten(),
  dense(5),
];
const encoder = (norm: 'before' | 'after'): Layer => encoderLayer({ heads: 4, hidden: 64, norm });

const layers: Readonly<Record<string, () => Layer[]>> = {
  cnn: () => [conv(32, 3), relu(), maxPool(2), conv(64, 3), relu(), maxPool(2), flatten(), dense(64), relu(), dense(10)],
  mlp: () => [dense(512), relu(), dense(512), relu(), dense(10)],
  'residual, batch norm train': residualNetwork,
  'residual, batch norm frozen': residualNetwork,
  'transformer encoder, norm before': () => [
    embedding(50, 32),
    positionalEmbedding(),
    encoder('before'),
    encoder('before'),
    layerNorm(),
    meanPool(),
    dense(3),
  ],
  'transformer encoder, norm after': () => [encoder('after'), encoder('after'), meanPool(), dense(3)],
  'small cnn, relu': () => smallCnn(relu),
  'small cnn, tanh': () => smallCnn(tanh),
  upsampling: () => [
    conv(8, 3, { padding: 'same' }),
    groupNorm(4),
    prelu(),
    averagePool(2),
    convTranspose(6, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
    hardSwish(),
    conv(6, 3, { padding: 1, groups: 6 }),
    softplus(),
    conv(2, 1),
  ],
  'signal, one axis': () => [
    conv(8, 5, { stride: 2, padding: 2 }),
    hardSigmoid(),
    maxPool(2),
    conv(6, 3, { dilation: 2, padding: 2 }),
    elu(),
    averagePool(2),
    flatten(),
    leakyRelu(0.2),
    dense(3),
  ],
  'volume, three axes': () => [
    conv(4, 3, { padding: 1 }),
    relu(),
    maxPool(2),
    convTranspose(3, 2, { stride: 2 }),
    sigmoid(),
    globalAveragePool(),
    dense(2),
  ],
};

const lossOf: Readonly<Record<string, () => losses.Loss>> = {
  mlp: () => losses.crossEntropy({ labelSmoothing: 0.1 }),
  upsampling: losses.meanSquaredError,
  'volume, three axes': losses.huber,
};

/** A golden network ready to run: model, loss, and the batch with its labels. */
export interface Problem {
  readonly model: Model;
  readonly loss: losses.Loss;
  readonly batchNorm: 'train' | 'frozen';
  readonly input: Tensor;
  readonly target: (type: { readonly dtype: Tensor['dtype']; readonly shape: readonly (number | string)[] }) => Tensor;
}

export function problem({ name, input, vocabulary, tensors, target }: GoldenNetwork): Problem {
  const make = layers[name];
  if (!make) throw new Error(`networks.json has "${name}", but this file does not.`);
  const model = createModel({ name, input: input.slice(1), dtype: vocabulary ? 'int64' : 'float32', layers: make() });
  loadState(model, new Map(tensors.map(({ id, dims, spread, centre }, i) => [id, draw(i + 1, dims, spread, centre)])));
  const count = input.reduce((a, b) => a * b, 1);
  const tokens = (size: number) =>
    tensorOf(
      'int64',
      Array.from(noise(0, count), (u) => Math.floor((u + 0.5) * size)),
      input,
    );
  return {
    model,
    loss: (lossOf[name] ?? losses.crossEntropy)(),
    batchNorm: name.endsWith('frozen') ? 'frozen' : 'train',
    input: vocabulary ? tokens(vocabulary) : draw(0, input, 2),
    target: ({ dtype, shape }) => tensorOf(dtype, target, shape as number[]),
  };
}
