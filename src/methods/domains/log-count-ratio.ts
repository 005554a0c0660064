// Self-training on features that weigh the more, the more often rows of one class have them and those of others do not: words that tell classes apart in both domains.
import type { Tensor } from '../../core/tensor.ts';
import { globalNorm } from '../../nn/clip.ts';
import { scaleColumns } from './pieces/columns.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { selfTrained } from './pieces/self-trained.ts';
import { balanceRecord } from './pieces/surest.ts';

/**
 * A feature counts as had where it is above 0. Of several classes a feature has the mean of its ratios for each against the rest. The ratios are counted anew
 * in each round, with the target rows that were taken: a word that only the target has comes to weigh by what goes with it.
 */
export const logCountRatio = defineDomainMethod({
  name: 'log-count-ratio',
  paper:
    'Wang & Manning 2012, Baselines and bigrams: simple, good sentiment and topic classification, section 2 (the sizes of the ratios as weights of a discriminative model, interpolated as in equation 3), with class-balanced self-training (Zou et al. 2018, arXiv:1810.07911)',
  about: 'learns from its own surest answers, from words that go with one class above all',
  options: {
    rounds: { default: 5, integer: true, range: { min: 0 }, help: 'Rounds of labelling and learning.' },
    share: { default: 0.8, range: { above: 0, max: 1 }, help: 'Share of the target rows of each class that the last round takes.' },
    balance: balanceRecord,
    interpolation: { default: 0.5, range: { min: 0, max: 1 }, help: 'How far weights go by the ratios; 0: all features weigh the same.' },
    smoothing: { default: 1, range: { above: 0 }, help: 'Added to how many rows of a class have a feature.' },
  },
  adapt: (domains, { interpolation, smoothing, ...training }, context) =>
    selfTrained(domains, training, context, (features, labels) => {
      const ratios = ratiosOf(features, labels, domains.classes, smoothing);
      const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length || 1;
      const weights = ratios.map((ratio) => 1 - interpolation + (interpolation * ratio) / mean);
      // As large as the given features, for which the penalty is.
      const factor = globalNorm(features.data) / (globalNorm(scaleColumns(features, weights).data) || 1);
      return weights.map((weight) => factor * weight);
    }),
});

/** Mean over the classes of `|ln (p_c / q_c)|`, `[D]`: p the feature's share of all features that rows of class c have, q that of the others. */
function ratiosOf({ dims, data }: Tensor<'float32'>, labels: Int32Array, classes: number, smoothing: number): Float32Array {
  const width = dims[1] as number;
  const counts = new Float64Array(classes * width).fill(smoothing);
  for (let row = 0, at = 0; row < labels.length; row++) {
    const own = (labels[row] as number) * width;
    for (let d = 0; d < width; d++, at++) if ((data[at] as number) > 0) counts[own + d] = (counts[own + d] as number) + 1;
  }
  const all = new Float64Array(width);
  const totals = new Float64Array(classes);
  for (let c = 0; c < classes; c++) {
    for (let d = 0; d < width; d++) {
      const count = counts[c * width + d] as number;
      all[d] = (all[d] as number) + count;
      totals[c] = (totals[c] as number) + count;
    }
  }
  const total = totals.reduce((sum, own) => sum + own, 0);
  const ratios = new Float32Array(width);
  for (let c = 0; c < classes; c++) {
    for (let d = 0; d < width; d++) {
      const count = counts[c * width + d] as number;
      const p = count / (totals[c] as number);
      const q = ((all[d] as number) - count) / (total - (totals[c] as number));
      ratios[d] = (ratios[d] as number) + Math.abs(Math.log(p / q)) / classes;
    }
  }
  return ratios;
}
