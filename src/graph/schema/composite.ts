// Graft's own ops: what the gradients of convolutions and pools are, before a device says how they are computed. Their windows are spelled out.
import type { Dim, TensorType } from '../types.ts';
import { type AttrsOf, defineOp, float, int, ints, sameAsFirst } from './schema.ts';

const windowDefs = { kernel_shape: ints([]), strides: ints([]), dilations: ints([]), pads: ints([]) };
const convDefs = { ...windowDefs, group: int(1) };
const poolDefs = { ...windowDefs, ceil_mode: int(0) };

/** A window of a composite op: everything resolved. */
export type CompositeWindow = AttrsOf<typeof windowDefs>;

/** Gradient of a convolution's input: dY `[N, M, ...]` and W `[M, C / group, ...kernel]` to `input_shape`. */
export const ConvGradInput = defineOp({
  since: 1,
  inputs: ['dY', 'W'],
  outputs: ['dX'],
  attrs: { ...convDefs, input_shape: ints([]) },
  infer: (c) => [{ dtype: c.type(0).dtype, shape: c.attrs.input_shape }],
});

/** Gradient of a convolution's weight: X `[N, C, ...]` and dY `[N, M, ...]` to `[M, C / group, ...kernel]`. */
export const ConvGradWeight = defineOp({
  since: 1,
  inputs: ['X', 'dY'],
  outputs: ['dW'],
  attrs: convDefs,
  infer: (c) => {
    const [, channels] = c.type(0).shape;
    const [, filters] = c.type(1).shape;
    if (typeof channels !== 'number' || filters === undefined) return c.fail('its channels must be known.');
    return [{ dtype: c.type(0).dtype, shape: [filters, channels / c.attrs.group, ...c.attrs.kernel_shape] }];
  },
});

/** Gradient of a max pool's input: each dY goes to the element of X that its window took, the first of equal ones. */
export const MaxPoolGrad = defineOp({ since: 1, inputs: ['X', 'dY'], outputs: ['dX'], attrs: poolDefs, infer: (c) => [c.type(0)] });

/** The adjoint of MaxPoolGrad: of V, shaped like X, the elements where X has its windows' maxima; shaped like the pool's output. */
export const MaxPoolGather = defineOp({
  since: 1,
  inputs: ['X', 'V'],
  outputs: ['Y'],
  attrs: { ...poolDefs, output_shape: ints([]) },
  infer: (c) => [{ dtype: c.type(1).dtype, shape: c.attrs.output_shape }],
});

/** Gradient of an average pool's input, of `input_shape`. */
export const AveragePoolGrad = defineOp({
  since: 1,
  inputs: ['dY'],
  outputs: ['dX'],
  attrs: { ...poolDefs, count_include_pad: int(0), input_shape: ints([]) },
  infer: (c) => [{ dtype: c.type(0).dtype, shape: c.attrs.input_shape }],
});

/** Its input as it is, taken for a constant by whoever differentiates. */
export const StopGradient = defineOp({ since: 1, inputs: ['X'], outputs: ['Y'], attrs: {}, infer: sameAsFirst });

/** X as it is, whose gradient goes back turned round: times minus `factor`, a scalar. */
export const GradientReversal = defineOp({ since: 1, inputs: ['X', 'factor'], outputs: ['Y'], attrs: {}, infer: sameAsFirst });

/** X as it is, but not before `after` is computed: what reads it runs late. */
export const Await = defineOp({ since: 1, inputs: ['X', 'after'], outputs: ['Y'], attrs: {}, infer: sameAsFirst });

/** Gradients of batch norm on the batch's own statistics: X and dY `[N, C, ...]`, scale `[C]`. */
export const BatchNormGrad = defineOp({
  since: 1,
  inputs: ['X', 'scale', 'dY'],
  outputs: ['dX', 'dScale', 'dBias'],
  attrs: { epsilon: float(1e-5) },
  infer: (c) => [c.type(0), c.type(1), c.type(1)],
});

/** Gradients of layer norm over the axes from `axis` on: X and dY of one shape, scale `[...]` of those axes; dScale is of the scale's shape. */
export const LayerNormGrad = defineOp({
  since: 1,
  inputs: ['X', 'scale', 'dY'],
  outputs: ['dX', 'dScale'],
  attrs: { axis: int(-1), epsilon: float(1e-5) },
  infer: (c) => [c.type(0), c.type(1)],
});

/**
 * One direction of an LSTM without lengths, step by step: X `[T, B, I]`, W `[4 H, I]`, R `[4 H, H]`, both biases' sum `[4 H]`, first states `[B, H]`; gates
 * in ONNX's order i, o, f, c. Besides the hidden states of all steps it gives what its gradient needs: the gates and the cells.
 */
export const LSTMSteps = defineOp({
  since: 1,
  inputs: ['X', 'W', 'R', 'B?', 'initial_h?', 'initial_c?'],
  outputs: ['Y', 'gates', 'candidates', 'cells'],
  attrs: { reverse: int(0) },
  infer: (c) => {
    const { dtype, shape: x } = c.type(0);
    const hidden = c.type(2).shape[1];
    if (x.length !== 3 || typeof hidden !== 'number') return c.fail('X has three axes, and the number of units must be known.');
    const of = (width: number): TensorType => ({ dtype, shape: [x[0] as Dim, x[1] as Dim, width] });
    return [of(hidden), of(3 * hidden), of(hidden), of(hidden)];
  },
});
