// Trains on the source while both domains' features are drawn to one distribution, by kernels of several widths. One phase.
import { meanDiscrepancy } from '../../nn/losses/domains/mean-discrepancy.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { pairedTraining } from './pieces/paired-training.ts';

/** The paper compares three layers of AlexNet and finds weights of the kernels; here it is the features that the head reads, and all kernels weigh the same. */
export const dan = defineNetworkMethod({
  name: 'dan',
  paper: 'Long et al. 2015, Learning transferable features with deep adaptation networks (arXiv:1502.02791), equations 1, 2 and 5',
  about: 'learns from the source, with features distributed alike in both domains',
  known: 'learnt',
  amounts: true,
  options: {
    weight: { default: 1, range: { min: 0 }, help: 'Weight of the mean discrepancy.' },
  },
  phases: (domains, { weight }, base) =>
    pairedTraining(domains, base, ({ source, target }) => ({
      reads: [source.features, target.features],
      build: (g, at) => g.mul(meanDiscrepancy(g, at(source.features), at(target.features)), weight),
    })),
});
