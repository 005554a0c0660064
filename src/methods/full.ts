// Fine-tunes everything at once. One phase.
import { defineStrategy } from './strategy/strategy.ts';

/** All groups learn from the start, the head from its random values. */
export const full = defineStrategy({
  name: 'full',
  paper: 'Yosinski et al. 2014, How transferable are features in deep neural networks?, section 2',
  about: 'everything learns at once',
  options: {},
  phases: (_model, _options, base) => [{ name: 'all', options: base }],
});
