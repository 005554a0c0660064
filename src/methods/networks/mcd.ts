// Trains two classifiers on the source that look for rows of the target on which they disagree, and features on which they agree. One phase.
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import { classifierDiscrepancy } from '../../nn/losses/domains/classifier-discrepancy.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { pairedTraining } from './pieces/paired-training.ts';
import { withSecondHead } from './pieces/second-head.ts';

/**
 * The paper's three steps in one, as its authors' program has them too (`--one_step`): behind a gradient reversal the heads raise the discrepancy on the target that
 * the features lower. The features' step is `strength` times as long in place of being taken several times. The network's own head answers in the end.
 */
export const mcd = defineNetworkMethod({
  name: 'mcd',
  paper: 'Saito et al. 2018, Maximum classifier discrepancy for unsupervised domain adaptation (arXiv:1712.02560), sections 3.2 to 3.4, in one step',
  about: 'learns from the source with two heads, and features of the target on which they agree',
  known: 'learnt',
  options: {
    weight: { default: 1, range: { min: 0 }, help: "Weight of the second head's loss and of the discrepancy." },
    strength: { default: 4, range: { min: 0 }, help: 'How much stronger features lower the discrepancy than the heads raise it.' },
  },
  phases: (domains, { weight, strength }, base) =>
    pairedTraining(domains, base, (paired) => {
      const { source, target } = paired;
      const { model, scores } = withSecondHead(paired, base.seed ?? 0);
      const g = model.graph;
      const { second } = scores(source, source.features);
      const reversed = g.op('GradientReversal', [target.features, g.reshape(g.scalar(strength), [1])]);
      const told = scores(target, reversed);
      return {
        model,
        reads: [second, told.own, told.second],
        build: (g, at, labels) => {
          const { sum, weight: count } = (base.loss ?? crossEntropy()).build(g, at(second), labels);
          return g.mul(g.sub(g.div(sum, count), classifierDiscrepancy(g, at(told.own), at(told.second))), weight);
        },
      };
    }),
});
