// Linear probing, then fine-tuning: a head that is good already does not distort the features when they begin to learn. Two phases.
import { fail } from '../core/errors.ts';
import { DEFAULT_EPOCHS } from '../train/fit-options.ts';
import { defineStrategy, groupNames, withFrozen, withRate } from './strategy/strategy.ts';

/** The epochs are shared out between the head alone and everything; each has at least one. @throws GraftError `invalid-argument` for fewer than two. */
export const lpFt = defineStrategy({
  name: 'lp-ft',
  paper: 'Kumar et al. 2022, Fine-tuning can distort pretrained features and underperform out-of-distribution (arXiv:2202.10054), section 3.4',
  about: 'the head learns first, then everything',
  options: {
    probe: { default: 0.5, range: { above: 0, below: 1 }, help: 'Share of the epochs in which only the head learns.' },
    lrFactor: { default: 1, range: { above: 0 }, help: 'Factor of the learning rate once everything learns; below 1 for long trainings.' },
  },
  phases: (model, { probe, lrFactor }, base) => {
    const { epochs = DEFAULT_EPOCHS } = base;
    if (epochs < 2)
      fail(
        'invalid-argument',
        `Strategy \`lp-ft\` has two phases, and \`epochs\` (=${epochs}) is for both together; give at least 2, or take \`full\`.`,
      );
    const probing = Math.max(1, Math.min(epochs - 1, Math.round(epochs * probe)));
    return [
      { name: 'probe', options: withFrozen({ ...base, epochs: probing }, groupNames(model, 'shared')) },
      { name: 'fine-tune', options: withRate({ ...base, epochs: epochs - probing }, lrFactor) },
    ];
  },
});
