// BitFit: biases learn, and nothing else. One phase.
import { fail } from '../core/errors.ts';
import { knownOptions } from '../core/known-options.ts';
import type { Model } from '../nn/model.ts';
import { parametersOf } from '../nn/model.ts';
import { requireModel } from '../nn/require-model.ts';
import { adapted } from './adapt/adapt.ts';
import { defineStrategy } from './strategy/strategy.ts';

/** Which input of an op is a bias. */
const BIASES: Readonly<Record<string, number>> = {
  Conv: 2,
  ConvTranspose: 2,
  Gemm: 2,
  BatchNormalization: 2,
  InstanceNormalization: 2,
  LayerNormalization: 2,
  GroupNormalization: 2,
  LSTM: 3,
  GRU: 3,
  RNN: 3,
};

/**
 * A model of which the biases of layers and norms, and the head, learn (Ben Zaken et al. 2021, arXiv:2106.10199, section 3). A bias is what an op takes as
 * such, or a vector that is added to something computed. There are no options.
 * @throws GraftError `invalid-argument` where there is none before the head, or the model has adapters already.
 */
export function bitfit(model: Model, options: Readonly<Record<string, never>> = {}): Model {
  requireModel('bitfit', model);
  knownOptions(options, {}, 'bitfit');
  const shared = new Set(
    parametersOf(
      model,
      model.groups.filter(({ kind }) => kind === 'shared').map(({ name }) => name),
    ),
  );
  const biases = new Set([...biasesOf(model)].filter((id) => shared.has(id)));
  if (biases.size === 0) fail('invalid-argument', `\`bitfit\` finds no bias before the head of model \`${model.name}\`; use another strategy.`);
  return adapted(model, { method: 'bitfit', settings: {}, adapters: [], learning: biases });
}

function biasesOf({ graph }: Model): Set<string> {
  const ids = new Set<string>();
  for (const { op, domain, inputs } of graph.nodes) {
    if (domain !== '') continue;
    const named = inputs[BIASES[op] ?? -1];
    if (named?.kind === 'parameter' && named.id !== undefined) ids.add(named.id);
    if (op !== 'Add') continue;
    const [added, ...more] = inputs.filter((value) => value?.kind === 'parameter');
    const vector = added && added.shape.filter((size) => size !== 1).length <= 1;
    if (vector && more.length === 0 && added.id !== undefined) ids.add(added.id);
  }
  return ids;
}

/** Biases learn, and lie in the model at the end. */
export const bitfitStrategy = defineStrategy({
  name: 'bitfit',
  paper: 'Ben Zaken et al. 2021, BitFit: Simple parameter-efficient fine-tuning for transformer-based masked language-models (arXiv:2106.10199)',
  about: 'biases learn, and nothing else before the head',
  options: {},
  prepare: (model) => bitfit(model),
  phases: (_model, _options, base) => [{ name: 'biases', options: base }],
});
