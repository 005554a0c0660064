// Losses over single numbers: binary cross-entropy for multi-label scores, and the regression losses. All are means over elements.
import { fail } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { concrete } from '../../graph/types.ts';
import type { Loss } from './loss.ts';

function elementwise(name: string, each: (g: Builder, x: Value, target: Value) => Value): Loss {
  return {
    name,
    target: (logits) => logits,
    build: (g, logits, target) => ({ sum: g.sum(each(g, logits, target)), weight: g.scalar(sizeOf(concrete(logits.shape, 'The scores'))) }),
  };
}

/**
 * softplus(x) - x t: the negative log-likelihood of independent labels t in [0, 1] under sigmoid(x).
 * `positiveWeight` multiplies the positive part, for rare labels.
 */
export function binaryCrossEntropy({ positiveWeight = 1 }: { positiveWeight?: number } = {}): Loss {
  if (!(positiveWeight > 0)) fail('invalid-argument', `\`positiveWeight\` (=${positiveWeight}) must be above 0.`);
  return elementwise('binary-cross-entropy', (g, x, t) => {
    if (positiveWeight === 1) return g.sub(g.op('Softplus', [x]), g.mul(x, t));
    // -w t log s(x) - (1 - t) log(1 - s(x)), with -log s(x) = softplus(-x) and -log(1 - s(x)) = softplus(-x) + x.
    const negative = g.op('Softplus', [g.neg(x)]);
    return g.add(g.mul(g.mul(t, positiveWeight), negative), g.mul(g.sub(1, t), g.add(negative, x)));
  });
}

/** (x - t)^2. */
export function meanSquaredError(): Loss {
  return elementwise('mse', (g, x, t) => {
    const difference = g.sub(x, t);
    return g.mul(difference, difference);
  });
}

/** |x - t|. */
export function meanAbsoluteError(): Loss {
  return elementwise('l1', (g, x, t) => g.abs(g.sub(x, t)));
}

/** d^2 / 2 where d = |x - t| <= delta, else delta (d - delta / 2) (Huber 1964). */
export function huber({ delta = 1 }: { delta?: number } = {}): Loss {
  if (!(delta > 0)) fail('invalid-argument', `\`delta\` (=${delta}) of the Huber loss must be above 0.`);
  return elementwise('huber', (g, x, t) => {
    const distance = g.abs(g.sub(x, t));
    const near = g.min(distance, delta);
    // With n = min(d, delta) both branches are n (d - n / 2).
    return g.mul(near, g.sub(distance, g.mul(near, 0.5)));
  });
}
