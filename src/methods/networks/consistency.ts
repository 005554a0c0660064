// Trains on the source while what is surely answered for a row of the target as it is has to be answered for it changed by chance, too. One phase.
import { consistency as consistencyOf } from '../../nn/losses/domains/consistency.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import type { DomainValues } from './pieces/paired-model.ts';
import { withProgress } from './pieces/paired-source.ts';
import { pairedTraining } from './pieces/paired-training.ts';

/**
 * The changes are those of the target's source of examples, as `photoLoader` with `augment` or `shakenSource` make them: large ones, of which a person could still
 * tell the class. Where it makes none, dropout alone tells the two passes apart. Scores of source and target are not mixed, as AdaMatch does.
 */
export const consistency = defineNetworkMethod({
  name: 'consistency',
  paper:
    'Berthelot et al. 2021, AdaMatch (arXiv:2106.04732), sections 3.2 and 3.3, after Sohn et al. 2020, FixMatch (arXiv:2001.07685), and French, Mackiewicz & Fisher 2018 (arXiv:1706.05208)',
  about: 'learns from the source, and to answer for changed target rows what it surely answers for them as they are',
  known: 'learnt',
  options: {
    weight: { default: 1, range: { min: 0 }, help: "Weight of the target's cross-entropy, to which it grows over the first half of training." },
    threshold: {
      default: 0.9,
      range: { min: 0, max: 1 },
      help: 'Probability from which on an answer is sure; where it is aligned, of that on the source.',
    },
    align: { default: true, help: "Whether the target's classes are taken to be as frequent as those of the source." },
  },
  phases: (domains, { weight, threshold, align }, base) =>
    pairedTraining(
      domains,
      base,
      ({ model: both, source, target, asItIs }) => {
        const { model, progress } = withProgress(both);
        const teacher = (asItIs as DomainValues).logits;
        return {
          model,
          reads: [target.logits, teacher, progress, ...(align ? [source.logits] : [])],
          build: (g, at) => {
            const term = consistencyOf(g, at(target.logits), at(teacher), { threshold, source: align ? at(source.logits) : undefined });
            const grown = g.sub(0.5, g.mul(g.op('Cos', [g.mul(g.min(at(progress), 0.5), 2 * Math.PI)]), 0.5));
            return g.mul(term, g.mul(g.sum(grown), weight));
          },
        };
      },
      { twice: true },
    ),
});
