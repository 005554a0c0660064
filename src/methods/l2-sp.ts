// Fine-tunes everything while a penalty holds the shared parameters near the source's values, their starting point. One phase.
import { fail } from '../core/errors.ts';
import { type Tensor, tensor } from '../core/tensor.ts';
import type { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { parametersOf, stateOf } from '../nn/model.ts';
import { defineStrategy, groupNames, withPenalty } from './strategy/strategy.ts';

/** Adds alpha / 2 |w_shared - w0|^2 + beta / 2 |w_head|^2 to the loss. It takes the place of weight decay: leave the optimiser's at 0. */
export const l2Sp = defineStrategy({
  name: 'l2-sp',
  paper: 'Li et al. 2018, Explicit inductive bias for transfer learning with convolutional networks (arXiv:1802.01483), section 3',
  about: "everything learns, held near the source's values",
  options: {
    alpha: { default: 0.01, range: { min: 0 }, help: 'How strongly shared parameters are held near their starting point.' },
    beta: { default: 0.01, range: { min: 0 }, help: 'How strongly parameters of the head are held near zero.' },
  },
  phases: (model, { alpha, beta }, base) => {
    const values = stateOf(model);
    const start = new Map(parametersOf(model, groupNames(model, 'shared')).map((id) => [id, copyOf(values.get(id))]));
    const penalty = (g: Builder, parameters: ReadonlyMap<string, Value>): Value =>
      [...parameters]
        .map(([id, w]) => {
          const from = start.get(id);
          const offset = from ? g.sub(w, g.constant(from)) : w;
          return g.mul(g.op('ReduceSumSquare', [offset], { keepdims: 0 }), (from ? alpha : beta) / 2);
        })
        .reduce((a, b) => g.add(a, b));
    return [{ name: 'all', options: withPenalty(base, penalty) }];
  },
});

/** Training writes into the model's own arrays when it ends, and a starting point must outlast it. */
function copyOf(value: Tensor | undefined): Tensor {
  if (value?.dtype !== 'float32') return fail('internal', `A parameter is ${value?.dtype}, not float32.`);
  return tensor('float32', value.dims, (value.data as Float32Array<ArrayBuffer>).slice());
}
