// Adam, with weight decay as part of the gradient.
import { adamStep } from './adam-step.ts';
import { defineOptimiser, weightDecay } from './optimiser.ts';

/** Moments of the gradient; decay is added to the gradient itself (L2 regularisation). */
export const adam = defineOptimiser({
  name: 'adam',
  paper: 'Kingma & Ba 2015, Adam: A method for stochastic optimization, Algorithm 1',
  options: {
    lr: { default: 1e-3, range: { min: 0 }, help: 'Learning rate.' },
    beta1: { default: 0.9, range: { min: 0, below: 1 }, help: 'Decay of the mean of the gradient.' },
    beta2: { default: 0.999, range: { min: 0, below: 1 }, help: 'Decay of the mean of its square.' },
    epsilon: { default: 1e-8, range: { min: 0, max: 1 }, help: 'Added to the root of the mean square.' },
    weightDecay,
  },
  slots: ['m', 'v'],
  update: (p, g, slots, u, options) => adamStep(p, g, slots, u, { ...options, l2: u.decay ? options.weightDecay : 0, shrink: 1 }),
});
