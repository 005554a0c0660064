// Cases of the further activations: every attribute, both sides of every kink, large arguments.
import type { GradCase } from '../check.ts';

const precision = 'float32';
const offZero = { shape: [3, 4], sample: 'off-zero' } as const;
const x = { shape: [2, 3, 2] };
const spread = { shape: [6], values: [-20, -3, -0.4, 0.3, 4, 20] };
const stepped = { shape: [6], values: [-3, -1.2, -0.3, 0.3, 1.2, 3] };

export const cases: readonly GradCase[] = [
  { op: 'Selu', inputs: [offZero], precision },
  { op: 'Selu', inputs: [offZero], attrs: { alpha: 0.7, gamma: 2 }, precision },
  { op: 'Celu', inputs: [offZero], precision },
  { op: 'Celu', inputs: [offZero], attrs: { alpha: 0.4 }, precision },
  { op: 'ThresholdedRelu', inputs: [stepped], precision },
  { op: 'ThresholdedRelu', inputs: [stepped], attrs: { alpha: -0.5 }, precision },
  { op: 'Shrink', inputs: [stepped], precision },
  { op: 'Shrink', inputs: [stepped], attrs: { bias: 0.25, lambd: 2 }, precision },
  { op: 'Softsign', inputs: [offZero], precision },
  { op: 'Mish', inputs: [x], precision },
  { op: 'Mish', inputs: [spread], precision },
  { op: 'Swish', inputs: [x] },
  { op: 'Swish', inputs: [spread], attrs: { alpha: 1.5 } },
  { op: 'Swish', inputs: [{ shape: [] }], attrs: { alpha: -0.5 } },
];
