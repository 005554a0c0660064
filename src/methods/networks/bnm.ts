// Trains on the source while the answers on a batch of the target are pressed to be sure and of many classes. One phase.
import { nuclearNorm } from '../../nn/losses/domains/nuclear-norm.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { pairedTraining } from './pieces/paired-training.ts';

/** Adds `-weight * |P|_* / N` to the loss: P are the probabilities `[N, classes]` of a batch of target rows, `|P|_*` the sum of their singular values. */
export const bnm = defineNetworkMethod({
  name: 'bnm',
  paper: 'Cui et al. 2020, Towards discriminability and diversity: batch nuclear-norm maximization (arXiv:2003.12237), section 3.4',
  about: 'learns from the source, sure and of many classes on the target',
  known: 'learnt',
  options: {
    weight: { default: 1, range: { min: 0 }, help: 'Weight of the nuclear norm.' },
  },
  phases: (domains, { weight }, base) =>
    pairedTraining(domains, base, ({ target }) => ({
      reads: [target.logits],
      build: (g, at) => {
        const p = g.softmax(at(target.logits));
        return g.mul(nuclearNorm(g, p), -weight / (p.shape[0] as number));
      },
    })),
});
