// Recurrent layers over whole sequences.
import { type Dim, formatShape, type TensorType } from '../types.ts';
import { type AttrsOf, defineOp, float, floats, type InferContext, int, string, strings } from './schema.ts';

const recurrentDefs = {
  activation_alpha: floats(),
  activation_beta: floats(),
  activations: strings(),
  clip: float(),
  direction: string('forward'),
  hidden_size: int(),
  layout: int(0),
};

/** What all three ops have in common. */
export type RecurrentAttrs = AttrsOf<typeof recurrentDefs>;

/** Types of Y, Y_h and Y_c. `gates` is how many rows of W and R make one unit. */
function sequence(c: InferContext<RecurrentAttrs>, gates: number): readonly TensorType[] {
  const { dtype, shape: x } = c.type(0);
  const [w, r] = [c.type(1).shape, c.type(2).shape];
  if (x.length !== 3 || w.length !== 3 || r.length !== 3)
    return c.fail(`X, W and R have three axes each, not ${[x, w, r].map(formatShape).join(', ')}.`);
  const [length, batch] = (c.attrs.layout ? [x[1], x[0]] : [x[0], x[1]]) as [Dim, Dim];
  const hidden = r[2] as Dim;
  const directions = c.attrs.direction === 'bidirectional' ? 2 : 1;
  const wanted = (width: Dim) => formatShape([directions, typeof hidden === 'number' ? gates * hidden : `${gates} hidden`, width]);
  const fits = (shape: readonly Dim[], width: Dim) =>
    shape[0] === directions && (typeof hidden !== 'number' || shape[1] === gates * hidden) && (typeof width !== 'number' || shape[2] === width);
  if (!fits(w, x[2] as Dim)) c.fail(`W is ${formatShape(w)}; for X ${formatShape(x)} it must be ${wanted(x[2] as Dim)}.`);
  if (!fits(r, hidden)) c.fail(`R is ${formatShape(r)}; it must be ${wanted(hidden)}.`);
  if (c.inputs[4] && c.type(4).dtype !== 'int32') c.fail(`its \`sequence_lens\` are ${c.type(4).dtype}; cast them to int32.`);
  const all = c.attrs.layout ? [batch, length, directions, hidden] : [length, directions, batch, hidden];
  const last = c.attrs.layout ? [batch, directions, hidden] : [directions, batch, hidden];
  return [
    { dtype, shape: all },
    { dtype, shape: last },
    { dtype, shape: last },
  ];
}

const inputs = ['X', 'W', 'R', 'B?', 'sequence_lens?', 'initial_h?'] as const;

export const LSTM = defineOp({
  since: 14,
  inputs: [...inputs, 'initial_c?', 'P?'],
  outputs: ['Y?', 'Y_h?', 'Y_c?'],
  attrs: { ...recurrentDefs, input_forget: int(0) },
  infer: (c) => sequence(c, 4),
});

export const GRU = defineOp({
  since: 14,
  inputs,
  outputs: ['Y?', 'Y_h?'],
  attrs: { ...recurrentDefs, linear_before_reset: int(0) },
  infer: (c) => sequence(c, 3),
});

export const RNN = defineOp({ since: 14, inputs, outputs: ['Y?', 'Y_h?'], attrs: recurrentDefs, infer: (c) => sequence(c, 1) });
