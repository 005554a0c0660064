// Ops put as the simpler nodes they stand for. In: a forward graph of known sizes that will be differentiated. Called where a training step is built.
import { fail } from '../core/errors.ts';
import { numbersIn } from '../graph/elements.ts';
import { Attention } from '../graph/expand/attention.ts';
import { Einsum } from '../graph/expand/einsum.ts';
import type { Expand } from '../graph/expand/expansion.ts';
import { attrsOf } from '../graph/graph.ts';
import { type Rewritten, rewrite } from '../graph/rewrite.ts';
import { concrete } from '../graph/types.ts';

/** Where the gradient would compute anew what the op's own kernel keeps to itself. */
const early: Readonly<Record<string, Expand>> = { Attention, Einsum };

/** Puts the expansion in place of each op that is better differentiated so: forward pass and gradient then share what lies between. */
export function expanded(graph: Parameters<typeof rewrite>[0]): Rewritten {
  return rewrite(graph, ({ g, node, inputs }) => {
    const expand = node.domain === '' ? early[node.op] : undefined;
    if (!expand) return undefined;
    const values = g.scope(node.name, () =>
      expand({
        g,
        node,
        inputs,
        attrs: attrsOf(node) as never,
        shape: (value) => concrete(value.shape, `\`${value.name}\``),
        constant: (i) => numbersIn(inputs[i]) ?? fail('unsupported-gradient', `${node.op} node \`${node.name}\`: input ${i} must be a constant.`),
      }),
    );
    return node.outputs.every((output, i) => !output || values[i]) ? values : undefined;
  });
}
