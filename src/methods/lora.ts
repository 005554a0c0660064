// LoRA: a product of two thin matrices learns beside each weight, which stays as it is. One phase.
import { knownOptions, type OptionKinds } from '../core/known-options.ts';
import type { Model } from '../nn/model.ts';
import { requireModel } from '../nn/require-model.ts';
import { type Adapter, adapted, again, inPlaceOf } from './adapt/adapt.ts';
import { addedTo, branch, type LowRank, type LowRankOptions, like, lowRank, matricesOf } from './adapt/low-rank.ts';
import { lowRankGiven, lowRankRecords } from './adapt/records.ts';
import type { Site } from './adapt/sites.ts';
import { targetSites } from './adapt/targets.ts';
import { defineStrategy } from './strategy/strategy.ts';

const KINDS: OptionKinds<LowRankOptions> = {
  rank: 'number',
  alpha: 'number',
  targets: { kind: 'list', like: "['query', 'value']" },
  dropout: 'number',
  seed: 'number',
};

/**
 * A model whose targeted weights W answer as W + alpha / r B A (Hu et al. 2021, arXiv:2106.09685, eq. 3), where A and B learn and W does not; the head learns
 * whole. Of a convolution B A is reshaped to its kernels; each of its groups has the same A. Give it to `fit`, then to `mergeAdapters` or `saveAdapter`.
 * The model that was given stays as it is, and shares the weights that do not learn.
 * @throws GraftError `invalid-argument` for options out of range, targets that match nothing, or a model that has adapters already.
 */
export function lora(model: Model, options: LowRankOptions = {}): Model {
  requireModel('lora', model);
  knownOptions(options, KINDS, 'lora');
  const sites = targetSites(model, options.targets, 'lora');
  return loraBeside(model, sites, lowRank(options, sites, 'lora'));
}

/** The same with settings that were checked, or come from a file. */
export function loraBeside(model: Model, sites: readonly Site[], settings: LowRank): Model {
  const adapters = sites.map(
    (site): Adapter => ({
      site,
      added: matricesOf(site, settings),
      attach: (g, node, inputs, added) => {
        const [x] = inputs;
        if (!x || !site.uses.some(({ product }) => product === node)) return undefined;
        return inPlaceOf(g, node, 'Add', [again(g, node, inputs), branch(g, site, node, x, added, settings)]);
      },
      merge: (added, weight) => ({ weight: like(weight, addedTo(site, weight, added, settings)) }),
    }),
  );
  return adapted(model, { method: 'lora', settings: { ...settings }, adapters });
}

/** `lora` learns, and is worked into the weights at the end. */
export const loraStrategy = defineStrategy({
  name: 'lora',
  paper: 'Hu et al. 2021, LoRA: Low-rank adaptation of large language models (arXiv:2106.09685)',
  about: 'a low-rank change beside each weight learns',
  options: lowRankRecords,
  prepare: (model, options) => lora(model, lowRankGiven(options)),
  phases: (_model, _options, base) => [{ name: 'adapter', options: base }],
});
