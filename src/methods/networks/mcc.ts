// Trains on the source while the answers on the target are pressed not to waver between classes. One phase.
import { classConfusion } from '../../nn/losses/domains/class-confusion.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { pairedTraining } from './pieces/paired-training.ts';

/** Adds the confusion of a batch of target rows to the loss; the larger the batch, the better it is known. */
export const mcc = defineNetworkMethod({
  name: 'mcc',
  paper: 'Jin et al. 2020, Minimum class confusion for versatile domain adaptation (arXiv:1912.03699), equations 2 to 8',
  about: 'learns from the source, and not to waver between classes on the target',
  known: 'learnt',
  options: {
    weight: { default: 1, range: { min: 0 }, help: 'Weight of the confusion.' },
    temperature: { default: 2.5, range: { above: 0 }, help: "Divides the target's scores before their confusion is measured." },
  },
  phases: (domains, { weight, temperature }, base) =>
    pairedTraining(domains, base, ({ target }) => ({
      reads: [target.logits],
      build: (g, at) => g.mul(classConfusion(g, at(target.logits), temperature), weight),
    })),
});
