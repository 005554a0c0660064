// Normalisation layers.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import type { Value } from '../../graph/graph.ts';
import { ones, zeros } from '../initialisers.ts';
import type { Layer } from '../scope.ts';

/** Constants of {@link batchNorm}. */
export interface BatchNormOptions {
  readonly name?: string;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** ONNX's momentum: running = momentum * running + (1 - momentum) * batch. PyTorch's is 1 - this. Default 0.9. */
  readonly momentum?: number;
}

const KINDS: OptionKinds<BatchNormOptions> = { name: 'string', epsilon: 'number', momentum: 'number' };
const PLAIN_KINDS: OptionKinds<{ name?: string; epsilon?: number }> = { name: 'string', epsilon: 'number' };

/**
 * Batch normalisation over all axes but 1 (Ioffe & Szegedy 2015); the running variance is the biased one, as in ONNX.
 * @throws GraftError `invalid-argument` for a momentum outside [0, 1].
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  knownOptions(options, KINDS, 'batchNorm');
  const { name, epsilon = 1e-5, momentum = 0.9 } = options;
  if (!(momentum >= 0 && momentum <= 1)) fail('invalid-argument', `\`momentum\` (=${momentum}) of a batch norm must lie in [0, 1].`);
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
export function layerNorm(options: { name?: string; epsilon?: number } = {}): Layer {
  knownOptions(options, PLAIN_KINDS, 'layerNorm');
  const { name, epsilon = 1e-5 } = options;
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

/**
 * Normalises `[N, C, ...]` over each example's groups of C / groups channels and all further axes, then scales and shifts each channel
 * (Wu & He 2018). One group is layer normalisation over channels and space; as many groups as channels, instance normalisation.
 * @throws GraftError `invalid-argument` when `groups` does not divide the channels.
 */
export function groupNorm(groups: number, options: { readonly name?: string; readonly epsilon?: number } = {}): Layer {
  knownOptions(options, PLAIN_KINDS, 'groupNorm');
  const { name, epsilon = 1e-5 } = options;
  return {
    kind: 'groupNorm',
    name,
    build: (scope, x) => {
      const { g } = scope;
      const [, channels, ...sizes] = x.shape;
      if (typeof channels !== 'number' || !Number.isInteger(groups) || groups < 1 || channels % groups) {
        return fail(
          'invalid-argument',
          `\`${scope.path.join('/')}\`: \`groups\` (=${groups}) must divide the channels of its input [N, C, ...], which is [${x.shape.join(', ')}].`,
        );
      }
      const known = sizes.filter((size) => typeof size === 'number');
      if (known.length < sizes.length) {
        return fail('invalid-shape', `\`${scope.path.join('/')}\`: all axes of its input [${x.shape.join(', ')}] but the batch must be known.`);
      }
      const wide = (vector: Value) => g.reshape(vector, [-1, ...sizes.map(() => 1)]);
      const scale = scope.parameter('scale', [channels], { init: ones, decay: false });
      const bias = scope.parameter('bias', [channels], { init: zeros, decay: false });
      const split = g.reshape(x, [0, groups, -1]);
      const centred = g.sub(split, g.mean(split, [2], true));
      const deviation = g.sqrt(g.add(g.mean(g.mul(centred, centred), [2], true), epsilon));
      const normal = g.reshape(g.div(centred, deviation), [0, channels, ...known]);
      return g.add(g.mul(normal, wide(scale)), wide(bias));
    },
  };
}
