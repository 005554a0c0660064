// Fine-tunes everything while batch norms take the batch's statistics in some channels and the running ones in the others. One phase.
import { fail } from '../core/errors.ts';
import { defineStrategy } from './strategy/strategy.ts';

/**
 * Stochastic normalisation: in each step each channel of each batch norm is normalised by the batch's mean and variance with probability p, and else by
 * the running ones, those of the source to begin with. Few examples then cannot fit what only their own statistics show.
 * @throws GraftError `invalid-argument` for a model without batch norm, or when `batchNorm` was chosen otherwise.
 */
export const stochNorm = defineStrategy({
  name: 'stoch-norm',
  paper: 'Kou et al. 2020, Stochastic normalization, algorithm 1',
  about: "everything learns, while batch norms take the batch's statistics in some channels and the running ones in the others",
  options: {
    p: { default: 0.5, range: { min: 0, max: 1 }, help: "Probability that a channel takes the batch's statistics." },
  },
  phases: (model, { p }, base) => {
    if (!model.graph.nodes.some(({ op }) => op === 'BatchNormalization')) {
      const remedy = 'take another strategy, such as `bss`, or a file that was exported with its batch norms not folded into the convolutions';
      fail('invalid-argument', `Strategy \`stoch-norm\` changes batch norms, and model \`${model.name}\` has none: ${remedy}.`);
    }
    if (base.batchNorm !== undefined)
      fail('invalid-argument', 'Strategy `stoch-norm` says itself what batch norm does: leave `batchNorm` out of `fit`.');
    return [{ name: 'all', options: { ...base, batchNorm: { stochastic: p } } }];
  },
});
