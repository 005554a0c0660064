// Normalisation layers.
import { fail } from '../../core/errors.ts';
import { ones, zeros } from '../initialisers.ts';
import type { Layer } from '../scope.ts';

export interface BatchNormOptions {
  readonly name?: string;
  readonly epsilon?: number;
  /** ONNX's momentum: running = momentum * running + (1 - momentum) * batch. PyTorch's is 1 - this. Default 0.9. */
  readonly momentum?: number;
}

/** Batch normalisation over all axes but 1 (Ioffe & Szegedy 2015); the running variance is the biased one, as in ONNX. */
export function batchNorm({ name, epsilon = 1e-5, momentum = 0.9 }: BatchNormOptions = {}): Layer {
  return {
    kind: 'batchNorm',
    name,
    build: (scope, x) => {
      const channels = x.shape[1];
      if (typeof channels !== 'number')
        return fail('invalid-shape', `\`${scope.path.join('/')}\` takes [N, C, ...] with known channels, not [${x.shape.join(', ')}].`);
      const scale = scope.parameter('scale', [channels], { init: ones, decay: false });
      const bias = scope.parameter('bias', [channels], { init: zeros, decay: false });
      const mean = scope.buffer('mean', [channels], 0);
      const variance = scope.buffer('variance', [channels], 1);
      return scope.g.op('BatchNormalization', [x, scale, bias, mean, variance], { epsilon, momentum });
    },
  };
}

/** Layer normalisation over the last axis (Ba et al. 2016). */
export function layerNorm({ name, epsilon = 1e-5 }: { name?: string; epsilon?: number } = {}): Layer {
  return {
    kind: 'layerNorm',
    name,
    build: (scope, x) => {
      const width = x.shape.at(-1);
      if (typeof width !== 'number')
        return fail('invalid-shape', `\`${scope.path.join('/')}\`: the last axis of its input [${x.shape.join(', ')}] must be known.`);
      const scale = scope.parameter('scale', [width], { init: ones, decay: false });
      const bias = scope.parameter('bias', [width], { init: zeros, decay: false });
      return scope.g.op('LayerNormalization', [x, scale, bias], { axis: -1, epsilon });
    },
  };
}
