// Self-training with balanced classes: the surest target rows of each class take their predicted labels and are learnt from beside the source, more in each round.
import { defineDomainMethod } from './pieces/domain-method.ts';
import { selfTrained } from './pieces/self-trained.ts';
import { balanceRecord } from './pieces/surest.ts';

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
  adapt: (domains, training, context) => selfTrained(domains, training, context),
});
