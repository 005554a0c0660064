// Constants in place of what computes them from constants and known sizes: shape arithmetic, once the sizes are bound. Called before a graph is
// differentiated, so that rules find their axes and sizes as constants.
import { type DType, dtypes } from '../core/dtype.ts';
import { type Tensor, tensorOf } from '../core/tensor.ts';
import { numbersOf } from './elements.ts';
import type { Graph, Value } from './graph.ts';
import { type Rewritten, rewrite } from './rewrite.ts';

/** The largest numbers that a double holds and 64 bits do not overflow. */
const MOST = 2 ** 63 - 1024;

/** Puts a constant in place of each result whose elements are all known. What only fed those stays until `prune` drops it. */
export function foldConstants(graph: Graph): Rewritten {
  return rewrite(graph, ({ g, node }) => {
    const folded = node.outputs.map((value) => value && folding(value));
    if (!folded.every((data, i) => data !== undefined || node.outputs[i] === undefined)) return undefined;
    return folded.map((data, i) => data && g.constant(data, (node.outputs[i] as Value).name));
  });
}

function folding({ dtype, shape, elements }: Value): Tensor | undefined {
  const numbers = numbersOf(elements);
  if (!numbers || numbers.some((number) => !holds(dtype, number))) return undefined;
  return tensorOf(
    dtype,
    numbers.map((number) => Math.max(-MOST, Math.min(MOST, number))),
    shape as readonly number[],
  );
}

/** 16-bit floats are kept as bits, which numbers are not. */
function holds(dtype: DType, number: number): boolean {
  if (dtype === 'float16' || dtype === 'bfloat16') return false;
  return dtypes[dtype].kind === 'float' || Number.isFinite(number);
}
