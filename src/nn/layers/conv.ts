// Convolutions and transposed convolutions, for 1 to 3 spatial axes: the rank of the input decides.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { heNormal, type Initialiser, zeros } from '../initialisers.ts';
import type { Layer, Scope } from '../scope.ts';
import { type Sizes, spatial } from './spatial.ts';

/** How the window of a {@link conv} moves over the input, and what starts in its weights. */
export interface ConvOptions {
  readonly name?: string;
  /** Default 1. */
  readonly stride?: Sizes;
  /** Default 1. */
  readonly dilation?: Sizes;
  /** Zeros on both sides of each spatial axis; `'same'` gives size / stride, rounded up. Default 0. */
  readonly padding?: Sizes | 'same';
  /** Channels are split into this many groups that do not see each other; the number of channels makes it depthwise. Default 1. */
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default He normal. */
  readonly init?: Initialiser;
}

const KINDS: OptionKinds<ConvOptions> = {
  name: 'string',
  stride: 'any',
  dilation: 'any',
  padding: 'any',
  groups: 'number',
  bias: 'boolean',
  init: { kind: 'function', like: 'initialisers.heNormal' },
};

/** What users of other libraries look for in a layer. */
const ACTIVATION = { activation: 'an activation is a layer of its own: put `relu()` or another behind this one.' };

/**
 * Convolution `[N, C, ...]` to `[N, filters, ...]`. Weight `[filters, C / groups, ...kernel]`, bias `[filters]`.
 * @throws GraftError `invalid-argument` for sizes that are not whole, or when `groups` does not divide the channels and the filters.
 */
export function conv(filters: number, kernel: Sizes, options: ConvOptions = {}): Layer {
  knownOptions(options, KINDS, 'conv', ACTIVATION);
  const { name, stride = 1, dilation = 1, padding = 0, groups = 1, bias = true, init = heNormal } = options;
  return {
    kind: 'conv',
    name,
    build: (scope, x) => {
      const axes = spatial(scope, x);
      checkGroups(scope, axes.channels, filters, groups);
      const sizes = axes.each('kernel', kernel);
      const window = { kernel_shape: sizes, strides: axes.each('stride', stride), dilations: axes.each('dilation', dilation), group: groups };
      const field = sizes.reduce((a, b) => a * b, 1);
      const fans = { in: (axes.channels / groups) * field, out: (filters / groups) * field };
      const weight = scope.parameter('weight', [filters, axes.channels / groups, ...sizes], { init, fans });
      const b = bias ? scope.parameter('bias', [filters], { init: zeros, decay: false }) : undefined;
      return scope.g.op('Conv', [x, weight, b], { ...window, ...axes.padding(padding) });
    },
  };
}

/** As for the convolution that a {@link convTranspose} is the adjoint of. */
export interface ConvTransposeOptions extends ConvOptions {
  /** What is cut off on both sides of each spatial axis. Default 0. */
  readonly padding?: Sizes;
  /** Added at the far end of each spatial axis, where several input sizes of the convolution give one output size; below the stride. Default 0. */
  readonly outputPadding?: Sizes;
}

/**
 * The adjoint of a convolution, `[N, C, ...]` to `[N, filters, ...]`: at stride s, size (n - 1) s - 2 padding + dilation (kernel - 1) + outputPadding + 1
 * (Dumoulin & Visin 2016, relationship 14). Weight `[C, filters / groups, ...kernel]`, bias `[filters]`.
 * @throws GraftError `invalid-argument` as `conv` does.
 */
export function convTranspose(filters: number, kernel: Sizes, options: ConvTransposeOptions = {}): Layer {
  knownOptions(options, { ...KINDS, outputPadding: 'any' } satisfies OptionKinds<ConvTransposeOptions>, 'convTranspose', ACTIVATION);
  const { name, stride = 1, dilation = 1, padding = 0, outputPadding = 0, groups = 1, bias = true, init = heNormal } = options;
  return {
    kind: 'convTranspose',
    name,
    build: (scope, x) => {
      const axes = spatial(scope, x);
      checkGroups(scope, axes.channels, filters, groups);
      const sizes = axes.each('kernel', kernel);
      const strides = axes.each('stride', stride);
      const window = { kernel_shape: sizes, strides, dilations: axes.each('dilation', dilation), group: groups };
      const extra = axes.each('outputPadding', outputPadding, 0);
      // One output place meets the input through every stride-th place of the kernel.
      const field = sizes.reduce((product, size, i) => (product * size) / (strides[i] as number), 1);
      const fans = { in: (axes.channels / groups) * field, out: (filters / groups) * field };
      const weight = scope.parameter('weight', [axes.channels, filters / groups, ...sizes], { init, fans });
      const b = bias ? scope.parameter('bias', [filters], { init: zeros, decay: false }) : undefined;
      return scope.g.op('ConvTranspose', [x, weight, b], { ...window, ...axes.padding(padding), output_padding: extra });
    },
  };
}

function checkGroups(scope: Scope, channels: number, filters: number, groups: number): void {
  const place = scope.path.join('/');
  for (const [name, value] of [['filters', filters] as const, ['groups', groups] as const]) {
    if (!Number.isInteger(value) || value < 1)
      fail('invalid-argument', `\`${place}\`: \`${name}\` (=${value}) must be a whole number of at least 1.`);
  }
  if (channels % groups || filters % groups) {
    fail('invalid-argument', `\`${place}\`: \`groups\` (=${groups}) must divide the channels (=${channels}) and \`filters\` (=${filters}).`);
  }
}
