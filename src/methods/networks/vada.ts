// Trains on the source with features that do not tell the domains, and with boundaries between classes that keep away from the rows of both. One phase.
import { defineNetworkMethod } from './pieces/network-method.ts';
import { vadaRecords, vadaTraining } from './pieces/vada-training.ts';

/** For networks that read real numbers: each row is moved the way that changes its answer most, at about three times the work of `dann`. */
export const vada = defineNetworkMethod({
  name: 'vada',
  paper: 'Shu et al. 2018, A DIRT-T approach to unsupervised domain adaptation (arXiv:1802.08735), the objective of VADA',
  about: 'learns from the source, hides the domain, and is sure and steady around the rows of the target',
  known: 'learnt',
  options: vadaRecords,
  phases: (domains, options, base) => vadaTraining('vada', domains, options, base),
});
