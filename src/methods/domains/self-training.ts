// Self-training with balanced classes: the surest target rows of each class take their predicted labels and are learnt from beside the source, more in each round.
import { takeRows } from '../../data/rows.ts';
import { classifier, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { joinRows } from './pieces/products.ts';
import { balanceRecord, taking } from './pieces/surest.ts';

/** The share that is taken grows from round to round up to `share`; the last round leaves the source out where `targetOnly` says so. */
export const selfTraining = defineDomainMethod({
  name: 'self-training',
  paper:
    'Zou et al. 2018, Unsupervised domain adaptation for semantic segmentation via class-balanced self-training (arXiv:1810.07911), section 3.2; hard labels, on features',
  about: 'learns from its own surest answers on the target, class by class',
  options: {
    rounds: { default: 5, integer: true, range: { min: 0 }, help: 'Rounds of labelling and learning.' },
    share: { default: 0.8, range: { above: 0, max: 1 }, help: 'Share of the target rows of each class that the last round takes.' },
    balance: balanceRecord,
    targetOnly: { default: false, help: 'Whether the last round learns from the target rows alone.' },
  },
  adapt: async ({ source, target, classes }, { rounds, share, balance, targetOnly }, { l2, signal }) => {
    const take = taking(balance, source.labels, classes);
    let linear = await classifier(source.features, source.labels, { classes, l2, signal });
    for (let round = 1; round <= rounds; round++) {
      const taken = take(await probabilitiesOf(target, linear), (share * round) / rounds);
      const own = takeRows(target, taken.rows);
      const alone = targetOnly && round === rounds;
      const features = alone ? own : joinRows(source.features, own);
      const labels = alone ? taken.labels : Int32Array.from([...source.labels, ...taken.labels]);
      linear = await classifier(features, labels, { classes, l2, start: linear, signal });
    }
    return { linear, probabilities: await probabilitiesOf(target, linear) };
  },
});
