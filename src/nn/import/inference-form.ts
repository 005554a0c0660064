// A graph as a file has it -> as it runs at inference: what only training uses goes, and outputs that nothing reads. Called by `modelOf`.
import { fail } from '../../core/errors.ts';
import { attrsOf, type Graph, type Node, type Value } from '../../graph/graph.ts';
import { copyNode, type Rewritten, rewrite } from '../../graph/rewrite.ts';
import { schemaOf } from '../../graph/schema/index.ts';

/**
 * Brings batch norm and dropout of a file that was exported for training to inference; a step of training puts its own in their place. Optional outputs
 * behind the last one that is read are left out of every node, so that passes see only what is asked for.
 * @throws GraftError `unsupported-op` where the scores depend on the next running statistics or on a mask.
 */
export function inferenceForm(graph: Graph): Rewritten {
  const readers = new Map<Value, Node>();
  for (const node of graph.nodes) for (const value of node.inputs) if (value) readers.set(value, node);
  const results = new Set(graph.outputs.values());
  return rewrite(graph, ({ g, node, inputs }) => {
    const optional = schemaOf(node.domain, node.op)?.outputs.map((name) => name.endsWith('?')) ?? [];
    const last = node.outputs.findLastIndex((value, i) => value && (!optional[i] || readers.has(value) || results.has(value)));
    const outputs = node.outputs.slice(0, Math.max(0, last) + 1);
    const lean = { ...node, outputs };
    const form = node.domain === '' ? FORMS[node.op] : undefined;
    if (!form) return outputs.length === node.outputs.length ? undefined : copyNode(g, lean, inputs).outputs;
    const extra = outputs.slice(1).find((value) => value !== undefined);
    if (extra) {
      const reader = readers.get(extra);
      const by = reader ? `by ${reader.op} node \`${reader.name}\`` : 'as an output';
      fail(
        'unsupported-op',
        `${node.op} node \`${node.name}\` gives \`${extra.name}\`, ${form.what}, which is read ${by}; Graft follows its first output only. Export the model for inference.`,
      );
    }
    return copyNode(g, { ...lean, attrs: form.attrs(node) }, inputs.slice(0, form.inputs)).outputs;
  });
}

/** Ops that compute something else in training: what they are at inference. */
const FORMS: Readonly<Record<string, { readonly inputs: number; readonly what: string; attrs(node: Node): Node['attrs'] }>> = {
  BatchNormalization: {
    inputs: 5,
    what: 'a running statistic after the step',
    attrs: (node) => {
      const { epsilon, momentum } = attrsOf(node) as { epsilon: number; momentum: number };
      return { epsilon, momentum };
    },
  },
  Dropout: { inputs: 2, what: 'its mask', attrs: () => ({}) },
};
