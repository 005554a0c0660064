// A model -> the values between its blocks that hold a map for each channel. Called by `delta`.

import { isFloat } from '../../core/dtype.ts';
import { fail } from '../../core/errors.ts';
import { channelAxes } from '../../graph/channel-axis.ts';
import type { Value } from '../../graph/graph.ts';
import type { Model } from '../../nn/model.ts';

/** Values `[N, ...]` of the model's graph, and which axis counts their channels. */
export interface FeatureMap {
  readonly value: Value;
  readonly axis: number;
  readonly channels: number;
}

/**
 * The last map of a block, for `count` blocks of those before the head, evenly spread, the last among them. A block is a shared group; its last map is
 * what all that comes after goes through. Its nodes tell which axis counts the channels: of images `[N, C, ...]` the first, of tokens `[N, L, D]` the last.
 * @throws GraftError `invalid-argument` for a model without such maps.
 */
export function featureMaps(model: Model, count: number): FeatureMap[] {
  const cuts = cutsOf(model);
  const starts = groupStarts(model);
  const last = starts.flatMap((start, i) => cuts.filter(({ at }) => at >= start && at < (starts[i + 1] ?? Number.POSITIVE_INFINITY)).slice(-1));
  if (last.length === 0) {
    const remedy = 'take another strategy, such as `l2-sp` or `bss`';
    fail(
      'invalid-argument',
      `Strategy \`delta\` compares feature maps, and none of model \`${model.name}\` lies between its shared layers: ${remedy}.`,
    );
  }
  const taken = Math.min(count, last.length);
  return Array.from({ length: taken }, (_, i) => last[Math.floor(((i + 1) * last.length) / taken) - 1] as (typeof last)[number]);
}

/** Where each shared group begins: the first node that reads one of its members. */
function groupStarts({ graph, groups }: Model): number[] {
  const shared = groups.filter(({ kind }) => kind === 'shared').map(({ members }) => new Set(members));
  const starts = shared.map((members) =>
    graph.nodes.findIndex(({ inputs }) => inputs.some((value) => value?.id !== undefined && members.has(value.id))),
  );
  return starts.filter((start) => start >= 0).toSorted((a, b) => a - b);
}

/** Maps that everything computed later from inputs and parameters goes through, up to the features. */
function cutsOf({ graph, features, logits }: Model): (FeatureMap & { readonly at: number })[] {
  const [fromInputs, fromParameters] = [new Set(graph.ofKind('input')), new Set([...graph.ofKind('parameter'), ...graph.ofKind('buffer')])];
  const lastUse = new Map<Value, number>([[logits, graph.nodes.length]]);
  graph.nodes.forEach(({ inputs, outputs }, at) => {
    for (const set of [fromInputs, fromParameters]) {
      if (inputs.some((value) => value && set.has(value))) for (const value of outputs) if (value) set.add(value);
    }
    for (const value of inputs) if (value && lastUse.get(value) !== graph.nodes.length) lastUse.set(value, at);
  });
  const axisOf = channelAxes(graph);
  const open = new Set<Value>();
  const end = graph.nodes.findIndex(({ outputs }) => outputs.includes(features));
  return graph.nodes.slice(0, end + 1).flatMap(({ outputs }, at) => {
    for (const value of outputs) if (value && fromInputs.has(value) && fromParameters.has(value) && (lastUse.get(value) ?? -1) > at) open.add(value);
    for (const value of open) if ((lastUse.get(value) as number) <= at) open.delete(value);
    const [only] = open;
    if (open.size !== 1 || !only || !outputs.includes(only) || !isFloat(only.dtype)) return [];
    const rank = only.shape.length;
    const axis = axisOf(only);
    const channels = only.shape[axis];
    const pooled = only.shape.every((size, i) => i === 0 || i === axis || size === 1);
    return rank >= 3 && typeof channels === 'number' && channels > 1 && !pooled ? [{ value: only, axis, channels, at }] : [];
  });
}
