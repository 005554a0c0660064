// Trains on the source while a classifier learns to tell the domains by the features, and the features learn to hide them. One phase.
import { domainLoss } from '../../nn/losses/domains/domain-loss.ts';
import { classifierRecords, withDomainClassifier } from './pieces/domain-classifier.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { pairedTraining } from './pieces/paired-training.ts';

/** Both learn in the same step, by a gradient reversal whose factor grows from 0 to 1 as training goes on. */
export const dann = defineNetworkMethod({
  name: 'dann',
  paper: 'Ganin et al. 2016, Domain-adversarial training of neural networks (arXiv:1505.07818), sections 4.2 and 5.2.2',
  about: 'learns from the source, with features that do not tell the domains',
  known: 'learnt',
  amounts: true,
  options: classifierRecords,
  phases: (domains, { weight, gamma, hidden }, base) =>
    pairedTraining(domains, base, (paired) => {
      const { model, scores } = withDomainClassifier(paired, (_, { features }) => features, { hidden, gamma, seed: base.seed ?? 0 });
      return {
        model,
        reads: [scores.source, scores.target],
        build: (g, at) => g.mul(domainLoss(g, { source: at(scores.source), target: at(scores.target) }), weight),
      };
    }),
});
