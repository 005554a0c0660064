// Trains on the source and on a few labelled rows of the target, while the head raises the entropy of the target's other rows, which draws each class to where they
// lie, and the features lower it, which draws them to the classes. One phase.
import type { Value } from '../../graph/graph.ts';
import { meanEntropy } from '../../nn/losses/domains/entropy.ts';
import { headOver } from './pieces/head-over.ts';
import { defineNetworkMethod, requireKnown } from './pieces/network-method.ts';
import { pairedTraining } from './pieces/paired-training.ts';

/**
 * Both players learn in one step, by a gradient reversal before the head. The paper's head has one prototype for each class, told by the angle at a temperature of 0.05:
 * `replaceHead(network, { classes, head: 'cosine' })` gives the network such a one, with a factor that learns; any other plays as it is.
 * There, half of the labelled rows of a batch are the target's; here these count as they do for all methods.
 */
export const mme = defineNetworkMethod({
  name: 'mme',
  paper: 'Saito et al. 2019, Semi-supervised domain adaptation via minimax entropy (arXiv:1904.06487), section 3',
  about: 'learns from the source and a few labels of the target, with classes drawn to where its other rows lie, and these to them',
  known: 'needed',
  options: {
    weight: { default: 0.1, range: { min: 0 }, help: 'Weight of the entropy.' },
  },
  phases: (domains, { weight }, base) => {
    requireKnown({ name: 'mme', known: 'needed' }, domains.known);
    return pairedTraining(domains, base, ({ model: { graph: g }, target, known }) => {
      const labels = known as Value;
      const reversed = g.op('GradientReversal', [target.features, g.reshape(g.scalar(1), [1])]);
      const logits = headOver(g, target, reversed, 'opposed');
      return {
        reads: [logits, labels],
        build: (g, at) => g.mul(meanEntropy(g, at(logits), g.mask(g.less(at(labels), 0))), -weight),
      };
    });
  },
});
