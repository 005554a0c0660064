// Trains on the source, then forgets it: the head stays, and what lies before it learns to be sure of each target row, balanced over all, and to hold to
// pseudo-labels by prototypes. Phases: the source, and rounds of labelling and learning.
import { fail } from '../../core/errors.ts';
import type { ExampleSource } from '../../data/dataset.ts';
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import { informationLoss } from '../../nn/losses/domains/information.ts';
import type { Loss } from '../../nn/losses/loss.ts';
import { argmaxRows } from '../../score/metrics.ts';
import { DEFAULT_EPOCHS } from '../../train/fit-options.ts';
import type { Penalty } from '../../train/program.ts';
import { pseudoLabels } from '../domains/pieces/pseudo-labels.ts';
import { groupNames, withPenalty } from '../strategy/strategy.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { observed } from './pieces/observed.ts';

/**
 * Labels are found anew before each round; the paper does so each epoch, with one optimiser throughout. `share: 0` begins with a network that knows the source
 * already, of which no row is then read.
 */
export const shot = defineNetworkMethod({
  name: 'shot',
  paper: 'Liang, Hu & Feng 2020, Do we really need to access the source data? (arXiv:2002.08546), equations 1 to 7',
  about: 'sure of every target row and balanced over all, without the source',
  options: {
    share: { default: 0.5, range: { min: 0, below: 1 }, help: 'Of the epochs, how many learn the source; 0 for a network that knows it already.' },
    rounds: { default: 3, integer: true, range: { min: 1 }, help: 'How often the target is labelled anew; at most once in each epoch.' },
    beta: { default: 0.3, range: { min: 0 }, help: "Weight of the pseudo-labels' cross-entropy." },
    smoothing: { default: 0.1, range: { min: 0, below: 1 }, help: "Share of the source's labels that is spread over all classes." },
  },
  phases: async function* ({ model, source, target }, { share, rounds, beta, smoothing }, base) {
    const { epochs = DEFAULT_EPOCHS } = base;
    const first = share === 0 ? 0 : Math.max(1, Math.min(epochs - 1, Math.round(share * epochs)));
    const rest = epochs - first;
    if (rest < 1) fail('invalid-argument', `Method \`shot\` has two parts, and \`epochs\` (=${epochs}) is for both together; give at least 2.`);
    const shared = { ...base, featureCache: false } as const;
    if (first > 0) {
      const loss = base.loss ?? crossEntropy({ labelSmoothing: smoothing });
      yield { name: 'source', model, data: source, options: { ...shared, epochs: first, loss }, adapts: false };
    }
    const term: Penalty = (g, _, { logits }) => informationLoss(g, logits);
    const freeze = [...new Set([...(base.freeze ?? []), ...groupNames(model, 'head')])];
    const rows = Int32Array.from({ length: target.length }, (_, i) => i);
    const most = Math.min(rounds, rest);
    for (let round = 0; round < most; round++) {
      const { features, probabilities } = await observed(model, target, rows, base);
      const classes = model.logits.shape[1] as number;
      const labels = argmaxRows(await pseudoLabels(features, probabilities, classes), classes);
      const own = Math.floor(((round + 1) * rest) / most) - Math.floor((round * rest) / most);
      const options = withPenalty({ ...shared, epochs: own, loss: weighed(crossEntropy(), beta), freeze }, term);
      yield { name: `round-${round + 1}`, model, data: labelled(target, labels), options, adapts: true };
    }
  },
});

function labelled(target: ExampleSource, labels: Int32Array): ExampleSource {
  return {
    ...target,
    labels,
    gather: async (indices, pass) => ({ ...(await target.gather(indices, pass)), labels: Int32Array.from(indices, (i) => labels[i] as number) }),
  };
}

function weighed(loss: Loss, factor: number): Loss {
  return {
    ...loss,
    build: (g, logits, target) => {
      const { sum, weight } = loss.build(g, logits, target);
      return { sum: g.mul(sum, factor), weight };
    },
  };
}
