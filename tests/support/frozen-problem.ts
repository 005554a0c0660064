// A network of which all but the head is frozen, and digits in several batches: what the feature cache is tested with, here and in processes of its own.
import {
  batchNorm,
  conv,
  createModel,
  type Dataset,
  dense,
  dropout,
  type FitOptions,
  flatten,
  loadOptdigits,
  type Model,
  maxPool,
  relu,
  subset,
} from '../../src/index.ts';

const all = await loadOptdigits();

/** `count` digits from the `from`th on. */
export function digits(from: number, count: number, name = 'train'): Dataset {
  return subset(
    all,
    Int32Array.from({ length: count }, (_, i) => from + i),
    name,
  );
}

/** Convolution, batch norm and a hidden layer; a dropout before the head where it has a rate. */
export function deepModel(seed = 1, { rate = 0.2 } = {}): Model {
  const body = [conv(4, 3, { name: 'conv' }), batchNorm({ name: 'norm' }), relu(), maxPool(2), flatten(), dense(24, { name: 'hidden' }), relu()];
  const head = [...(rate > 0 ? [dropout(rate)] : []), dense(10, { name: 'head' })];
  return createModel({ name: 'deep', input: [1, 8, 8], layers: [...body, ...head], seed });
}

/** The head learns, its batches with a smaller last one. */
export const headOptions = {
  epochs: 3,
  batchSize: 48,
  freeze: ['conv', 'norm', 'hidden'],
  batchNorm: 'frozen',
  optimiser: { name: 'adamw', settings: { lr: 0.01 } },
  seed: 3,
  device: 'cpu',
  threads: 1,
} as const satisfies FitOptions;
