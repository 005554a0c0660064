// Pseudo-labels of a target -> a method that trains the network on them and on the source. Called where a pretrained network is adapted.

import type { ExampleSource } from '../../data/dataset.ts';
import { defineNetworkMethod, type NetworkMethod } from '../../methods/networks/pieces/network-method.ts';
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import { argmaxRows } from '../../score/metrics.ts';

/** Of each predicted class, the share of its rows that is taken for sure. */
const SURE = 0.7;

/**
 * The rows whose predicted class is likeliest, as many of each class as it has predictions times 0.7 (Zou et al. 2018, Class-balanced self-training,
 * arXiv:1810.07911, equation 7), in order.
 * @param probabilities `[M, classes]`.
 */
export function sureRows(probabilities: Float64Array, classes: number): { readonly rows: Int32Array; readonly labels: Int32Array } {
  const said = argmaxRows(probabilities, classes);
  const sureness = (row: number) => probabilities[row * classes + (said[row] as number)] as number;
  const taken = Array.from({ length: classes }, (_, c) => {
    const own = Array.from(said.keys()).filter((row) => said[row] === c);
    own.sort((a, b) => sureness(b) - sureness(a) || a - b);
    return own.slice(0, Math.ceil(SURE * own.length));
  });
  const rows = Int32Array.from(taken.flat()).sort();
  return { rows, labels: rows.map((row) => said[row] as number) };
}

/** @param both the source's rows and the target's sure ones, with their labels. */
export function selfTrained(both: ExampleSource): NetworkMethod {
  return defineNetworkMethod({
    name: 'self-training',
    paper:
      'Lee 2013, Pseudo-label; Zou et al. 2018, Class-balanced self-training (arXiv:1810.07911), equation 7, with the labels of the linear models',
    about: 'learns from the source, and from the surest labels that the linear models gave the target',
    options: {},
    phases: ({ model }, _, base) => [
      { name: 'both', model, data: both, options: { loss: crossEntropy(), ...base, featureCache: false }, adapts: true },
    ],
  });
}
