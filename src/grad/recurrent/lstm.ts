// The gradient of one direction of an LSTM (Hochreiter & Schmidhuber 1997, with forget gates as in Gers et al. 2000), gates in ONNX's order i, o, f, c.
import type { Value } from '../../graph/graph.ts';
import { blocks, type Direction, type DirectionGradients, gatesOf, joined, throughSums, zerosOf } from './sequence.ts';

/**
 * All gates at once from the states that ONNX Runtime computed; cell states by c' = f c + i g, step by step; then back through time:
 * dh = dz' R + dy, dc = dc' f' + dh o (1 - tanh(c)^2), dz = (dc, dh, dc, dc) times slopes that are ready before. Six small nodes a step.
 */
export function lstm(d: Direction): DirectionGradients {
  const { g, steps, order, x, w, r, before, valid } = d;
  const bias = d.wb && d.rb ? g.add(d.wb, d.rb) : undefined;
  const z = g.op('Gemm', [before, r, g.op('Gemm', [x, w, bias], { transB: 1 })], { transB: 1 });
  const [zi, zo, zf, zc] = gatesOf(g, z, 4) as [Value, Value, Value, Value];
  const [i, o, f, c] = [g.sigmoid(zi), g.sigmoid(zo), g.sigmoid(zf), g.tanh(zc)];
  const within = (value: Value) => (valid ? g.mul(value, valid) : value);
  // Behind the end of a sequence the cell holds what it has.
  const kept = blocks(g, valid ? g.add(within(f), g.sub(1, valid)) : f, steps);
  const [cells, cellsBefore] = cellStates(d, kept, blocks(g, within(g.mul(i, c)), steps));
  const squashed = g.tanh(cells);
  const slope = (gate: Value) => g.mul(gate, g.sub(1, gate));
  const slopes = within(g.concat([g.mul(c, slope(i)), g.mul(squashed, slope(o)), g.mul(cellsBefore, slope(f)), g.mul(i, g.sub(1, g.mul(c, c)))], 1));
  const factors = blocks(g, slopes, steps);
  const through = blocks(g, within(g.mul(o, g.sub(1, g.mul(squashed, squashed)))), steps);

  const dz: Value[] = [];
  let carry = d.dc;
  let later: Value | undefined;
  for (const t of order.toReversed()) {
    const dh = later ? g.op('Gemm', [later, r, d.dy[t]]) : (d.dy[t] ?? zerosOf(g, x, d.batch, d.hidden));
    const reached = g.mul(dh, through[t] as Value);
    const dc = carry ? g.add(carry, reached) : reached;
    later = g.mul(g.concat([dc, dh, dc, dc], 1), factors[t] as Value);
    carry = g.mul(dc, kept[t] as Value);
    dz[t] = later;
  }
  return { ...throughSums(d, dz, later as Value), dc0: carry as Value };
}

/** The cell's state behind and before each step. */
function cellStates({ g, order, c0, x, batch, hidden }: Direction, kept: readonly Value[], added: readonly Value[]): [Value, Value] {
  const after: Value[] = [];
  const before: Value[] = [];
  let cell = c0;
  for (const t of order) {
    before[t] = cell ?? zerosOf(g, x, batch, hidden);
    const own = added[t] as Value;
    cell = cell ? g.add(g.mul(cell, kept[t] as Value), own) : own;
    after[t] = cell;
  }
  return [joined(g, after), joined(g, before)];
}
