// Trains the head on features that stay as the source left them. One phase.
import { defineStrategy, groupNames, withFrozen } from './strategy/strategy.ts';

/** Shared groups and, unless `batchNorm` says otherwise, all running statistics stay fixed; the head learns. */
export const headOnly = defineStrategy({
  name: 'head-only',
  paper: 'Donahue et al. 2014, DeCAF: A deep convolutional activation feature for generic visual recognition',
  about: 'the head learns on features that stay as they are',
  options: {},
  phases: (model, _, base) => [{ name: 'head', options: withFrozen(base, groupNames(model, 'shared')) }],
});
