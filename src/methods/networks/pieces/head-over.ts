// A network's head once more, over other features than those of its own pass. Called by methods whose head plays against what lies before it.
import type { Builder } from '../../../graph/builder.ts';
import type { Value } from '../../../graph/graph.ts';
import { insert } from '../../../graph/insert.ts';
import { ownValue } from '../../../nn/own-values.ts';
import type { DomainValues } from './paired-model.ts';

/**
 * Scores `[N, C]` of features `[N, d]` that stand in the place of the domain's.
 * @param name of this copy, unlike those of others.
 * @param twins parameters in the place of the head's own; default none.
 */
export function headOver(
  g: Builder,
  { features: before, logits }: DomainValues,
  features: Value,
  name: string,
  twins: ReadonlyMap<Value, Value> = new Map(),
): Value {
  const stand = new Map<Value, Value>([[before, features], ...twins]);
  const bind = (value: Value): Value | undefined => {
    const known = stand.get(value);
    if (known || value.kind === 'result') return known;
    // Running statistics follow the batches of one pass.
    const own = value.kind === 'buffer' ? (ownValue(g, value, { name: `${name}:${value.name}`, id: `${name}:${value.id}` }) as Value) : value;
    stand.set(value, own);
    return own;
  };
  return g.scope(name, () => insert(g, g, [logits], bind))[0] as Value;
}
