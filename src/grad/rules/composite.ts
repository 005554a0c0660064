// Gradients of the composite ops: each is linear in its gradient input, so its own gradient is its adjoint. Second derivatives rest on this.
import { BatchNormGrad as batchNormGrad } from '../../graph/expand/batch-norm-grad.ts';
import { LayerNormGrad as layerNormGrad } from '../../graph/expand/layer-norm-grad.ts';
import { expanded, rule, ZERO } from '../rule.ts';

export const ConvGradInput = rule<'ConvGradInput'>(({ g, x: [dy, w], dy: seed, attrs }) => {
  const { input_shape: _, ...window } = attrs;
  return [g.op('Conv', [seed, w], window), g.op('ConvGradWeight', [seed, dy], window)];
});

export const ConvGradWeight = rule<'ConvGradWeight'>(({ g, x: [x, dy], dy: seed, attrs, shape }) => [
  g.op('ConvGradInput', [dy, seed], { ...attrs, input_shape: shape(x) }),
  g.op('Conv', [x, seed], attrs),
]);

/** Which element is the greatest does not change with X where the derivative exists. */
export const MaxPoolGrad = rule<'MaxPoolGrad'>(({ g, x: [x, dy], dy: seed, attrs, shape }) => [
  undefined,
  g.op('MaxPoolGather', [x, seed], { ...attrs, output_shape: shape(dy) }),
]);

export const MaxPoolGather = rule<'MaxPoolGather'>(({ g, x: [x], dy: seed, attrs }) => {
  const { output_shape: _, ...pool } = attrs;
  return [undefined, g.op('MaxPoolGrad', [x, seed], pool)];
});

export const AveragePoolGrad = rule<'AveragePoolGrad'>(({ g, dy: seed, attrs }) => {
  const { input_shape: _, ...pool } = attrs;
  return [g.op('AveragePool', [seed], pool)];
});

export const StopGradient = ZERO;

/** Not the derivative, on purpose: what lies before it learns to raise what the loss lowers. */
export const GradientReversal = rule<'GradientReversal'>(({ g, x: [, factor], dy }) => [g.neg(g.mul(dy, factor))]);

export const Await = rule<'Await'>(({ dy }) => [dy]);

export const BatchNormGrad = expanded(batchNormGrad);

export const LayerNormGrad = expanded(layerNormGrad);
