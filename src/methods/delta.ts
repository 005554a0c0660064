// Fine-tunes everything while the maps of each channel that matters stay near those of the source network on the same examples. One phase.
import { tensorOf } from '../core/tensor.ts';
import type { Builder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { insert } from '../graph/insert.ts';
import { concrete } from '../graph/types.ts';
import { parametersOf } from '../nn/model.ts';
import { copyOfModel } from '../nn/own-values.ts';
import type { Penalty, StepValues } from '../train/program.ts';
import { attentionOf, lossGaps } from './delta/attention.ts';
import { type FeatureMap, featureMaps } from './delta/feature-maps.ts';
import { probed } from './delta/probe.ts';
import { defineStrategy, groupNames, type Measuring, withPenalty } from './strategy/strategy.ts';

/**
 * Adds alpha / 2 sum_j c_j / s_j sum_i a_ji |F_ji - F0_ji|^2, as a mean over the batch, and beta / 2 |w_head|^2 to the loss: F_ji is channel i of the
 * map that block j ends in, of c_j channels and s_j places, F0_ji that of the network as it was, on the same examples.
 * The attention a_j is a softmax of what the loss gains when the channel is silenced, measured first on features as they are, with a head trained for it.
 * Unless `batchNorm` says otherwise it stays as it was: where it follows its batch, as in the authors' program, the two networks differ from the start, since
 * the source's keeps its running statistics, and the term may be many times the loss. The authors sum over the batch, of 64.
 * @throws GraftError `invalid-argument` for a model without feature maps between its shared layers.
 */
export const delta = defineStrategy({
  name: 'delta',
  paper: 'Li et al. 2019, DELTA: Deep learning transfer using feature map with attention for convolutional networks (arXiv:1901.09229), section 3',
  about: "everything learns, while the feature maps that matter stay near the source's",
  options: {
    alpha: { default: 0.01, range: { min: 0 }, help: "How strongly feature maps are held near the source network's." },
    beta: { default: 0.01, range: { min: 0 }, help: 'How strongly parameters of the head are held near zero.' },
    attention: { default: 'loss', values: ['loss', 'equal'], help: 'Whether channels weigh what the loss gains without them, or all the same.' },
    maps: { default: 4, range: { min: 1 }, integer: true, help: 'How many maps are compared, evenly spread over the blocks.' },
    examples: { default: 64, range: { min: 1 }, integer: true, unit: 'examples', help: 'How many the attention is measured on.' },
  },
  measure: async function* (model, { attention, maps: count, examples }, base, data): Measuring<number[][]> {
    const maps = featureMaps(model, count);
    if (attention === 'equal') return maps.map(({ channels }) => Array.from({ length: channels }, () => 1 / channels));
    const probe = yield* probed(model, base, data);
    const gaps = probe && (yield* lossGaps(probe, featureMaps(probe, count), data, base, examples));
    return gaps?.map(attentionOf);
  },
  phases: (model, { alpha, beta, maps: count }, base, attention) => {
    const maps = featureMaps(model, count);
    const source = copyOfModel(model).graph;
    const head = new Set(parametersOf(model, groupNames(model, 'head')));
    const term: Penalty = (g, parameters, step) => {
      const before = insert(
        g,
        source,
        maps.map(({ value }) => source.value(value.name)),
        ({ kind, name }) => (kind === 'input' ? step.inputs.get(name) : undefined),
      );
      const distances = maps.map((map, j) => distance(g, map, step, before[j] as Value, attention[j] as readonly number[]));
      const kept = g.mul(
        distances.reduce((a, b) => g.add(a, b)),
        alpha / 2,
      );
      const norms = [...parameters].flatMap(([id, w]) => (head.has(id) ? [g.mul(g.op('ReduceSumSquare', [w], { keepdims: 0 }), beta / 2)] : []));
      return norms.reduce((a, b) => g.add(a, b), kept);
    };
    const reads = maps.map(({ value }) => value);
    return [{ name: 'all', options: withPenalty({ ...base, batchNorm: base.batchNorm ?? 'frozen' }, term, reads) }];
  },
});

/** Mean over the batch of c / s sum_i a_i |F_i - F0_i|^2; tokens that an attention mask does not count are left out. */
function distance(g: Builder, { value, axis, channels }: FeatureMap, { at, inputs }: StepValues, before: Value, attention: readonly number[]): Value {
  const now = at(value.name);
  const sizes = concrete(now.shape, 'A feature map');
  const mask = inputs.get('attention_mask');
  const weights = g.constant(
    tensorOf(
      'float32',
      attention.map((share) => (share * channels) / (sizes[0] as number)),
      [channels, 1],
    ),
  );
  const difference = g.sub(now, before);
  const squares = g.mul(difference, difference);
  if (axis === 2 && mask && mask.shape.length === 2 && mask.shape[1] === sizes[1]) {
    const counted = g.cast(mask, 'float32');
    const each = g.squeeze(g.matMul(squares, weights), [2]);
    return g.sum(g.div(g.sum(g.mul(each, counted), [1]), g.max(g.sum(counted, [1]), 1)));
  }
  const places = sizes.reduce((product, size, i) => (i === 0 || i === axis ? product : product * size), 1);
  const axes = [...sizes.keys()].filter((i) => i !== axis);
  return g.div(g.sum(g.mul(g.sum(squares, axes), g.reshape(weights, [channels]))), places);
}
