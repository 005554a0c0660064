// Part of one graph copied into another: a second network beside the one that trains, or the same one over another batch. Called by penalties.
import { fail } from '../core/errors.ts';
import type { Builder } from './builder.ts';
import type { Graph, Value } from './graph.ts';
import { schemaOf } from './schema/index.ts';

/**
 * Appends to `g` what of `source` the values `wanted` need, under names of its own, and returns their copies. `bind` gives the value of `g` that stands
 * for one of `source`: for its inputs at least. Other stored values become constants, with the data that `source` has.
 * @throws GraftError `invalid-argument` when an input is needed that `bind` gives nothing for.
 */
export function insert(g: Builder, source: Graph, wanted: readonly Value[], bind: (value: Value) => Value | undefined): Value[] {
  const bound = new Map<Value, Value>();
  const needed = new Set<Value>();
  const need = (value: Value) => {
    const given = bind(value);
    if (given) bound.set(value, given);
    else needed.add(value);
  };
  for (const value of wanted) need(value);
  const nodes = source.nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((value) => value && needed.has(value))) return false;
      for (const value of node.inputs) if (value && !bound.has(value)) need(value);
      return true;
    })
    .toReversed();
  for (const value of needed) if (value.kind !== 'result') bound.set(value, stored(g, value));
  for (const node of nodes) {
    const copy = g.append(
      node.op,
      node.inputs.map((value) => value && bound.get(value)),
      node.attrs,
      {
        domain: node.domain,
        name: g.fresh(node.name),
        outputs: node.outputs.map((value) => (value ? g.fresh(value.name) : '')),
        ...(node.attrTypes && { attrTypes: node.attrTypes }),
        ...(schemaOf(node.domain, node.op) === undefined && { types: node.outputs.map((value) => value ?? { dtype: 'float32', shape: [] }) }),
      },
    );
    node.outputs.forEach((value, i) => {
      if (value && !bound.has(value)) bound.set(value, copy.outputs[i] as Value);
    });
  }
  return wanted.map((value) => bound.get(value) ?? fail('internal', `\`${value.name}\` was not copied.`));
}

function stored(g: Builder, { name, kind, data }: Value): Value {
  return data ? g.constant(data, g.fresh(name)) : fail('invalid-argument', `The ${kind} \`${name}\` is needed, and nothing stands for it.`);
}
