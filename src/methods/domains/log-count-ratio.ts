// Self-training on features that weigh the more, the more often rows of one class have them and those of others do not: words that tell classes apart in both domains.
import { globalNorm } from '../../nn/clip.ts';
import { logCountRatioWeights } from '../probes/log-count-ratios.ts';
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
      const width = features.dims[1] as number;
      const had = (row: number, tell: (feature: number) => void) => {
        for (let d = 0; d < width; d++) if ((features.data[row * width + d] as number) > 0) tell(d);
      };
      const weights = logCountRatioWeights({ width, labels, classes: domains.classes, had }, { smoothing, interpolation });
      // As large as the given features, for which the penalty is.
      const factor = globalNorm(features.data) / (globalNorm(scaleColumns(features, weights).data) || 1);
      return weights.map((weight) => factor * weight);
    }),
});
