// DoRA: a weight's length and direction learn apart, the direction by LoRA. One phase.

import { fail } from '../core/errors.ts';
import { knownOptions, type OptionKinds } from '../core/known-options.ts';
import { tensor } from '../core/tensor.ts';
import type { Builder } from '../graph/builder.ts';
import type { Node, Value } from '../graph/graph.ts';
import type { Model } from '../nn/model.ts';
import { requireModel } from '../nn/require-model.ts';
import { type Adapter, adapted, again, inPlaceOf } from './adapt/adapt.ts';
import { addedTo, branch, type LowRank, type LowRankOptions, like, lowRank, matricesOf, normsOf, weightOf } from './adapt/low-rank.ts';
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

/** A filter of zeros has no direction; its length counts as this. */
const LEAST_LENGTH = 1e-12;

/**
 * A model whose targeted weights W answer as m V / |V| with V = W + alpha / r B A (Liu et al. 2024, arXiv:2402.09353, eq. 5), where the lengths m, one for
 * each output, and A and B learn; they start at |W|, so that nothing changes at first. No gradient passes |V| (section 4.3). The scale is put on
 * the answer, which is the same and spares the gradient of a whole weight. Dropout is on what A reads alone; PEFT drops the same for W.
 * @throws GraftError as `lora` does.
 */
export function dora(model: Model, options: LowRankOptions = {}): Model {
  requireModel('dora', model);
  knownOptions(options, KINDS, 'dora');
  const sites = targetSites(model, options.targets, 'dora');
  return doraBeside(model, sites, lowRank(options, sites, 'dora'));
}

/** The same with settings that were checked, or come from a file. */
export function doraBeside(model: Model, sites: readonly Site[], settings: LowRank): Model {
  const adapters = sites.map((site): Adapter => {
    const { outputs, kernel } = site;
    const dims = site.kind === 'linear' ? [outputs] : [1, outputs, ...kernel.map(() => 1)];
    const lengths = Float32Array.from(normsOf(site, weightOf(model, site).data as Float32Array));
    return {
      site,
      added: [...matricesOf(site, settings), { name: 'lora_magnitude_vector', value: tensor('float32', dims, lengths), decay: false }],
      attach: (g, node, inputs, added) => {
        const [x, w, bias] = inputs;
        const magnitude = added[2];
        if (!x || !w || !magnitude || !site.uses.some(({ product }) => product === node)) return undefined;
        const plain = again(g, node, inputs.slice(0, 2));
        const direction = g.add(plain, branch(g, site, node, x, added, settings));
        const scale = g.div(magnitude, g.reshape(g.op('StopGradient', [norm(g, site, node, w, added, settings)]), dims));
        if (!bias) return inPlaceOf(g, node, 'Mul', [direction, scale]);
        const weighed = Number(node.attrs.beta ?? 1) === 1 ? bias : g.mul(bias, Number(node.attrs.beta));
        const shift = site.kind === 'linear' ? weighed : g.reshape(weighed, [1, -1, ...kernel.map(() => 1)]);
        return inPlaceOf(g, node, 'Add', [g.mul(direction, scale), shift]);
      },
      merge: (added, weight) => {
        const direction = addedTo(site, weight, added, settings);
        const norms = normsOf(site, direction);
        const magnitude = added[2]?.data as Float32Array;
        const width = direction.length / outputs;
        const scaled = direction.map((value, at) => {
          const o = site.outFirst ? Math.floor(at / width) : at % outputs;
          return (value * (magnitude[o] as number)) / Math.max(norms[o] as number, LEAST_LENGTH);
        });
        return { weight: like(weight, scaled) };
      },
    };
  });
  return adapted(model, { method: 'dora', settings: { ...settings }, adapters });
}

/** |V| of each output, from the weight as its node takes it. */
function norm(g: Builder, { kind, outputs, kernel }: Site, node: Node, w: Value, [a, b]: readonly Value[], { rank, alpha }: LowRank): Value {
  if (!a || !b) return fail('internal', `${node.op} node \`${node.name}\` lacks its matrices.`);
  const length = (v: Value, axes: readonly number[]) => g.max(g.sqrt(g.op('ReduceSumSquare', [v, g.ints(axes)], { keepdims: 0 })), LEAST_LENGTH);
  if (kind === 'conv') {
    const change = g.matMul(g.reshape(b, [outputs, rank]), g.reshape(a, [rank, -1]));
    return length(g.add(w, g.reshape(g.mul(change, alpha / rank), w.shape as number[])), [1, ...kernel.map((_, i) => i + 2)]);
  }
  const change = g.mul(g.matMul(a, b), alpha / rank);
  const rows = node.attrs.transB === 1;
  return length(g.add(w, rows ? g.transpose(change, [1, 0]) : change), [rows ? 1 : 0]);
}

/** `dora` learns, and is worked into the weights at the end. */
export const doraStrategy = defineStrategy({
  name: 'dora',
  paper: 'Liu et al. 2024, DoRA: Weight-decomposed low-rank adaptation (arXiv:2402.09353)',
  about: 'lengths of the weights and a low-rank change of their directions learn',
  options: lowRankRecords,
  prepare: (model, options) => dora(model, lowRankGiven(options)),
  phases: (_model, _options, base) => [{ name: 'adapter', options: base }],
});
