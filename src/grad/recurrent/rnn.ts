// The gradient of one direction of a simple recurrent layer (Elman 1990), h' = tanh(x W + h R + b) or relu of it.
import type { Value } from '../../graph/graph.ts';
import { atStarts, blocks, type Direction, type DirectionGradients, joined, zerosOf } from './sequence.ts';

/** The slope of either activation can be told from the state itself. Two small nodes a step. */
export function rnn(d: Direction, activation: 'tanh' | 'relu'): DirectionGradients {
  const { g, steps, x, y, w, r, before, valid } = d;
  const slope = activation === 'relu' ? g.mask(g.greater(y, 0), y.dtype) : g.sub(1, g.mul(y, y));
  const slopes = blocks(g, valid ? g.mul(slope, valid) : slope, steps);
  const dz: Value[] = [];
  let later: Value | undefined;
  for (const t of d.order.toReversed()) {
    const dh = later ? g.op('Gemm', [later, r, d.dy[t]]) : (d.dy[t] ?? zerosOf(g, x, d.batch, d.hidden));
    later = g.mul(dh, slopes[t] as Value);
    dz[t] = later;
  }
  const all = joined(g, dz);
  const db = g.sum(all, [0]);
  return {
    dx: g.op('Gemm', [all, w]),
    dw: g.op('Gemm', [all, x], { transA: 1 }),
    dr: g.op('Gemm', [all, before], { transA: 1 }),
    dwb: db,
    drb: db,
    dh0: g.op('Gemm', [atStarts(g, d, all, later as Value), r]),
  };
}
