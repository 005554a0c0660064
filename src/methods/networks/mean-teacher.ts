// Trains on the source while the network holds to what its own moving average surely says of the target's rows; the average is what is kept. One phase.
import { selfEnsembling } from '../../nn/losses/domains/self-ensembling.ts';
import { trainableSlots } from '../../train/fit-options.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import type { DomainValues } from './pieces/paired-model.ts';
import { pairedTraining } from './pieces/paired-training.ts';

/**
 * The teacher is `fit`'s moving average, which begins faster than `decay` says. It sees rows as they are, where in the paper they are changed by chance for it too; the
 * network sees them as the target's source of examples changes them. Batch norms of the teacher go by the target's own batches, and so does what is kept.
 */
export const meanTeacher = defineNetworkMethod({
  name: 'mean-teacher',
  paper: 'French, Mackiewicz & Fisher 2018, Self-ensembling for visual domain adaptation (arXiv:1706.05208), sections 3.1 to 3.4',
  about: 'learns from the source, and to say of the target what its own moving average surely says',
  known: 'learnt',
  options: {
    weight: { default: 3, range: { min: 0 }, help: "Weight of the distance from the teacher's probabilities." },
    threshold: { default: 0.968, range: { min: 0, max: 1 }, help: "Probability of the teacher's likeliest class above which a row counts." },
    balance: { default: 0.005, range: { min: 0 }, help: 'Weight, beside that distance, of classes as frequent as each other.' },
    decay: { default: 0.99, range: { min: 0, below: 1 }, help: 'Decay of the moving average.' },
  },
  phases: (domains, { weight, threshold, balance, decay }, base) =>
    pairedTraining(
      domains,
      { ...base, ema: decay },
      ({ target, asItIs }) => {
        const teacher = (asItIs as DomainValues).logits;
        return {
          reads: [target.logits, teacher],
          build: (g, at) => g.mul(selfEnsembling(g, at(target.logits), at(teacher), { threshold, balance }), weight),
        };
      },
      { twice: true, averaged: new Set(trainableSlots(domains.model, base).map(({ id }) => id)) },
    ),
});
