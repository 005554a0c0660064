// Stochastic gradient descent with momentum, plain or Nesterov's.
import { defineKernel } from '../../core/kernel/kernel.ts';
import { defineOptimiser, LEAST, weightDecay } from './optimiser.ts';

const kernel = defineKernel({
  arrays: ['p', 'g', 'v'],
  scalars: ['scale', 'pull', 'momentum', 'lr', 'fromV', 'fromG', 'least'],
  body: ({ p, g, v }, { scale, pull, momentum, lr, fromV, fromG, least }, { add, sub, mul, flush, keep }) => {
    const gradient = keep(add(mul(g, scale), mul(p, pull)));
    const velocity = keep(flush(add(mul(v, momentum), gradient), least));
    return { v: velocity, p: sub(p, mul(lr, add(mul(velocity, fromV), mul(gradient, fromG)))) };
  },
});

/** v = momentum v + g; p -= lr v, or lr (g + momentum v) after Nesterov; g includes weightDecay p. The first v is g, as in PyTorch. */
export const sgd = defineOptimiser({
  name: 'sgd',
  paper: 'Sutskever et al. 2013, On the importance of initialization and momentum in deep learning',
  options: {
    lr: { default: 0.01, range: { min: 0 }, help: 'Learning rate.' },
    momentum: { default: 0, range: { min: 0, below: 1 }, help: 'Share of the last update that carries on.' },
    nesterov: { default: false, help: 'Look ahead along the momentum before taking the gradient.' },
    weightDecay,
  },
  conflict: ({ momentum, nesterov }) =>
    nesterov && momentum === 0 ? '`nesterov` looks ahead along a `momentum`, which is 0; set it, for instance to 0.9.' : undefined,
  slots: ['momentum'],
  update: (p, g, slots, { lr, decay, scale, from, to }, { momentum, nesterov, weightDecay: wd }) => {
    const [v] = slots as [Float32Array];
    const ahead = nesterov ? { fromV: momentum, fromG: 1 } : { fromV: 1, fromG: 0 };
    return kernel({ p, g, v }, { scale, pull: decay ? wd : 0, momentum, lr, ...ahead, least: LEAST }, from, to);
  },
});
