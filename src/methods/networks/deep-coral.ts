// Trains on the source while the covariance of the target's features is drawn to that of the source's. One phase.
import { coralDistance } from '../../nn/losses/domains/coral.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { pairedTraining } from './pieces/paired-training.ts';

/** Adds `weight * |C_S - C_T|^2 / (4 d^2)` of the features that the head reads to the loss; means may differ. */
export const deepCoral = defineNetworkMethod({
  name: 'deep-coral',
  paper: 'Sun & Saenko 2016, Deep CORAL: correlation alignment for deep domain adaptation (arXiv:1607.01719), equations 1 to 6',
  about: 'learns from the source, with features that vary in both domains alike',
  known: 'learnt',
  amounts: true,
  options: {
    weight: { default: 10, range: { min: 0 }, help: 'Weight of the distance of the covariances.' },
  },
  phases: (domains, { weight }, base) =>
    pairedTraining(domains, base, ({ source, target }) => ({
      reads: [source.features, target.features],
      build: (g, at) => g.mul(coralDistance(g, at(source.features), at(target.features)), weight),
    })),
});
