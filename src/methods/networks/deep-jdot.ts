// Trains on the source while each target row is drawn to the source's rows that optimal transport carries to it, in its features and in its answer. One phase.
import { jointTransport } from '../../nn/losses/domains/joint-transport.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { pairedTraining } from './pieces/paired-training.ts';

/** Rounds of scaling in each step. */
const ROUNDS = 20;

/** The plan is that of the batch, so a batch should hold several rows of each class. Distances are in units of their mean: `alpha` does not depend on the network's width. */
export const deepJdot = defineNetworkMethod({
  name: 'deep-jdot',
  paper:
    'Damodaran et al. 2018, DeepJDOT: deep joint distribution optimal transport (arXiv:1803.10081), equations 6 and 7, algorithm 1, by entropic transport',
  about: 'learns from the source, and from its labels carried to the target batch by batch at the least cost',
  known: 'learnt',
  options: {
    weight: { default: 1, range: { min: 0 }, help: 'Weight of the cost of the transport.' },
    alpha: { default: 1, range: { min: 0 }, help: 'Weight in it of the distance of the features.' },
    lambda: { default: 1, range: { min: 0 }, help: "Weight in it of the labels' cross-entropy." },
    entropy: { default: 0.05, range: { above: 0 }, help: "Weight of the plan's entropy, as a share of the mean cost." },
  },
  phases: (domains, { weight, alpha, lambda, entropy }, base) =>
    pairedTraining(domains, base, ({ source, target }) => ({
      reads: [source.features, target.features, target.logits],
      build: (g, at, labels) => {
        const rows = { features: at(target.features), logits: at(target.logits) };
        const cost = jointTransport(g, { features: at(source.features), labels }, rows, { alpha, lambda, entropy, iterations: ROUNDS });
        return g.mul(cost, weight);
      },
    })),
});
