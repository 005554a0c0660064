// What training on the source alone gives: the yardstick that every method must beat, on the same budget. One phase.
import { defineNetworkMethod } from './pieces/network-method.ts';

/** `fit` on the source. */
export const sourceOnly = defineNetworkMethod({
  name: 'source-only',
  paper: 'Rosenblatt 1958, The perceptron; trained as `fit` does',
  about: 'the network trained on the source alone',
  amounts: true,
  options: {},
  phases: ({ model, source }, _, base) => [{ name: 'source', model, data: source, options: { ...base, featureCache: false }, adapts: true }],
});
