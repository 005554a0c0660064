// Fine-tunes everything while the smallest singular values of each batch's features are held down. One phase.

import { spectralTail } from '../nn/spectral-tail.ts';
import { vectorsOf } from '../nn/vectors.ts';
import type { Penalty } from '../train/program.ts';
import { defineStrategy, withPenalty } from './strategy/strategy.ts';

/**
 * Batch spectral shrinkage: adds eta (s_1^2 + ... + s_k^2) to the mean loss of a batch, where s_1 <= s_2 <= ... are the singular values of the matrix
 * `[N, d]` of its features. What the source's features say least strongly transfers worst, and is suppressed. Batches of one example have no such value.
 */
export const bss = defineStrategy({
  name: 'bss',
  paper: 'Chen et al. 2019, Catastrophic forgetting meets negative transfer: batch spectral shrinkage for safe transfer learning, equation 5',
  about: 'everything learns, while the weakest directions of the features are held down',
  options: {
    eta: { default: 0.001, range: { min: 0 }, help: 'How strongly the smallest singular values are held down.' },
    k: { default: 1, range: { min: 1 }, integer: true, help: 'How many of them; at most all but the largest of a batch.' },
  },
  phases: (model, { eta, k }, base) => {
    const features = vectorsOf(model);
    const term: Penalty = (g, _, { at }) => {
      const matrix = at(features.name);
      // The largest is what the batch says: a last batch of one or two examples is not to be silenced.
      const count = Math.min(k, ...(matrix.shape as readonly number[]).map((size) => size - 1));
      return count > 0 ? g.mul(spectralTail(g, matrix, count), eta) : g.scalar(0);
    };
    return [{ name: 'all', options: withPenalty(base, term, [features]) }];
  },
});
