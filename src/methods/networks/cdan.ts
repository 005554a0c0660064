// Trains on the source while a classifier learns to tell the domains by features and predictions together, and the features learn to hide them. One phase.
import { certainty, domainLoss, multilinearMap } from '../../nn/losses/domains/domain-loss.ts';
import { classifierRecords, withDomainClassifier } from './pieces/domain-classifier.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { pairedTraining } from './pieces/paired-training.ts';

/**
 * As DANN, but the classifier of domains reads the products of features and probabilities; with `entropy`, rows whose class is sure count for more (CDAN+E).
 * As in the authors' program the gradient passes the features alone: probabilities and weights are taken for given.
 */
export const cdan = defineNetworkMethod({
  name: 'cdan',
  paper: 'Long et al. 2018, Conditional adversarial domain adaptation (arXiv:1705.10667), sections 3.1 to 3.3',
  about: 'learns from the source, with features of a class that do not tell the domains',
  known: 'learnt',
  options: {
    ...classifierRecords,
    entropy: { default: true, help: 'Whether rows whose class is sure count for more.' },
  },
  phases: (domains, { weight, entropy, gamma, hidden }, base) =>
    pairedTraining(domains, base, (paired) => {
      const { source, target } = paired;
      const { model, scores } = withDomainClassifier(
        paired,
        (g, { features, logits }) => multilinearMap(g, features, g.op('StopGradient', [g.softmax(logits)]), base.seed ?? 0),
        { hidden, gamma, seed: base.seed ?? 0 },
      );
      return {
        model,
        reads: [scores.source, scores.target, source.logits, target.logits],
        build: (g, at) => {
          const sure = (logits: typeof source.logits) => g.op('StopGradient', [certainty(g, at(logits))]);
          const weights = entropy ? { source: sure(source.logits), target: sure(target.logits) } : undefined;
          return g.mul(domainLoss(g, { source: at(scores.source), target: at(scores.target) }, weights), weight);
        },
      };
    }),
});
