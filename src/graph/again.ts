// What a graph computes from one of its values, computed once more from another in its place. Called by losses that look at rows a step aside.
import type { Builder } from './builder.ts';
import type { Value } from './graph.ts';
import { insert } from './insert.ts';

/**
 * `of` as it would be with `other`, of the same type, in the place of `value`: what lies between them is appended anew, and all else, masks by chance too, is shared.
 * It is `of` itself where that does not depend on `value`.
 */
export function again(g: Builder, of: Value, value: Value, other: Value): Value {
  const between = new Set<Value>();
  for (const { inputs, outputs } of g.nodes) {
    if (!inputs.some((input) => input && (input === value || between.has(input)))) continue;
    for (const output of outputs) if (output) between.add(output);
  }
  const bind = (one: Value): Value | undefined => (one === value ? other : between.has(one) ? undefined : one);
  return insert(g, g, [of], bind)[0] as Value;
}
