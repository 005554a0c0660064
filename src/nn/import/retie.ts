// An embedding that is the output layer too, once folding has stored its transpose beside it: the copy goes, the table is used in both places.
// Called by `modelOf`.
import type { Graph, Value } from '../../graph/graph.ts';
import { copyNode, type Rewritten, rewrite } from '../../graph/rewrite.ts';

/** Puts the transpose of a table of embeddings in place of each matrix of an output layer that holds the same numbers. */
export function retie(graph: Graph, movable: ReadonlySet<Value>): Rewritten {
  const used = (ops: readonly string[], i: number): Value[] => [
    ...new Set(graph.nodes.flatMap(({ op, inputs }) => (ops.includes(op) && inputs[i] && movable.has(inputs[i]) ? [inputs[i]] : []))),
  ];
  const tables = used(['Gather'], 0);
  const copies = new Map(
    used(['MatMul', 'Gemm'], 1).flatMap((matrix) => {
      const table = tables.find((candidate) => isTransposed(candidate, matrix));
      return table ? [[matrix, table] as const] : [];
    }),
  );
  const made = new Map<Value, Value>();
  return rewrite(graph, ({ g, node, inputs }) => {
    if (!node.inputs.some((value) => value && copies.has(value))) return undefined;
    const shared = node.inputs.map((value, i) => {
      const table = value && copies.get(value);
      if (!table) return inputs[i];
      const transposed = made.get(table) ?? g.transpose(g.value(table.name), [1, 0]);
      made.set(table, transposed);
      return transposed;
    });
    return copyNode(g, node, shared).outputs;
  });
}

/** Whether `b` is the transpose of `a`, and of numbers so varied that this is no chance. */
function isTransposed({ data: a }: Value, { data: b }: Value): boolean {
  if (!a || !b || a.dims.length !== 2 || b.dims.length !== 2 || a.dims[0] !== b.dims[1] || a.dims[1] !== b.dims[0]) return false;
  const [rows = 0, columns = 0] = a.dims;
  const [x, y] = [a.data as Float32Array, b.data as Float32Array];
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) if (x[i * columns + j] !== y[j * rows + i]) return false;
  return x.some((value) => value !== x[0]);
}
