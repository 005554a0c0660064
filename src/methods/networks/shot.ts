// Trains on the source, then forgets it: the head stays, and what lies before it learns to be sure of each target row, balanced over all, and to hold to
// pseudo-labels by prototypes. Phases: the source, and rounds of labelling and learning.
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import { informationLoss } from '../../nn/losses/domains/information.ts';
import { argmaxRows } from '../../score/metrics.ts';
import type { Penalty } from '../../train/program.ts';
import { pinned } from '../domains/pieces/known.ts';
import { pseudoLabels } from '../domains/pieces/pseudo-labels.ts';
import { groupNames, withPenalty } from '../strategy/strategy.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { observed } from './pieces/observed.ts';
import { epochsOfRounds, labelled, partsOf, roundsRecord, shareRecord, sourceFirst, weighed } from './pieces/source-first.ts';

/**
 * Labels are found anew before each round; the paper does so each epoch, with one optimiser throughout. `share: 0` begins with a network that knows the source
 * already, of which no row is then read. Rows of the target that were labelled by hand keep their labels.
 */
export const shot = defineNetworkMethod({
  name: 'shot',
  paper: 'Liang, Hu & Feng 2020, Do we really need to access the source data? (arXiv:2002.08546), equations 1 to 7',
  about: 'sure of every target row and balanced over all, without the source',
  known: 'learnt',
  options: {
    ...shareRecord,
    ...roundsRecord,
    beta: { default: 0.3, range: { min: 0 }, help: "Weight of the pseudo-labels' cross-entropy." },
    smoothing: { default: 0.1, range: { min: 0, below: 1 }, help: "Share of the source's labels that is spread over all classes." },
  },
  phases: async function* (domains, { share, rounds, beta, smoothing }, base) {
    const { model, target, known } = domains;
    const { first, rest } = partsOf('shot', share, base);
    yield* sourceFirst(domains, base, first, smoothing);
    const shared = { ...base, featureCache: false } as const;
    const term: Penalty = (g, _, { logits }) => informationLoss(g, logits);
    const freeze = [...new Set([...(base.freeze ?? []), ...groupNames(model, 'head')])];
    const rows = Int32Array.from({ length: target.length }, (_, i) => i);
    for (const [round, epochs] of epochsOfRounds(rest, rounds).entries()) {
      const { features, probabilities } = await observed(model, target, rows, base);
      const classes = model.logits.shape[1] as number;
      const labels = argmaxRows(pinned(await pseudoLabels(features, probabilities, classes), known, classes), classes);
      const options = withPenalty({ ...shared, epochs, loss: weighed(crossEntropy(), beta), freeze }, term);
      yield { name: `round-${round + 1}`, model, data: labelled(target, labels), options, adapts: true };
    }
  },
});
