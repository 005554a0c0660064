// Masks of the gradient, 1 where a value is beyond a number and 0 elsewhere, in one pass over memory. First part of every lowering.
import { numbersIn } from '../graph/elements.ts';
import type { Graph, Node, Value } from '../graph/graph.ts';
import { type Rewritten, rewrite } from '../graph/rewrite.ts';

/** Steep enough that the next float after a bound, of any size that a bound has, gives 1; a power of two, so that products are exact. */
const STEEP = 2 ** 80;

/**
 * Puts clip(s x - s c, 0, 1) with a large s in place of Cast(x > c), which is 0 up to c and 1 from the next number on: one pass where a comparison and
 * a cast are two. Only for x in float32; less than 2^-80 above c = 0 it is between 0 and 1.
 */
export function stepMasks(graph: Graph): Rewritten {
  return rewrite(graph, ({ g, node, map }) => {
    const compared = node.op === 'Cast' && node.domain === '' && node.outputs[0]?.dtype === 'float32' ? node.inputs[0]?.node : undefined;
    const bound = compared && boundOf(compared);
    if (!bound) return undefined;
    const slope = compared.op === 'Greater' ? STEEP : -STEEP;
    return g.append('HardSigmoid', [map(bound.x)], { alpha: slope, beta: bound.at === 0 ? 0 : -slope * bound.at }, { name: node.name }).outputs;
  });
}

/** x and c of a comparison x > c or x < c with a number. */
function boundOf({ domain, op, inputs: [x, bound] }: Node): { x: Value; at: number } | undefined {
  if (domain !== '' || (op !== 'Greater' && op !== 'Less') || x?.dtype !== 'float32' || bound?.shape.length !== 0) return undefined;
  const at = numbersIn(bound)?.[0];
  return at !== undefined && (at === 0 || (Math.abs(at) > 1e-3 && Math.abs(at) < 1e6)) ? { x, at } : undefined;
}
