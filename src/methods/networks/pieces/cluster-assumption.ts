// Boundaries of classes away from rows: a network sure of each, and as sure a small step aside. In: rows and scores in a step; out: terms of its loss. Called by
// methods that take the target's rows to lie in clusters of one class.
import { isFloat } from '../../../core/dtype.ts';
import { fail } from '../../../core/errors.ts';
import { sizeOf } from '../../../core/tensor.ts';
import { again } from '../../../graph/again.ts';
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { concrete } from '../../../graph/types.ts';
import { meanEntropy } from '../../../nn/losses/domains/entropy.ts';
import { virtualAdversarial } from '../../../nn/losses/domains/virtual-adversarial.ts';
import type { Model } from '../../../nn/model.ts';

/** What such methods let be chosen. */
export const clusterRecords = {
  target: {
    default: 0.01,
    range: { min: 0 },
    help: 'Weight of being sure of the rows of the target, and of answers that stay where these are moved.',
  },
  radius: {
    default: 0.03,
    range: { min: 0 },
    help: 'How far rows are moved the way that changes the answer most: the root mean square of what is added to their numbers.',
  },
} as const;

/** Rows in a step of training, and what the network says of them. */
export interface PassedRows {
  /** `[N, ...]`. */
  readonly input: Value;
  /** `[N, C]`. */
  readonly logits: Value;
}

/** How much the network's answers change where rows move; it sees both under the same dropout. A scalar. */
export function unsteadiness(g: Builder, { input, logits }: PassedRows, radius: number): Value {
  const [, ...sizes] = concrete(input.shape, 'The input');
  const start = g.cast(g.random(g.fresh('direction'), input.shape, { distribution: 'normal' }), input.dtype);
  const scoresOf = (rows: Value) => again(g, logits, input, rows);
  return virtualAdversarial(g, { rows: input, logits, scoresOf }, { start, radius: radius * Math.sqrt(sizeOf(sizes)) });
}

/** How unsure the network is, and {@link unsteadiness} (the conditional entropy and the local Lipschitz constraint of Shu et al. 2018, arXiv:1802.08735), weighed. A scalar. */
export function clusterLoss(g: Builder, rows: PassedRows, { target, radius }: { readonly target: number; readonly radius: number }): Value {
  return g.mul(g.add(meanEntropy(g, rows.logits), unsteadiness(g, rows, radius)), target);
}

/** @throws GraftError `invalid-argument` for a model whose rows are not real numbers. */
export function requireMovable(method: string, { name, input }: Model): void {
  if (isFloat(input.dtype)) return;
  const remedy = 'take another method, such as `cdan` or `mcc`, or a network that reads real numbers, such as the vectors of the words';
  fail(
    'invalid-argument',
    `Method \`${method}\` moves rows a small step, and those of model \`${name}\` are ${input.dtype} (\`${input.name}\`): ${remedy}.`,
  );
}
