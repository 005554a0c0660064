// Composite ops to runnable nodes, per device. `lower(graph)` is the last pass before a graph is written for ONNX Runtime.
import { fail } from '../core/errors.ts';
import { attrsOf, type Graph, type Node, type Value } from '../graph/graph.ts';
import { type Rewritten, rewrite } from '../graph/rewrite.ts';
import { GRAFT_DOMAIN } from '../graph/schema/index.ts';
import type { Lower, Lowering } from './lowering.ts';
import { plain } from './plain/index.ts';

const lowerings = { plain } satisfies Record<string, Lowering>;
export type LoweringName = keyof typeof lowerings;

/**
 * Replaces every composite op by nodes that `name`'s devices run. `plain` is standard ONNX and runs everywhere; it is the
 * reference that any other lowering is proved equal to.
 */
export function lower(graph: Graph, name: LoweringName = 'plain'): Rewritten {
  const table: Readonly<Record<string, Lower>> = lowerings[name];
  const shared = new Map<string, Value>();
  const readers = new Map<Value, Node[]>();
  for (const node of graph.nodes) for (const value of new Set(node.inputs)) if (value) readers.set(value, [...(readers.get(value) ?? []), node]);
  return rewrite(graph, (context) => {
    const { node, g, inputs } = context;
    const composite = node.domain === GRAFT_DOMAIN;
    const body = composite || node.domain === '' ? table[node.op] : undefined;
    if (!body) return composite ? fail('internal', `The ${name} lowering has no entry for ${node.op} (node \`${node.name}\`).`) : undefined;
    return g.scope(node.name, () =>
      body({
        ...context,
        attrs: attrsOf(node) as never,
        x: inputs as never,
        shared,
        siblings: readers.get(node.inputs[0] as Value) ?? [],
        shape: (value) => value.shape as readonly number[],
      }),
    );
  });
}
