// Convolutions and pooling, for 1 to 3 spatial axes: the rank of the input decides.
import { fail } from '../../core/errors.ts';
import type { Value } from '../../graph/graph.ts';
import { heNormal, type Initialiser, zeros } from '../initialisers.ts';
import type { Layer, Scope } from '../scope.ts';

type Sizes = number | readonly number[];

export interface ConvOptions {
  readonly name?: string;
  readonly stride?: Sizes;
  readonly dilation?: Sizes;
  /** Zeros on both sides of each spatial axis; `'same'` keeps the size at stride 1. Default 0. */
  readonly padding?: Sizes | 'same';
  /** Channels are split into this many groups that do not see each other; the number of channels makes it depthwise. */
  readonly groups?: number;
  readonly bias?: boolean;
  /** Default He normal. */
  readonly init?: Initialiser;
}

/**
 * Convolution `[N, C, ...]` to `[N, filters, ...]`. Weight `[filters, C / groups, ...kernel]`, bias `[filters]`.
 * @throws GraftError `invalid-argument` when `groups` does not divide the channels or the filters.
 */
export function conv(filters: number, kernel: Sizes, options: ConvOptions = {}): Layer {
  const { name, stride = 1, dilation = 1, padding = 0, groups = 1, bias = true, init = heNormal } = options;
  return {
    kind: 'conv',
    name,
    build: (scope, x) => {
      const { channels, rank, place } = spatial(scope, x);
      if (channels % groups || filters % groups) {
        fail('invalid-argument', `\`${place}\`: \`groups\` (=${groups}) must divide the channels (=${channels}) and \`filters\` (=${filters}).`);
      }
      const sizes = each(kernel, rank, place);
      const field = sizes.reduce((a, b) => a * b, 1);
      const fans = { in: (channels / groups) * field, out: (filters / groups) * field };
      const weight = scope.parameter('weight', [filters, channels / groups, ...sizes], { init, fans });
      const b = bias ? scope.parameter('bias', [filters], { init: zeros, decay: false }) : undefined;
      return scope.g.op('Conv', [x, weight, b], {
        kernel_shape: sizes,
        strides: each(stride, rank, place),
        dilations: each(dilation, rank, place),
        group: groups,
        ...(padding === 'same' ? { auto_pad: 'SAME_UPPER' } : { pads: bothSides(padding, rank, place) }),
      });
    },
  };
}

export interface PoolOptions {
  readonly name?: string;
  /** Default: the kernel, so that windows do not overlap. */
  readonly stride?: Sizes;
  readonly padding?: Sizes;
}

/** Greatest value in each window. What the windows do not reach at the far end is left out. */
export function maxPool(kernel: Sizes, options: PoolOptions = {}): Layer {
  return pool('maxPool', 'MaxPool', kernel, options);
}

/** Mean of each window, padding left out of the mean. */
export function averagePool(kernel: Sizes, options: PoolOptions = {}): Layer {
  return pool('averagePool', 'AveragePool', kernel, options);
}

function pool(kind: string, op: 'MaxPool' | 'AveragePool', kernel: Sizes, { name, stride = kernel, padding = 0 }: PoolOptions): Layer {
  return {
    kind,
    name,
    build: (scope, x) => {
      const { rank, place } = spatial(scope, x);
      return scope.g.op(op, [x], {
        kernel_shape: each(kernel, rank, place),
        strides: each(stride, rank, place),
        pads: bothSides(padding, rank, place),
      });
    },
  };
}

/** Mean over all spatial axes: `[N, C, ...]` to `[N, C]`. */
export function globalAveragePool(name?: string): Layer {
  return { kind: 'globalAveragePool', name, build: ({ g }, x) => g.op('Flatten', [g.op('GlobalAveragePool', [x])], { axis: 1 }) };
}

function spatial(scope: Scope, x: Value): { channels: number; rank: number; place: string } {
  const place = scope.path.join('/');
  const channels = x.shape[1];
  const rank = x.shape.length - 2;
  if (rank < 1 || rank > 3 || typeof channels !== 'number') {
    return fail('invalid-shape', `\`${place}\` takes [N, C, ...] with 1 to 3 spatial axes and known channels, not [${x.shape.join(', ')}].`);
  }
  return { channels, rank, place };
}

function each(sizes: Sizes, rank: number, place: string): readonly number[] {
  if (typeof sizes === 'number') return Array.from({ length: rank }, () => sizes);
  if (sizes.length !== rank) fail('invalid-argument', `\`${place}\`: [${sizes.join(', ')}] has ${sizes.length} sizes for ${rank} spatial axes.`);
  return sizes;
}

function bothSides(padding: Sizes, rank: number, place: string): readonly number[] {
  const sizes = each(padding, rank, place);
  return [...sizes, ...sizes];
}
