// Trains on the source alone, and then takes the running statistics of batch norms from the target. One phase.
import { defineNetworkMethod } from './pieces/network-method.ts';
import { takeStatistics } from './pieces/target-statistics.ts';

/** Weights stay those of the source; what a layer normalises by is the target's own mean and variance, of up to 8,192 of its rows. */
export const adabn = defineNetworkMethod({
  name: 'adabn',
  paper: 'Li et al. 2016, Revisiting batch normalization for practical domain adaptation (arXiv:1603.04779), algorithm 1',
  about: "the source's network with the target's statistics in its batch norms",
  amounts: true,
  options: {},
  phases: ({ model, source, target }, _, base) => [
    {
      name: 'source',
      model,
      data: source,
      options: { ...base, featureCache: false },
      adapts: true,
      settle: () => takeStatistics(model, target, base),
    },
  ],
});
