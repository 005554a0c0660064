// Trains as VADA does, then forgets the source: boundaries move further from the target's rows, a step at a time, held to what was said before each step. Phases:
// both domains, and rounds of recording and learning.
import { tensor } from '../../core/tensor.ts';
import type { Value } from '../../graph/graph.ts';
import { kullbackLeibler } from '../../nn/losses/cross-entropy.ts';
import type { Penalty } from '../../train/program.ts';
import { pinned } from '../domains/pieces/known.ts';
import { withPenalty } from '../strategy/strategy.ts';
import { clusterLoss, requireMovable } from './pieces/cluster-assumption.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { observed } from './pieces/observed.ts';
import { epochsOfRounds, labelled, partsOf, roundsRecord, shareRecord, weighed } from './pieces/source-first.ts';
import { vadaRecords, vadaTraining } from './pieces/vada-training.ts';

/**
 * The teacher of a round is the network at its beginning, as it predicts; the paper's is a moving average of it, with one optimiser throughout, where here it starts
 * afresh with each round. `share: 0` begins with a network that knows the source already, of which no row is then read.
 * Rows of the target that were labelled by hand keep their labels.
 */
export const dirtT = defineNetworkMethod({
  name: 'dirt-t',
  paper: 'Shu et al. 2018, A DIRT-T approach to unsupervised domain adaptation (arXiv:1802.08735), the objectives of VADA and of DIRT-T',
  about: 'learns as `vada` does, then refines itself on the target alone',
  known: 'learnt',
  options: {
    share: { ...shareRecord.share, help: 'Of the epochs, how many learn from both domains; 0 for a network that knows the source already.' },
    rounds: { ...roundsRecord.rounds, default: 5 },
    beta: { default: 0.01, range: { min: 0 }, help: 'Weight of holding to what was said at the last look.' },
    ...vadaRecords,
  },
  phases: async function* (domains, { share, rounds, beta, ...options }, base) {
    const { model, target, known } = domains;
    const classes = model.logits.shape[1] as number;
    const { first, rest } = partsOf('dirt-t', share, base);
    requireMovable('dirt-t', model);
    for (const phase of first > 0 ? vadaTraining('dirt-t', domains, options, { ...base, epochs: first }) : []) {
      yield phase;
      await phase.settle?.();
    }
    const { name } = model.input;
    const term: Penalty = (g, _, { inputs, logits }) => clusterLoss(g, { input: inputs.get(name) as Value, logits }, options);
    const rows = Int32Array.from({ length: target.length }, (_, i) => i);
    const loss = weighed(kullbackLeibler(), beta);
    for (const [round, epochs] of epochsOfRounds(rest, rounds).entries()) {
      const { probabilities } = await observed(model, target, rows, base);
      const said = tensor('float32', [rows.length, classes], Float32Array.from(pinned(probabilities, known, classes)));
      const settings = withPenalty({ ...base, featureCache: false, epochs, loss }, term);
      yield { name: `round-${round + 1}`, model, data: labelled(target, said), options: settings, adapts: true };
    }
  },
});
