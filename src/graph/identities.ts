// Drops nodes that pass on what they are given: Identity, casts to the type that a value has. Called when a file is made a model.
import type { Graph } from './graph.ts';
import { type Rewritten, rewrite } from './rewrite.ts';

/** A graph without Identity nodes and idle casts. Dropout stays: it does nothing at inference, but training puts it to work. */
export function withoutIdentities(graph: Graph): Rewritten {
  return rewrite(graph, ({ node, inputs: [x] }) => {
    const idle = node.domain === '' && (node.op === 'Identity' || (node.op === 'Cast' && node.outputs[0]?.dtype === x?.dtype));
    return idle ? [x] : undefined;
  });
}
