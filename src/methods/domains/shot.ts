// SHOT on features: a linear model of the source moves so that it is sure of each target row and balanced over all, holding to pseudo-labels by prototypes.
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { informationLoss } from '../../nn/losses/domains/information.ts';
import { argmaxRows } from '../../score/metrics.ts';
import type { LinearModel } from '../probes/linear.ts';
import { crossEntropyOf, learntFrom, linearMinimum, probabilitiesOf } from './pieces/classifier.ts';
import { defineDomainMethod } from './pieces/domain-method.ts';
import { labelledRows, pinned, weightsOfTarget } from './pieces/known.ts';
import { pseudoLabels } from './pieces/pseudo-labels.ts';

/**
 * The paper trains the network under a classifier that stays; on features that stay it is the classifier that moves, held to the source's by its penalty. The
 * source's rows are not seen again.
 */
export const shot = defineDomainMethod({
  name: 'shot',
  paper:
    'Liang, Hu & Feng 2020, Do we really need to access the source data? (arXiv:2002.08546), equations 3 to 7; the classifier moves in the place of the network',
  about: 'sure of every target row and balanced over all, without the source',
  options: {
    rounds: { default: 3, integer: true, range: { min: 1 }, help: 'Rounds of labelling by prototypes and learning.' },
    beta: { default: 0.3, range: { min: 0 }, help: "Weight of the pseudo-labels' cross-entropy." },
  },
  adapt: async (domains, { rounds, beta }, { l2, signal }) => {
    const { target, classes, known } = domains;
    const first = await learntFrom(labelledRows(domains), { classes, l2, signal });
    const weights = weightsOfTarget(domains);
    const said = async (model: LinearModel) => pinned(await probabilitiesOf(target, model), known, classes);
    let linear = first;
    for (let round = 0; round < rounds; round++) {
      const labels = argmaxRows(pinned(await pseudoLabels(target, await said(linear), classes), known, classes), classes);
      const objective = (g: Builder, scores: Value) => g.add(informationLoss(g, scores), g.mul(crossEntropyOf(g, scores, labels, weights), beta));
      linear = await linearMinimum(target, objective, { classes, l2, start: linear, towards: first, iterations: 60, signal });
    }
    return { linear, probabilities: await probabilitiesOf(target, linear) };
  },
});
