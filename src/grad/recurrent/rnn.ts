// The gradient of one direction of a simple recurrent layer (Elman 1990), h' = tanh(x W + h R + b) or relu of it.

import type { Value } from '../../graph/graph.ts';
import { blocks } from '../../graph/recurrent-parts.ts';
import { type Direction, type DirectionGradients, throughSums, zerosOf } from './sequence.ts';

/** The slope of either activation can be told from the state itself. Two small nodes a step. */
export function rnn(d: Direction, activation: 'tanh' | 'relu'): DirectionGradients {
  const { g, steps, x, y, r, valid } = d;
  const slope = activation === 'relu' ? g.mask(g.greater(y, 0), y.dtype) : g.sub(1, g.mul(y, y));
  const slopes = blocks(g, valid ? g.mul(slope, valid) : slope, steps);
  const dz: Value[] = [];
  let later: Value | undefined;
  for (const t of d.order.toReversed()) {
    const dh = later ? g.op('Gemm', [later, r, d.dy[t]]) : (d.dy[t] ?? zerosOf(g, x, d.batch, d.hidden));
    later = g.mul(dh, slopes[t] as Value);
    dz[t] = later;
  }
  return throughSums(d, dz, later as Value);
}
