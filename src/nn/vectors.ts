// What a model knows of each example as one vector: where penalties on features, and comparisons of domains, look. Called by methods.

import { isFloat } from '../core/dtype.ts';
import { fail } from '../core/errors.ts';
import type { Value } from '../graph/graph.ts';
import { formatShape } from '../graph/types.ts';
import type { Model } from './model.ts';

/**
 * The value `[N, d]` of the model's graph that the head's first layer reads: the features themselves, or what pooling in the head makes of them.
 * @throws GraftError `invalid-shape` when nothing between the features and the head's parameters is one vector for each example.
 */
export function vectorsOf({ name, graph, features, groups }: Model): Value {
  const head = new Set(groups.flatMap(({ kind, members }) => (kind === 'head' ? members : [])));
  const [seen, tainted] = [new Set<Value>([features]), new Set<Value>()];
  let found = isVector(features) ? features : undefined;
  for (const { inputs, outputs } of graph.nodes) {
    const bodies = inputs.some((value) => value && seen.has(value));
    const heads = inputs.some((value) => value && (head.has(value.id ?? '') || tainted.has(value)));
    for (const value of outputs) {
      if (!value || seen.has(value)) continue;
      if (heads) tainted.add(value);
      else if (bodies) seen.add(value);
      if (!heads && bodies && isVector(value)) found = value;
    }
  }
  return (
    found ?? fail('invalid-shape', `The features ${formatShape(features.shape)} of model \`${name}\` do not become one vector for each example.`)
  );
}

function isVector({ dtype, shape }: Value): boolean {
  return isFloat(dtype) && shape.length === 2 && shape[1] !== 1;
}
