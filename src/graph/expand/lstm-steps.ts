// An LSTM as its steps (Hochreiter & Schmidhuber 1997, with forget gates as in Gers et al. 2000).
import type { Value } from '../graph.ts';
import { blocks, joined, orderOf } from '../recurrent-parts.ts';
import { expansion } from './expansion.ts';

/** c' = f c + i g, h' = o tanh(c'), from one product for the inputs of all steps and one for each step's state; ten nodes a step. */
export const LSTMSteps = expansion<'LSTMSteps'>(({ g, inputs, attrs, shape }) => {
  const [x, w, r, bias, h0, c0] = inputs as readonly [Value, Value, Value, ...(Value | undefined)[]];
  const [steps, batch, width] = shape(x) as [number, number, number];
  const hidden = shape(r)[1] as number;
  const sums = g.op('Gemm', [g.reshape(x, [steps * batch, width]), w, bias], { transB: 1 });
  const parts = blocks(g, sums, steps);
  // Turned round once for all steps.
  const recurrent = g.transpose(r, [1, 0]);
  const sizes = g.ints([3 * hidden, hidden]);
  const kept = { y: [] as Value[], gates: [] as Value[], candidates: [] as Value[], cells: [] as Value[] };
  let [h, c] = [h0, c0];
  for (const t of orderOf(steps, attrs.reverse === 1)) {
    const z = h ? g.op('Gemm', [h, recurrent, parts[t] as Value]) : (parts[t] as Value);
    const [toGates, toCandidate] = g.ops('Split', [z, sizes], { axis: 1 }, 2) as [Value, Value];
    const [gates, candidate] = [g.sigmoid(toGates), g.tanh(toCandidate)];
    const [input, output, forget] = g.ops('Split', [gates], { axis: 1, num_outputs: 3 }, 3) as [Value, Value, Value];
    const added = g.mul(input, candidate);
    c = c ? g.add(g.mul(forget, c), added) : added;
    h = g.mul(output, g.tanh(c));
    kept.y[t] = h;
    kept.gates[t] = gates;
    kept.candidates[t] = candidate;
    kept.cells[t] = c;
  }
  return Object.values(kept).map((values) => g.reshape(joined(g, values), [steps, batch, -1]));
});
