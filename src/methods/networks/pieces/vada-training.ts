// VADA as one phase: features that hide the domain, and answers that are steady on the source, and sure and steady on the target. Called by `vada`, and by `dirt-t`,
// which goes on from there.
import type { OptionsOf } from '../../../core/options.ts';
import { domainLoss } from '../../../nn/losses/domains/domain-loss.ts';
import type { FitOptions } from '../../../train/fit-options.ts';
import { clusterLoss, clusterRecords, requireMovable, unsteadiness } from './cluster-assumption.ts';
import { classifierRecords, withDomainClassifier } from './domain-classifier.ts';
import type { NetworkDomains, NetworkPhase } from './network-method.ts';
import { pairedTraining } from './paired-training.ts';

/** Its options, by default as the authors' program has them; their radius is 3.5 for 3,072 numbers from -1 to 1, which is 0.03 for each number from 0 to 1. */
export const vadaRecords = {
  domain: { default: 0.01, range: { min: 0 }, help: 'How strongly features hide the domain from a classifier of domains.' },
  source: { default: 1, range: { min: 0 }, help: 'Weight of answers that stay where rows of the source are moved.' },
  ...clusterRecords,
  gamma: classifierRecords.gamma,
  hidden: classifierRecords.hidden,
} as const;

/**
 * The objective of VADA (Shu et al. 2018, arXiv:1802.08735). The classifier of domains learns at full weight; only what it teaches the features is weighed, and grows
 * with training.
 * @throws GraftError `invalid-argument` for a model whose rows cannot be moved.
 */
export function vadaTraining(
  method: string,
  domains: NetworkDomains,
  { domain, source: weight, target, radius, gamma, hidden }: OptionsOf<typeof vadaRecords>,
  base: FitOptions,
): Generator<NetworkPhase, void, void> {
  requireMovable(method, domains.model);
  return pairedTraining(domains, base, (paired) => {
    const { model, scores } = withDomainClassifier(paired, (_, { features }) => features, { hidden, gamma, strength: domain, seed: base.seed ?? 0 });
    const both = [paired.source, paired.target].flatMap(({ input, logits }) => [input, logits]);
    return {
      model,
      reads: [scores.source, scores.target, ...both],
      build: (g, at) => {
        const rowsOf = ({ input, logits }: typeof paired.source) => ({ input: at(input), logits: at(logits) });
        const told = domainLoss(g, { source: at(scores.source), target: at(scores.target) });
        const learnt = g.add(told, clusterLoss(g, rowsOf(paired.target), { target, radius }));
        return weight === 0 ? learnt : g.add(learnt, g.mul(unsteadiness(g, rowsOf(paired.source), radius), weight));
      },
    };
  });
}
