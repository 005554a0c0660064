// The networks whose training steps are timed, as Graft models; the peers' scripts hold the same ones by the same names.
import { conv, createModel, dense, encoderLayer, flatten, type Layer, type Model, maxPool, relu } from '../../src/index.ts';

export interface StepCase {
  /** Sizes of one example. */
  readonly input: readonly number[];
  readonly batch: number;
  readonly model: () => Model;
  /** Steps timed in a round, by runtime. */
  readonly steps: { readonly graft: number; readonly torch: number; readonly tfjs: number };
}

const cnn = (): Model =>
  createModel({
    input: [1, 28, 28],
    layers: [conv(32, 3), relu(), maxPool(2), conv(64, 3), relu(), maxPool(2), flatten(), dense(64), relu(), dense(10)],
  });

const mlp = (): Model => createModel({ input: [784], layers: [dense(512), relu(), dense(512), relu(), dense(10)] });

const meanOverTokens: Layer = { kind: 'mean', build: ({ g }, x) => g.mean(x, [1], false) };
const transformer = (): Model =>
  createModel({
    input: [64, 128],
    layers: [encoderLayer({ heads: 4, hidden: 512 }), encoderLayer({ heads: 4, hidden: 512 }), meanOverTokens, dense(10)],
  });

export const cases: Readonly<Record<string, StepCase>> = {
  'cnn-32': { input: [1, 28, 28], batch: 32, model: cnn, steps: { graft: 100, torch: 100, tfjs: 1 } },
  'cnn-128': { input: [1, 28, 28], batch: 128, model: cnn, steps: { graft: 30, torch: 30, tfjs: 1 } },
  'mlp-128': { input: [784], batch: 128, model: mlp, steps: { graft: 100, torch: 100, tfjs: 2 } },
  'transformer-32': { input: [64, 128], batch: 32, model: transformer, steps: { graft: 15, torch: 15, tfjs: 1 } },
};
