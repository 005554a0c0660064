// Trains on the source, then forgets it: batch norms take the target's statistics, and their scales and shifts learn to be sure of its rows. Two phases.
import { fail } from '../../core/errors.ts';
import { crossEntropy } from '../../nn/losses/cross-entropy.ts';
import { meanEntropy } from '../../nn/losses/domains/entropy.ts';
import type { Model } from '../../nn/model.ts';
import { batchNormParameters } from '../../train/fit-options.ts';
import { withPenalty } from '../strategy/strategy.ts';
import { defineNetworkMethod } from './pieces/network-method.ts';
import { labelled, partsOf, shareRecord, sourceFirst, weighed } from './pieces/source-first.ts';

/**
 * The paper adapts while it predicts, batch by batch; here the target's rows are passed through for the epochs that are left. `share: 0` begins with a network that knows
 * the source already, of which no row is then read.
 * @throws GraftError `invalid-argument` for a model without batch norm.
 */
export const tent = defineNetworkMethod({
  name: 'tent',
  paper: 'Wang et al. 2021, Tent: fully test-time adaptation by entropy minimization (arXiv:2006.10726), section 3',
  about: 'sure of the target by the scales and shifts of batch norms alone, without the source',
  options: shareRecord,
  phases: function* (domains, { share }, base) {
    const { model, target } = domains;
    const { first, rest } = partsOf('tent', share, base);
    const adapted = normsAlone(model);
    yield* sourceFirst(domains, base, first);
    const options = { ...base, featureCache: false, epochs: rest, batchNorm: 'train', loss: weighed(crossEntropy(), 0) } as const;
    yield {
      name: 'target',
      model: adapted,
      // Its loss counts nothing, and needs some label.
      data: labelled(target, new Int32Array(target.length)),
      options: withPenalty(options, (g, _, { logits }) => meanEntropy(g, logits)),
      adapts: true,
    };
  },
});

/** The model, of which nothing else learns. */
function normsAlone(model: Model): Model {
  const norms = batchNormParameters(model);
  if (norms.size === 0) {
    const remedy = 'take another method, such as `shot`, or a file that was exported with its batch norms not folded into the convolutions';
    fail('invalid-argument', `Model \`${model.name}\` has no batch norm whose scale and shift could learn: ${remedy}.`);
  }
  return { ...model, parameters: new Map([...model.parameters].map(([id, info]) => [id, norms.has(id) ? info : { ...info, frozen: true }])) };
}
