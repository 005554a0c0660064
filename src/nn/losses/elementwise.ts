// Losses over single numbers: binary cross-entropy for multi-label scores, and the regression losses. All are means over elements.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { sizeOf, tensorOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { concrete } from '../../graph/types.ts';
import type { Loss } from './loss.ts';

function elementwise(name: string, each: (g: Builder, x: Value, target: Value) => Value): Loss {
  return {
    name,
    target: (logits) => logits,
    build: (g, logits, target) => ({
      sum: g.sum(each(g, logits, target)),
      weight: g.scalar(sizeOf(concrete(logits.shape, 'The scores')), logits.dtype),
    }),
  };
}

/** How {@link binaryCrossEntropy} weighs labels. */
export interface BinaryCrossEntropyOptions {
  /** Multiplies the part of the positive labels, for rare ones: one number, or one for each entry of the last axis. Default 1. */
  readonly positiveWeight?: number | readonly number[];
}

/**
 * (1 - t) x + (1 + (w - 1) t) softplus(-x): the negative log-likelihood of independent labels t in [0, 1] under sigmoid(x), positive ones weighted w.
 * @throws GraftError `invalid-argument` for a weight that is not above 0, or a number of weights other than the last axis of the scores has.
 */
export function binaryCrossEntropy(options: BinaryCrossEntropyOptions = {}): Loss {
  const kinds: OptionKinds<typeof options> = { positiveWeight: 'any' };
  knownOptions(options, kinds, 'binaryCrossEntropy');
  const { positiveWeight = 1 } = options;
  const weights = [positiveWeight].flat();
  if (!weights.every((weight) => weight > 0)) fail('invalid-argument', `\`positiveWeight\` (=${weights.join(', ')}) must be above 0.`);
  return elementwise('binary-cross-entropy', (g, x, t) => {
    const labels = x.shape.at(-1);
    if (typeof positiveWeight !== 'number' && weights.length !== labels) {
      fail('invalid-argument', `\`positiveWeight\` has ${weights.length} entries, but the scores have ${labels} labels; give one to each.`);
    }
    const excess = g.mul(
      t,
      g.constant(
        tensorOf(
          x.dtype,
          weights.map((weight) => weight - 1),
        ),
      ),
    );
    return g.add(g.mul(g.sub(1, t), x), g.mul(g.add(excess, 1), g.op('Softplus', [g.neg(x)])));
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
export function huber(options: { delta?: number } = {}): Loss {
  const kinds: OptionKinds<typeof options> = { delta: 'number' };
  knownOptions(options, kinds, 'huber');
  const { delta = 1 } = options;
  if (!(delta > 0)) fail('invalid-argument', `\`delta\` (=${delta}) of the Huber loss must be above 0.`);
  return elementwise('huber', (g, x, t) => {
    const distance = g.abs(g.sub(x, t));
    const near = g.min(distance, delta);
    // With n = min(d, delta) both branches are n (d - n / 2).
    return g.mul(near, g.sub(distance, g.mul(near, 0.5)));
  });
}
