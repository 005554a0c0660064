// Composite ops to runnable nodes, per device. `lower(graph)` is the last pass before a graph is written for ONNX Runtime.
import { fail } from '../core/errors.ts';
import { attrsOf, type Graph, type Node, type Value } from '../graph/graph.ts';
import { inTurn, prune, type Rewritten, rewrite } from '../graph/rewrite.ts';
import { GRAFT_DOMAIN } from '../graph/schema/index.ts';
import { blocked } from './blocked/index.ts';
import { type BlockLayout, Blocks, type LowerBlocked } from './blocked/layout.ts';
import { explicitPools } from './explicit-pools.ts';
import type { Lower } from './lowering.ts';
import { stepMasks } from './masks.ts';
import { plain } from './plain/index.ts';
import { joinedReshapes } from './reshapes.ts';

/**
 * Replaces every composite op by nodes that ONNX Runtime runs. Without a layout these are standard ONNX and run everywhere: the reference. With the
 * blocked layout of this machine, convolutions and what lies between them use its blocked kernels; the numbers are the same but for rounding.
 */
export function lower(graph: Graph, layout?: BlockLayout): Rewritten {
  const table: Readonly<Record<string, Lower>> = plain;
  const prepared = inTurn(graph, [stepMasks, explicitPools]);
  const shared = new Map<string, Value>();
  const readers = new Map<Value, Node[]>();
  for (const node of prepared.graph.nodes)
    for (const value of new Set(node.inputs)) if (value) readers.set(value, [...(readers.get(value) ?? []), node]);
  const results = new Set(prepared.graph.outputs.values());
  let blocks: Blocks | undefined;
  const lowered = rewrite(prepared.graph, (context) => {
    const { node, g, inputs } = context;
    const composite = node.domain === GRAFT_DOMAIN;
    const known = composite || node.domain === '';
    const body = known ? table[node.op] : undefined;
    const ownLayout = layout && known ? (blocked[node.op] as LowerBlocked | undefined) : undefined;
    if (!body && !ownLayout) return composite ? fail('internal', `No lowering has an entry for ${node.op} (node \`${node.name}\`).`) : undefined;
    const full = {
      ...context,
      attrs: attrsOf(node) as never,
      x: inputs as never,
      shared,
      siblings: readers.get(node.inputs[0] as Value) ?? [],
      isResult: (i: number) => results.has(node.outputs[i] as Value),
      shape: (value: Value) => value.shape as readonly number[],
    };
    return g.scope(node.name, () => {
      if (layout && ownLayout) {
        blocks ??= new Blocks(g, layout);
        const only = (i: number) => readers.get(node.inputs[i] as Value)?.length === 1 && !results.has(node.inputs[i] as Value);
        const values = ownLayout({ ...full, b: blocks, only });
        if (values) return values;
      }
      return body?.(full);
    });
  });
  // Comparisons that became masks are left over, and every blocked value has a plain form that mostly nothing reads.
  const rest = inTurn(lowered.graph, [joinedReshapes, (whole) => prune(whole)]);
  return { graph: rest.graph, map: (value) => rest.map(lowered.map(prepared.map(value))) };
}
