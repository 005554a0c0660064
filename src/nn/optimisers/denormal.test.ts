// Numbers below 2^-126, with which a processor computes many times slower, do not gather in the slots of parameters whose gradient has ended.
import { expect, test } from 'vitest';
import { type OptimiserName, optimiser, optimisers } from './index.ts';

const LEAST_NORMAL = 2 ** -126;

test.each(Object.keys(optimisers) as OptimiserName[])('%s keeps no denormal numbers', (name) => {
  const ready = optimiser(name, 'momentum' in optimisers[name].options ? { momentum: 0.5 } : { beta1: 0.5, beta2: 0.5 });
  const p = Float32Array.from([1, -1, 0.5, 2, 3]);
  const g = Float32Array.from([0.3, -0.2, 1e-20, 0, 5]);
  const slots = ready.slots.map(() => new Float32Array(p.length));
  for (let step = 1; step <= 400; step++) {
    if (step === 5) g.fill(0);
    ready.update(p, g, slots, { lr: 0.01, step, decay: true, scale: 1, from: 0, to: p.length });
    for (const slot of slots) expect(slot.filter((value) => value !== 0 && Math.abs(value) < LEAST_NORMAL)).toHaveLength(0);
  }
});
