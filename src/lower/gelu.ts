// x Phi(x) spelled out, as exporters write it, to one Gelu. In: a forward graph that will be differentiated. Called where a training step is built.
import { numbersIn } from '../graph/elements.ts';
import type { Graph, Node, Value } from '../graph/graph.ts';
import { type Rewritten, rewrite } from '../graph/rewrite.ts';

/** How far a constant may lie from the number it stands for: exporters round. */
const CLOSE = 1e-4;

/** Puts Gelu in place of x (1 + erf(x / sqrt 2)) / 2, in whatever order its factors are multiplied: one pass over memory, and a shorter gradient. */
export function fusedGelu(graph: Graph): Rewritten {
  const readers = new Map<Value, number>();
  for (const { inputs } of graph.nodes) for (const value of inputs) if (value) readers.set(value, (readers.get(value) ?? 0) + 1);
  for (const value of graph.outputs.values()) readers.set(value, (readers.get(value) ?? 0) + 1);
  const inner = (value: Value) => readers.get(value) === 1;
  return rewrite(graph, ({ g, node, map }) => {
    const x = node.outputs[0]?.dtype === 'float32' ? geluOf(node, inner) : undefined;
    return x && [g.append('Gelu', [map(x)], {}, { name: node.name }).outputs[0]];
  });
}

/** x, where `node` is the last product of such an expression whose parts nothing else reads. */
function geluOf(node: Node, inner: (value: Value) => boolean): Value | undefined {
  const factors = factorsOf(node, inner);
  if (factors?.length !== 3) return undefined;
  const half = factors.findIndex((factor) => isNumber(factor, 0.5));
  const rest = factors.filter((_, i) => i !== half);
  if (half < 0) return undefined;
  for (const [x, sum] of [rest, rest.toReversed()] as [Value, Value][]) if (inner(sum) && isOnePlusErf(sum, x, inner)) return x;
  return undefined;
}

/** The factors of a product, through products that only it reads. */
function factorsOf(node: Node, inner: (value: Value) => boolean): Value[] | undefined {
  if (node.domain !== '' || node.op !== 'Mul') return undefined;
  return node.inputs.flatMap((value) => {
    const factor = value as Value;
    return (factor.node && inner(factor) && factorsOf(factor.node, inner)) || [factor];
  });
}

/** Whether `sum` is 1 + erf(x / sqrt 2). */
function isOnePlusErf(sum: Value, x: Value, inner: (value: Value) => boolean): boolean {
  const terms = sum.node?.op === 'Add' ? sum.node.inputs : [];
  const erf = terms.find((term) => term?.node?.op === 'Erf');
  if (!erf || !inner(erf) || !terms.some((term) => isNumber(term, 1))) return false;
  const scaled = erf.node?.inputs[0];
  const [a, b] = scaled?.node?.inputs ?? [];
  if (!scaled || !inner(scaled)) return false;
  if (scaled.node?.op === 'Div') return a === x && isNumber(b, Math.SQRT2);
  return scaled.node?.op === 'Mul' && ((a === x && isNumber(b, Math.SQRT1_2)) || (b === x && isNumber(a, Math.SQRT1_2)));
}

function isNumber(value: Value | undefined, number: number): boolean {
  const numbers = numbersIn(value);
  return numbers?.length === 1 && Math.abs((numbers[0] as number) - number) < CLOSE;
}
