// (IA)3: vectors that scale keys, values and what feed-forward layers read, and nothing else, learn. One phase.
import { fail } from '../core/errors.ts';
import { knownOptions, type OptionKinds } from '../core/known-options.ts';
import { sizeOf, tensor } from '../core/tensor.ts';
import { copyNode } from '../graph/rewrite.ts';
import { formatShape } from '../graph/types.ts';
import type { Model } from '../nn/model.ts';
import { requireModel } from '../nn/require-model.ts';
import { type Adapter, adapted, again, inPlaceOf } from './adapt/adapt.ts';
import { like } from './adapt/low-rank.ts';
import { givenTargets, targetRecord } from './adapt/records.ts';
import { rolesOf } from './adapt/roles.ts';
import { isBias, type Site } from './adapt/sites.ts';
import { type Targets, targetSites, targetsIn } from './adapt/targets.ts';
import { defineStrategy } from './strategy/strategy.ts';

/** What {@link ia3} scales. */
export interface Ia3Options {
  /**
   * Layers by name or pattern; default what makes keys and values and what ends each feed-forward part of a transformer, found by how they are connected,
   * or, where there is no attention, all layers but depthwise convolutions.
   */
  readonly targets?: Targets;
  /** Those among them whose input is scaled, not their output, by name or pattern; default the ends of feed-forward parts. */
  readonly feedForward?: Targets;
}

const KINDS: OptionKinds<Ia3Options> = {
  targets: { kind: 'list', like: "['key', 'value', 'output.dense']" },
  feedForward: { kind: 'list', like: "['output.dense']" },
};

/**
 * A model with a learnt factor for each output of the targeted layers, bias included, or for each input where a layer ends a feed-forward part (Liu et
 * al. 2022, arXiv:2205.05638, section 3.3); all factors start at 1. The head learns whole.
 * @throws GraftError `invalid-argument` for targets that match nothing, or a model that has adapters already.
 */
export function ia3(model: Model, options: Ia3Options = {}): Model {
  requireModel('ia3', model);
  knownOptions(options, KINDS, 'ia3');
  const { targets, feedForward } = options;
  const all = targetSites(model, targets, 'ia3');
  const roles = rolesOf(model.graph, targetSites(model, undefined, 'ia3'));
  const named = new Set([...roles.keysAndValues, ...roles.feedForward].map(({ name }) => name));
  const chosen = targets !== undefined || named.size === 0 ? all : all.filter(({ name }) => named.has(name));
  const inputsOf = (list: Targets) => targetSites(model, list, 'ia3', 'feedForward');
  const scaled = feedForward === undefined ? [...roles.feedForward] : feedForward.length > 0 ? inputsOf(feedForward) : [];
  const inner = new Set(scaled.map(({ name }) => name));
  const outside = feedForward?.find((target) => !inputsOf([target]).some(({ name }) => chosen.some((site) => site.name === name)));
  if (outside !== undefined) {
    fail(
      'invalid-argument',
      `\`feedForward\` of \`ia3\`: "${String(outside)}" takes none of the layers that \`targets\` take; name it there too, or leave it out.`,
    );
  }
  const adapters = chosen.map((site) => (inner.has(site.name) ? inputScale(site) : outputScale(site)));
  return adapted(model, { method: 'ia3', settings: { feedForward: chosen.flatMap(({ name }) => (inner.has(name) ? [name] : [])).join() }, adapters });
}

const NAME = 'ia3_l';

function inputScale(site: Site): Adapter {
  const { inputs, kernel, groups, outFirst, kind } = site;
  const width = inputs / groups;
  return {
    site,
    added: [{ name: NAME, value: ones([1, inputs, ...kernel.map(() => 1)]), decay: false }],
    attach: (g, node, values, [l]) => {
      const [x, ...rest] = values;
      if (!x || !l || !site.uses.some(({ product }) => product === node)) return undefined;
      return copyNode(g, node, [g.mul(x, kind === 'linear' ? g.reshape(l, [inputs]) : l), ...rest]).outputs[0];
    },
    merge: ([l], weight) => {
      const field = sizeOf(kernel);
      const perGroup = weight.data.length / groups;
      const [factors, values] = [l?.data as Float32Array, weight.data as Float32Array];
      const input = (at: number) => (outFirst ? Math.floor(at / perGroup) * width + (Math.floor(at / field) % width) : Math.floor(at / site.outputs));
      return {
        weight: like(
          weight,
          values.map((value, at) => value * (factors[input(at)] as number)),
        ),
      };
    },
  };
}

function outputScale(site: Site): Adapter {
  const { outputs, kernel, outFirst, kind, bias } = site;
  const added = site.uses.find(({ product }) => product.op !== 'MatMul' && product.inputs[2])?.product.inputs[2];
  if (bias === undefined && added) {
    const why = isBias(added, outputs, 2)
      ? 'other layers use too'
      : `is ${formatShape(added.shape)}, not a stored number for each of its ${outputs} outputs`;
    fail('invalid-argument', `\`ia3\` cannot scale \`${site.name}\`, whose bias ${why}; leave it out of \`targets\`.`);
  }
  return {
    site,
    added: [{ name: NAME, value: ones(kind === 'linear' ? [outputs, 1] : [1, outputs, ...kernel.map(() => 1)]), decay: false }],
    attach: (g, node, values, [l]) => {
      if (!l || !site.uses.some(({ end }) => end === node)) return undefined;
      return inPlaceOf(g, node, 'Mul', [again(g, node, values), kind === 'linear' ? g.reshape(l, [outputs]) : l]);
    },
    merge: ([l], weight, bias) => {
      const [factors, values] = [l?.data as Float32Array, weight.data as Float32Array];
      const width = values.length / outputs;
      const scaled = values.map((value, at) => value * (factors[outFirst ? Math.floor(at / width) : at % outputs] as number));
      return {
        weight: like(weight, scaled),
        ...(bias && {
          bias: like(
            bias,
            (bias.data as Float32Array).map((value, o) => value * (factors[o] as number)),
          ),
        }),
      };
    },
  };
}

function ones(dims: readonly number[]) {
  return tensor('float32', dims, new Float32Array(sizeOf(dims)).fill(1));
}

/** `ia3` learns, and is worked into the weights at the end. */
export const ia3Strategy = defineStrategy({
  name: 'ia3',
  paper: 'Liu et al. 2022, Few-shot parameter-efficient fine-tuning is better and cheaper than in-context learning (arXiv:2205.05638)',
  about: 'factors of keys, values and feed-forward parts learn, of all layers where there is no attention',
  options: {
    targets: targetRecord,
    feedForward: {
      ...targetRecord,
      help: 'Those whose input is scaled, not their output, apart by commas; empty for the ends of feed-forward parts.',
    },
  },
  prepare: (model, { targets, feedForward }) => {
    const inner = targetsIn(feedForward);
    return ia3(model, { ...givenTargets(targets), ...(inner && { feedForward: inner }) });
  },
  phases: (_model, _options, base) => [{ name: 'adapter', options: base }],
});
