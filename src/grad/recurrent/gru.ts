// The gradient of one direction of a GRU (Cho et al. 2014), gates in ONNX's order z, r, h. `reset first` and `reset last` are ONNX's
// linear_before_reset 0 and 1; PyTorch has the latter.

import type { Value } from '../../graph/graph.ts';
import { blocks, joined } from '../../graph/recurrent-parts.ts';
import { atStarts, type Direction, type DirectionGradients, gatesOf, zerosOf } from './sequence.ts';

/** By h' = (1 - z) n + z h: slopes of z's and n's inputs, per unit of dh'. */
function slopes({ g, before, valid }: Direction, z: Value, n: Value) {
  const within = (value: Value) => (valid ? g.mul(value, valid) : value);
  return {
    update: within(g.mul(g.sub(before, n), g.mul(z, g.sub(1, z)))),
    candidate: within(g.mul(g.sub(1, z), g.sub(1, g.mul(n, n)))),
    kept: within(z),
  };
}

/** Back through time: `step` gives the gradient that leaves step t to the state before it, from that of its own state. */
function back(d: Direction, step: (t: number, dh: Value) => Value | readonly [product: Value, factor: Value, sum: Value]): Value {
  const { g } = d;
  let leaving: ReturnType<typeof step> | undefined;
  const arrived = (dy: Value | undefined): Value => {
    if (!leaving) return dy ?? zerosOf(g, d.x, d.batch, d.hidden);
    if (!('length' in leaving)) return dy ? g.add(leaving, dy) : leaving;
    const [product, factor, sum] = leaving;
    return g.op('Gemm', [product, factor, dy ? g.add(sum, dy) : sum]);
  };
  for (const t of d.order.toReversed()) leaving = step(t, arrived(d.dy[t]));
  return arrived(undefined);
}

/** n = tanh(x Wn + bn + r (h Rn + cn)): every gate's gradient is dh' times a slope that is ready before. Five small nodes a step. */
export function gruResetLast(d: Direction): DirectionGradients {
  const { g, steps, x, w, r: R, before } = d;
  const [az, ar, an] = gatesOf(g, g.op('Gemm', [x, w, d.wb], { transB: 1 }), 3) as [Value, Value, Value];
  const [qz, qr, qn] = gatesOf(g, g.op('Gemm', [before, R, d.rb], { transB: 1 }), 3) as [Value, Value, Value];
  const [z, r] = [g.sigmoid(g.add(az, qz)), g.sigmoid(g.add(ar, qr))];
  const n = g.tanh(g.add(an, g.mul(r, qn)));
  const { update, candidate, kept } = slopes(d, z, n);
  const reset = g.mul(g.mul(candidate, qn), g.mul(r, g.sub(1, r)));
  const factors = blocks(g, g.concat([update, reset, g.mul(candidate, r)], 1), steps);
  const keeping = blocks(g, kept, steps);
  const [states, products]: [Value[], Value[]] = [[], []];
  const dFirst = back(d, (t, dh) => {
    states[t] = dh;
    const product = g.mul(g.concat([dh, dh, dh], 1), factors[t] as Value);
    products[t] = product;
    return [product, R, g.mul(dh, keeping[t] as Value)];
  });
  const dh = joined(g, states);
  const dq = joined(g, products);
  const [dz, dr] = gatesOf(g, dq, 3) as [Value, Value, Value];
  const da = g.concat([dz, dr, g.mul(dh, candidate)], 1);
  return {
    dx: g.op('Gemm', [da, w]),
    dw: g.op('Gemm', [da, x], { transA: 1 }),
    dr: g.op('Gemm', [dq, before], { transA: 1 }),
    dwb: g.sum(da, [0]),
    drb: g.sum(dq, [0]),
    dh0: d.starts ? g.op('Gemm', [atStarts(g, d, dq, dq), R, atStarts(g, d, g.mul(dh, kept), dh)]) : dFirst,
  };
}

/** n = tanh(x Wn + (r h) Rn + b): what reaches r must pass Rn first, a second product in each step. */
export function gruResetFirst(d: Direction): DirectionGradients {
  const { g, steps, hidden, x, w, r: R, before } = d;
  const bias = d.wb && d.rb ? g.add(d.wb, d.rb) : undefined;
  const [Rg, Rn] = g.append('Split', [R, g.ints([2 * hidden, hidden])], { axis: 0 }, { outputs: [g.fresh('gates'), g.fresh('candidate')] })
    .outputs as [Value, Value];
  const [az, ar, an] = gatesOf(g, g.op('Gemm', [x, w, bias], { transB: 1 }), 3) as [Value, Value, Value];
  const [qz, qr] = gatesOf(g, g.op('Gemm', [before, Rg], { transB: 1 }), 2) as [Value, Value];
  const [z, r] = [g.sigmoid(g.add(az, qz)), g.sigmoid(g.add(ar, qr))];
  const heard = g.mul(r, before);
  const n = g.tanh(g.op('Gemm', [heard, Rn, an], { transB: 1 }));
  const { update, candidate, kept } = slopes(d, z, n);
  const reset = g.mul(g.mul(before, r), g.sub(1, r));
  const [inner, gates] = [blocks(g, candidate, steps), blocks(g, g.concat([update, reset], 1), steps)];
  const [keeping, resets] = [blocks(g, kept, steps), blocks(g, r, steps)];
  const [dn, dg, rest]: [Value[], Value[], Value[]] = [[], [], []];
  const dFirst = back(d, (t, dh) => {
    const dCandidate = g.mul(dh, inner[t] as Value);
    const dHeard = g.op('Gemm', [dCandidate, Rn]);
    const dGates = g.mul(g.concat([dh, dHeard], 1), gates[t] as Value);
    const passed = g.add(g.mul(dh, keeping[t] as Value), g.mul(dHeard, resets[t] as Value));
    [dn[t], dg[t], rest[t]] = [dCandidate, dGates, passed];
    return [dGates, Rg, passed];
  });
  const [dCandidates, dGates] = [joined(g, dn), joined(g, dg)];
  const da = g.concat([dGates, dCandidates], 1);
  const db = g.sum(da, [0]);
  return {
    dx: g.op('Gemm', [da, w]),
    dw: g.op('Gemm', [da, x], { transA: 1 }),
    dr: g.concat([g.op('Gemm', [dGates, before], { transA: 1 }), g.op('Gemm', [dCandidates, heard], { transA: 1 })], 0),
    dwb: db,
    drb: db,
    dh0: d.starts ? g.op('Gemm', [atStarts(g, d, dGates, dGates), Rg, atStarts(g, d, joined(g, rest), dGates)]) : dFirst,
  };
}
