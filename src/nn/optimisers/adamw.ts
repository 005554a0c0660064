// Adam with weight decay apart from the gradient.
import { adamStep } from './adam-step.ts';
import { defineOptimiser } from './optimiser.ts';

/** p is first multiplied by 1 - lr weightDecay, then moved by Adam. */
export const adamw = defineOptimiser({
  name: 'adamw',
  paper: 'Loshchilov & Hutter 2019, Decoupled weight decay regularization, Algorithm 2',
  options: {
    lr: { default: 1e-3, range: { min: 0 }, help: 'Learning rate.' },
    beta1: { default: 0.9, range: { min: 0, below: 1 }, help: 'Decay of the mean of the gradient.' },
    beta2: { default: 0.999, range: { min: 0, below: 1 }, help: 'Decay of the mean of its square.' },
    epsilon: { default: 1e-8, range: { min: 0, max: 1 }, help: 'Added to the root of the mean square.' },
    weightDecay: {
      default: 0.01,
      range: { min: 0, max: 1 },
      help: 'How much weights shrink per update, times the learning rate; not applied to biases and norms.',
    },
  },
  slots: ['m', 'v'],
  update: (p, g, slots, u, options) => adamStep(p, g, slots, u, { ...options, l2: 0, shrink: u.decay ? 1 - u.lr * options.weightDecay : 1 }),
});
