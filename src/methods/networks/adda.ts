// Trains on the source, then gives the target an encoder of its own, begun with the source's, whose features a classifier of domains takes for those that the
// source's encoder makes of the source. Two phases.
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import { domainLoss, invertedDomainLoss } from '../../nn/losses/domains/domain-loss.ts';
import type { Penalty } from '../../train/program.ts';
import { groupNames, withPenalty } from '../strategy/strategy.ts';
import { besideItself, inputBefore } from './pieces/beside-itself.ts';
import { classifierRecords, domainClassifier } from './pieces/domain-classifier.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { pairedSource } from './pieces/paired-source.ts';
import { labelled, partsOf, shareRecord, sourceFirst, weighed } from './pieces/source-first.ts';

/**
 * Both players learn in the same step, each from a loss that stops at the other; the head stays as the source taught it. The source's encoder is a copy in the graph
 * that no longer learns, in place of features computed once: so the source's rows, too, are changed by chance, lose units and are normalised by their batch, and the
 * classifier cannot tell the domains by that. `share: 0` begins with a network that knows the source already.
 */
export const adda = defineNetworkMethod({
  name: 'adda',
  paper: 'Tzeng et al. 2017, Adversarial discriminative domain adaptation (arXiv:1702.05464), equations 7 and 9',
  about: "learns the source, and then features of the target that pass for the source's",
  options: {
    ...shareRecord,
    rate: { default: 0.1, range: { min: 0 }, help: "Factor of the learning rate of the target's encoder, which nothing else holds." },
    hidden: classifierRecords.hidden,
  },
  phases: function* (domains, { share, rate, hidden }, base) {
    const { model, source, target } = domains;
    const { first, rest } = partsOf('adda', share, base);
    yield* sourceFirst(domains, base, first);
    const seed = base.seed ?? 0;
    const { model: both, features, before } = besideItself(model);
    const { graph: g } = both;
    const { model: trained, scoresOf } = domainClassifier(both, features.shape[1] as number, { hidden, seed });
    const told = { source: scoresOf(before), target: scoresOf(g.op('StopGradient', [features])) };
    const passing = scoresOf(features, true);
    const term: Penalty = (g, _, { at }) =>
      g.add(domainLoss(g, { source: at(told.source.name), target: at(told.target.name) }), invertedDomainLoss(g, at(passing.name)));
    const rates = groupNames(model, 'shared').map((name) => [name, rate * (base.lrMultipliers?.[name] ?? 1)] as const);
    const options = {
      ...base,
      featureCache: false,
      epochs: rest,
      loss: weighed(crossEntropy(), 0),
      freeze: [...new Set([...(base.freeze ?? []), ...groupNames(model, 'head')])],
      lrMultipliers: { ...base.lrMultipliers, ...Object.fromEntries(rates) },
    } as const;
    yield {
      name: 'target',
      model: trained,
      // Its loss counts nothing, and needs some label.
      data: pairedSource({ source: labelled(target, new Int32Array(target.length)), target: source }, model, trained, { seed, named: inputBefore }),
      options: withPenalty(options, term, [told.source, told.target, passing]),
      adapts: true,
    };
  },
});
