// Gradual unfreezing with discriminative learning rates: the head first, then group after group towards the input. A phase for each step.
import { DEFAULT_EPOCHS } from '../train/fit-options.ts';
import { defineStrategy, groupNames, withFrozen } from './strategy/strategy.ts';

/**
 * In each phase one more group learns, its rate `decay` times smaller than that of the group above it: lr_(l-1) = lr_l / decay. The last phase, in
 * which all learn, takes the rest of the epochs. Where there are more groups than epochs, several are unfrozen at a time.
 */
export const gradual = defineStrategy({
  name: 'gradual',
  paper: 'Howard & Ruder 2018, Universal language model fine-tuning for text classification, sections 3.2 and 3.3',
  about: 'the head learns first, then group after group towards the input, each at a lower rate',
  options: {
    epochsEach: { default: 1, range: { min: 1 }, integer: true, unit: 'epochs', help: 'Epochs before the next group is unfrozen.' },
    decay: { default: 2.6, range: { min: 1 }, help: 'How many times smaller the learning rate is one group further down.' },
  },
  phases: (model, { epochsEach, decay }, base) => {
    const { epochs = DEFAULT_EPOCHS, lrMultipliers } = base;
    const heads = groupNames(model, 'head');
    const shared = groupNames(model, 'shared').toReversed();
    const rates = Object.fromEntries([
      ...heads.map((group) => [group, lrMultipliers?.[group] ?? 1] as const),
      ...shared.map((group, i) => [group, (lrMultipliers?.[group] ?? 1) * decay ** -(i + 1)] as const),
    ]);
    const count = Math.max(1, Math.min(shared.length + 1, Math.floor(epochs / epochsEach)));
    return Array.from({ length: count }, (_, i) => {
      const last = i === count - 1;
      const learning = last ? shared.length : Math.ceil((i * shared.length) / (count - 1));
      const options = { ...base, lrMultipliers: rates, epochs: last ? epochs - i * epochsEach : epochsEach };
      return { name: last ? 'all' : `top-${learning}`, options: withFrozen(options, shared.slice(learning)) };
    });
  },
});
