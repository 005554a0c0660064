// Activations beyond those of elementwise.ts.
import { defineOp, float, sameAsFirst } from './schema.ts';

export const Selu = defineOp({
  since: 6,
  inputs: ['X'],
  outputs: ['Y'],
  attrs: { alpha: float(1.6732631921768188), gamma: float(1.0507010221481323) },
  infer: sameAsFirst,
});
export const Celu = defineOp({ since: 12, inputs: ['X'], outputs: ['Y'], attrs: { alpha: float(1) }, infer: sameAsFirst });
export const ThresholdedRelu = defineOp({ since: 10, inputs: ['X'], outputs: ['Y'], attrs: { alpha: float(1) }, infer: sameAsFirst });
/** x + bias below -lambd, x - bias above lambd, 0 between. */
export const Shrink = defineOp({
  since: 9,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { bias: float(0), lambd: float(0.5) },
  infer: sameAsFirst,
});
export const Softsign = defineOp({ since: 1, inputs: ['input'], outputs: ['output'], attrs: {}, infer: sameAsFirst });
export const Mish = defineOp({ since: 18, inputs: ['X'], outputs: ['Y'], attrs: {}, infer: sameAsFirst });
/** x sigmoid(alpha x). */
export const Swish = defineOp({ since: 24, inputs: ['X'], outputs: ['Y'], attrs: { alpha: float(1) }, infer: sameAsFirst });
