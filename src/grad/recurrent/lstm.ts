// The gradient of one direction of an LSTM (Hochreiter & Schmidhuber 1997, with forget gates as in Gers et al. 2000), gates in ONNX's order i, o, f, c.
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { blocks, joined, orderOf } from '../../graph/recurrent-parts.ts';
import type { LSTMSteps } from '../../graph/schema/composite.ts';
import type { AttrsOf, OpSchema } from '../../graph/schema/schema.ts';
import type { RuleContext } from '../rule.ts';
import { type Direction, type DirectionGradients, gatesOf, shifted, throughSums, zerosOf } from './sequence.ts';

type StepsAttrs = typeof LSTMSteps extends OpSchema<infer A> ? AttrsOf<A> : never;

/** All gates at once from the states that ONNX Runtime computed, and cell states by c' = f c + i g, step by step; then back through time. */
export function lstm(d: Direction): DirectionGradients {
  const { g, steps, x, w, r, before, valid } = d;
  const bias = d.wb && d.rb ? g.add(d.wb, d.rb) : undefined;
  const z = g.op('Gemm', [before, r, g.op('Gemm', [x, w, bias], { transB: 1 })], { transB: 1 });
  const [zi, zo, zf, zc] = gatesOf(g, z, 4) as [Value, Value, Value, Value];
  const [i, o, f, c] = [g.sigmoid(zi), g.sigmoid(zo), g.sigmoid(zf), g.tanh(zc)];
  // Behind the end of a sequence the cell holds what it has.
  const kept = blocks(g, valid ? g.add(within(d, f), g.sub(1, valid)) : f, steps);
  const [cells, cellsBefore] = cellStates(d, kept, blocks(g, within(d, g.mul(i, c)), steps));
  return throughTime(d, { i, o, f, c, kept, cells, cellsBefore });
}

/** Of all steps, `[T B, H]`, but `kept` by step: what of a cell's state stays in it. */
interface Gates {
  readonly i: Value;
  readonly o: Value;
  readonly f: Value;
  readonly c: Value;
  readonly kept: readonly Value[];
  readonly cells: Value;
  readonly cellsBefore: Value;
  /** By step, what else reaches the cells, `[B, H]`, and the sums within the gates, `[B, 4 H]`. */
  readonly toCells?: readonly Value[] | undefined;
  readonly toSums?: readonly Value[] | undefined;
}

/** dh = dz' R + dy, dc = dc' f' + dh o (1 - tanh(c)^2), dz = (dc, dh, dc, dc) times slopes that are ready before. Six small nodes a step. */
function throughTime(d: Direction, { i, o, f, c, kept, cells, cellsBefore, toCells, toSums }: Gates): DirectionGradients {
  const { g, steps, order, x, r } = d;
  const squashed = g.tanh(cells);
  const slopes = within(
    d,
    g.concat([g.mul(c, slope(g, i)), g.mul(squashed, slope(g, o)), g.mul(cellsBefore, slope(g, f)), g.mul(i, g.sub(1, g.mul(c, c)))], 1),
  );
  const factors = blocks(g, slopes, steps);
  const through = blocks(g, within(d, g.mul(o, g.sub(1, g.mul(squashed, squashed)))), steps);
  const plus = (value: Value, more: Value | undefined) => (more ? g.add(value, more) : value);

  const dz: Value[] = [];
  let carry = d.dc;
  let later: Value | undefined;
  for (const t of order.toReversed()) {
    const dh = later ? g.op('Gemm', [later, r, d.dy[t]]) : (d.dy[t] ?? zerosOf(g, x, d.batch, d.hidden));
    const reached = plus(g.mul(dh, through[t] as Value), toCells?.[t]);
    const dc = plus(reached, carry);
    later = plus(g.mul(g.concat([dc, dh, dc, dc], 1), factors[t] as Value), toSums?.[t]);
    carry = g.mul(dc, kept[t] as Value);
    dz[t] = later;
  }
  return { ...throughSums(d, dz, later as Value), dc0: carry as Value };
}

/** Nothing behind the end of a sequence. */
const within = ({ g, valid }: Direction, value: Value) => (valid ? g.mul(value, valid) : value);

/** s (1 - s), the slope of a sigmoid by its value. */
const slope = (g: Builder, s: Value) => g.mul(s, g.sub(1, s));

/** The gradient of LSTMSteps, whose gates and cells are at hand; they carry gradients where the gradient is differentiated again. */
export function lstmSteps({ g, x: given, y: [y, gates, candidates, cells], dys, attrs, shape, has }: RuleContext<StepsAttrs>) {
  const [x, w, r] = given;
  const [steps, batch, width] = shape(x) as [number, number, number];
  const hidden = shape(r)[1] as number;
  const reverse = attrs.reverse === 1;
  const order = orderOf(steps, reverse);
  const flat = (value: Value, columns = hidden) => g.reshape(value, [steps * batch, columns]);
  const [h0, c0] = [has(4) ? given[4] : undefined, has(5) ? given[5] : undefined];
  const behind = (value: Value, first: Value | undefined) => shifted(g, flat(value), first, { steps, batch, hidden, reverse, starts: undefined });
  const [dY, dGates, dCandidates, dCells] = dys;
  const [all, c] = [flat(gates, 3 * hidden), flat(candidates)];
  const [i, o, f] = gatesOf(g, all, 3) as [Value, Value, Value];
  const direction: Direction = {
    g,
    steps,
    batch,
    hidden,
    order,
    x: flat(x, width),
    w,
    r,
    wb: undefined,
    rb: undefined,
    y: flat(y),
    before: behind(y, h0),
    c0,
    valid: undefined,
    starts: undefined,
    dy: dY ? blocks(g, flat(dY), steps) : [],
    dc: undefined,
  };
  const sums = () => [
    dGates ? g.mul(flat(dGates, 3 * hidden), slope(g, all)) : zerosOf(g, x, steps * batch, 3 * hidden),
    dCandidates ? g.mul(flat(dCandidates), g.sub(1, g.mul(c, c))) : zerosOf(g, x, steps * batch, hidden),
  ];
  const { dx, dw, dr, dwb, dh0, dc0 } = throughTime(direction, {
    i,
    o,
    f,
    c,
    kept: blocks(g, f, steps),
    cells: flat(cells),
    cellsBefore: behind(cells, c0),
    toCells: dCells && blocks(g, flat(dCells), steps),
    toSums: dGates || dCandidates ? blocks(g, g.concat(sums(), 1), steps) : undefined,
  });
  return [g.reshape(dx, [steps, batch, width]), dw, dr, has(3) ? dwb : undefined, h0 && dh0, c0 && dc0];
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
