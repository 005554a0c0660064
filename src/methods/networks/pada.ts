// Trains on the source, and then as DANN does with each class of the source counting by how frequent it seems to be in the target: for a target that lacks some.
// Phases: the source, and rounds of looking and learning.
import { fail } from '../../core/errors.ts';
import type { OptionsOf } from '../../core/options.ts';
import { tensorOf } from '../../core/tensor.ts';
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import { domainLoss } from '../../nn/losses/domains/domain-loss.ts';
import type { FitOptions } from '../../train/fit-options.ts';
import { sumsOf } from '../domains/pieces/rows-of-classes.ts';
import { classifierRecords, withDomainClassifier } from './pieces/domain-classifier.ts';
import { defineNetworkMethod, type NetworkDomains, type NetworkPhase } from './pieces/network-method.ts';
import { observed } from './pieces/observed.ts';
import { pairedTraining } from './pieces/paired-training.ts';
import { epochsOfRounds, partsOf, roundsRecord, shareRecord, sourceFirst } from './pieces/source-first.ts';

/** So that the mean over a batch of classes that the target lacks is one over something. */
const LEAST_WEIGHT = 1e-6;

/**
 * The paper begins with all classes alike and looks every 500 updates; here the network knows the source when it looks first, and the classifier of domains, and
 * its reversal, begin anew in each round. As in the authors' program the cross-entropy is a weighted mean; so is the source's side of the loss of domains.
 */
export const pada = defineNetworkMethod({
  name: 'pada',
  paper: 'Cao et al. 2018, Partial adversarial domain adaptation (arXiv:1808.04205), equations 5 to 7',
  about: 'as DANN, for a target that lacks some classes of the source',
  known: 'learnt',
  options: { ...shareRecord, ...roundsRecord, ...classifierRecords },
  phases: async function* (domains, { share, rounds, weight, gamma, hidden }, base) {
    if (base.loss !== undefined)
      fail(
        'invalid-argument',
        `Method \`pada\` weighs the classes in the cross-entropy, and \`loss\` is \`${base.loss.name}\`, one of your own: leave it out, or take \`dann\`.`,
      );
    const { first, rest } = partsOf('pada', share, base);
    yield* sourceFirst(domains, base, first);
    for (const [round, epochs] of epochsOfRounds(rest, rounds).entries()) {
      const classWeights = await weightsByTarget(domains, base);
      for (const phase of weighedDann(domains, { ...base, epochs }, classWeights, { weight, gamma, hidden })) {
        yield { ...phase, name: `round-${round + 1}` };
        // The next round looks at the target by its own statistics.
        await phase.settle?.();
      }
    }
  },
});

/** Equations 6 and 7. */
function weighedDann(
  domains: NetworkDomains,
  base: FitOptions,
  classWeights: readonly number[],
  { weight, gamma, hidden }: OptionsOf<typeof classifierRecords>,
): Iterable<NetworkPhase> {
  return pairedTraining(domains, { ...base, loss: crossEntropy({ classWeights }) }, (paired) => {
    const { model, scores } = withDomainClassifier(paired, (_, { features }) => features, { hidden, gamma, seed: base.seed ?? 0 });
    return {
      model,
      reads: [scores.source, scores.target],
      build: (g, at, labels) => {
        const source = g.gather(g.constant(tensorOf('float32', classWeights, [classWeights.length, 1])), labels);
        return g.mul(domainLoss(g, { source: at(scores.source), target: at(scores.target) }, { source }), weight);
      },
    };
  });
}

/** How much each class counts: the mean of its probabilities over the target's rows, as a share of the greatest of these means (equation 5). */
async function weightsByTarget({ model, target }: NetworkDomains, base: FitOptions): Promise<number[]> {
  const classes = model.logits.shape[1] as number;
  const { probabilities } = await observed(
    model,
    target,
    Int32Array.from({ length: target.length }, (_, i) => i),
    base,
  );
  const sums = sumsOf(probabilities, classes);
  const greatest = Math.max(...sums);
  return Array.from(sums, (sum) => Math.max(sum / greatest, LEAST_WEIGHT));
}
