// A problem that trains in a second and has everything that a resume must carry over: batch norm, dropout, a moving average, a schedule.

import { loadOptdigits } from '../../src/data/sets/optdigits.ts';
import {
  batchNorm,
  conv,
  createModel,
  type Dataset,
  dense,
  dropout,
  type FitOptions,
  flatten,
  type Model,
  maxPool,
  relu,
  schedules,
  stateOf,
  subset,
} from '../../src/index.ts';
import { bytesOf, hashOf } from '../../src/train/fingerprint.ts';

/** 200 digits to learn from and 100 to evaluate on, `[N, 1, 8, 8]`. */
export async function smallDigits(): Promise<{ train: Dataset; test: Dataset }> {
  const all = await loadOptdigits();
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  return { train: subset(all, range(0, 200), 'train'), test: subset(all, range(200, 300), 'test') };
}

export function smallModel(seed = 1): Model {
  const body = [conv(8, 3, { name: 'conv' }), batchNorm({ name: 'norm' }), relu(), maxPool(2), flatten(), dropout(0.2)];
  return createModel({ name: 'small', input: [1, 8, 8], layers: [...body, dense(10, { name: 'head' })], seed });
}

/** Three epochs of 13 updates, the last one smaller. */
export const smallOptions = {
  epochs: 3,
  batchSize: 8,
  accumulate: 2,
  optimiser: { name: 'adamw', settings: { lr: 0.01, weightDecay: 0.01 } },
  schedule: schedules.cosine(),
  ema: 0.9,
  clipNorm: 1,
  seed: 3,
  device: 'cpu',
  threads: 1,
} as const satisfies FitOptions;

/** Of all parameters and buffers, by id and value. */
export function modelHash(model: Model): string {
  return hashOf(...[...stateOf(model)].flatMap(([id, { data }]) => [id, bytesOf(data)]));
}
