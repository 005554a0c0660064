// Stochastic gradient descent with momentum, plain or Nesterov's.
import { defineOptimiser, weightDecay } from './optimiser.ts';

/** v = momentum v + g; p -= lr v, or lr (g + momentum v) after Nesterov; g includes weightDecay p. The first v is g, as in PyTorch. */
export const sgd = defineOptimiser({
  name: 'sgd',
  paper: 'Sutskever et al. 2013, On the importance of initialization and momentum in deep learning',
  options: {
    lr: { default: 0.01, range: { min: 0 }, help: 'Learning rate.' },
    momentum: { default: 0.9, range: { min: 0, below: 1 }, help: 'Share of the last update that carries on.' },
    nesterov: { default: false, help: 'Look ahead along the momentum before taking the gradient.' },
    weightDecay,
  },
  slots: ['momentum'],
  update: (p, g, slots, { lr, decay, scale, from, to }, { momentum, nesterov, weightDecay: wd }) => {
    const [v] = slots as [Float32Array];
    const pull = decay ? wd : 0;
    for (let i = from; i < to; i++) {
      const gradient = (g[i] as number) * scale + pull * (p[i] as number);
      const velocity = momentum * (v[i] as number) + gradient;
      v[i] = velocity;
      p[i] = (p[i] as number) - lr * (nesterov ? gradient + momentum * velocity : velocity);
    }
  },
});
