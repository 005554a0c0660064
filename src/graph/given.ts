// A graph -> the rest of it behind values that are given: what they were computed from goes. Called where features come from a cache.
import type { Graph, Node, Value } from './graph.ts';
import { type Rewritten, rewrite } from './rewrite.ts';

/**
 * Makes inputs, under their own names, of the values called `names`, and drops all that then feeds no output: nodes, inputs, buffers, and parameters
 * but those whose ids are in `keep`.
 * @throws GraftError `invalid-argument` when the graph has no such value.
 */
export function withGiven(graph: Graph, names: readonly string[], keep: ReadonlySet<string>): Rewritten {
  const given = new Set(names.map((name) => graph.value(name)));
  const opened = rewrite(graph, ({ g, node }) => {
    if (!node.outputs.some((value) => value && given.has(value))) return undefined;
    const inputs = node.outputs.map((value) => (value && given.has(value) ? g.input(value.name, value.dtype, value.shape) : undefined));
    // Nobody reads the other outputs.
    return inputs.map((value) => value ?? inputs.find((other) => other));
  });
  const needed = neededFor(opened.graph, () => false);
  const nodes = new Set(Array.from(needed, ({ node }) => node));
  const rest = rewrite(opened.graph, () => undefined, {
    keep: (node) => nodes.has(node),
    drop: (value) => !needed.has(value) && !(value.kind === 'parameter' && keep.has(value.id ?? '')),
  });
  return { graph: rest.graph, map: (value) => rest.map(opened.map(value)) };
}

/** Values that the outputs depend on, themselves included; what those that are `given` depend on is left out. */
export function neededFor(graph: Graph, given: (value: Value) => boolean): Set<Value> {
  const needed = new Set<Value>();
  const open = [...graph.outputs.values()];
  const visited = new Set<Node>();
  for (let value = open.pop(); value; value = open.pop()) {
    needed.add(value);
    const { node } = value;
    if (!node || given(value) || visited.has(node)) continue;
    visited.add(node);
    for (const input of node.inputs) if (input && !needed.has(input)) open.push(input);
  }
  return needed;
}
