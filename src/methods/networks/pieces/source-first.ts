// What methods that learn the source first and then the target alone have in common. Called by them.
import { fail } from '../../../core/errors.ts';
import type { ExampleSource } from '../../../data/dataset.ts';
import { type Labels, takeLabels } from '../../../data/labels.ts';
import { crossEntropy } from '../../../nn/losses/cross-entropy.ts';
import type { Loss } from '../../../nn/losses/loss.ts';
import { DEFAULT_EPOCHS, type FitOptions } from '../../../train/fit-options.ts';
import type { NetworkDomains, NetworkPhase } from './network-method.ts';

/** Options of such methods. */
export const shareRecord = {
  share: { default: 0.5, range: { min: 0, below: 1 }, help: 'Of the epochs, how many learn the source; 0 for a network that knows it already.' },
} as const;

/** Epochs of each part. @throws GraftError `invalid-argument` when there are none for the target. */
export function partsOf(method: string, share: number, { epochs = DEFAULT_EPOCHS }: FitOptions): { readonly first: number; readonly rest: number } {
  const first = share === 0 ? 0 : Math.max(1, Math.min(epochs - 1, Math.round(share * epochs)));
  const rest = epochs - first;
  if (rest < 1) fail('invalid-argument', `Method \`${method}\` has two parts, and \`epochs\` (=${epochs}) is for both together; give at least 2.`);
  return { first, rest };
}

/** Option of those that look at the target anew from time to time. */
export const roundsRecord = {
  rounds: { default: 3, integer: true, range: { min: 1 }, help: 'How often the target is looked at anew; at most once in each epoch.' },
} as const;

/** Epochs of each round: of `epochs` in all, as even as can be. */
export function epochsOfRounds(epochs: number, rounds: number): number[] {
  const most = Math.min(rounds, epochs);
  return Array.from({ length: most }, (_, round) => Math.floor(((round + 1) * epochs) / most) - Math.floor((round * epochs) / most));
}

/** The phase that learns the source; none for no epochs. @param smoothing share of the labels that is spread over all classes, unless `base` has a loss of its own. */
export function* sourceFirst(
  { model, source }: NetworkDomains,
  base: FitOptions,
  epochs: number,
  smoothing = 0,
): Generator<NetworkPhase, void, void> {
  const loss = base.loss ?? crossEntropy({ labelSmoothing: smoothing });
  if (epochs > 0) yield { name: 'source', model, data: source, options: { ...base, featureCache: false, epochs, loss }, adapts: false };
}

/** The target with labels that were made for it. */
export function labelled(target: ExampleSource, labels: Labels): ExampleSource {
  return {
    ...target,
    labels,
    gather: async (indices, pass) => ({ ...(await target.gather(indices, pass)), labels: takeLabels(labels, indices) }),
  };
}

/** `factor` times the loss. */
export function weighed(loss: Loss, factor: number): Loss {
  return {
    ...loss,
    build: (g, logits, target) => {
      const { sum, weight } = loss.build(g, logits, target);
      return { sum: g.mul(sum, factor), weight };
    },
  };
}
