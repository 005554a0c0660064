// Pooling over windows, over all spatial axes, and over tokens.
import { fail } from '../../core/errors.ts';
import { knownOptions, type OptionKinds } from '../../core/known-options.ts';
import { normaliseAxis } from '../../graph/types.ts';
import type { Layer } from '../scope.ts';
import { type Sizes, spatial } from './spatial.ts';

/** How the window of a pool moves over the input. */
export interface PoolOptions {
  readonly name?: string;
  /** Default: the kernel, so that windows do not overlap. */
  readonly stride?: Sizes;
  /** Places on both sides of each spatial axis that hold no value; `'same'` gives size / stride, rounded up. Default 0. */
  readonly padding?: Sizes | 'same';
}

const KINDS: OptionKinds<PoolOptions> = { name: 'string', stride: 'any', padding: 'any' };

/** Greatest value in each window of `[N, C, ...]`, 1 to 3 spatial axes. What whole windows do not reach at the far end is left out. */
export function maxPool(kernel: Sizes, options: PoolOptions = {}): Layer {
  return pool('maxPool', 'MaxPool', kernel, options);
}

/** Mean of each window of `[N, C, ...]`, 1 to 3 spatial axes; padding does not count (PyTorch's `count_include_pad=False`). */
export function averagePool(kernel: Sizes, options: PoolOptions = {}): Layer {
  return pool('averagePool', 'AveragePool', kernel, options);
}

function pool(kind: string, op: 'MaxPool' | 'AveragePool', kernel: Sizes, options: PoolOptions): Layer {
  knownOptions(options, KINDS, kind);
  const { name, stride = kernel, padding = 0 } = options;
  return {
    kind,
    name,
    build: (scope, x) => {
      const axes = spatial(scope, x);
      return scope.g.op(op, [x], { kernel_shape: axes.each('kernel', kernel), strides: axes.each('stride', stride), ...axes.padding(padding) });
    },
  };
}

/** Mean over all spatial axes: `[N, C, ...]` to `[N, C]`. */
export function globalAveragePool(name?: string): Layer {
  return {
    kind: 'globalAveragePool',
    name,
    build: (scope, x) => {
      spatial(scope, x);
      return scope.g.op('Flatten', [scope.g.op('GlobalAveragePool', [x])], { axis: 1 });
    },
  };
}

/** Mean over one axis, the tokens unless told otherwise: `[N, L, D]` to `[N, D]`. @throws GraftError `invalid-argument` for the batch's axis or none of the input. */
export function meanPool(options: { readonly name?: string; readonly axis?: number } = {}): Layer {
  const kinds: OptionKinds<typeof options> = { name: 'string', axis: 'number' };
  knownOptions(options, kinds, 'meanPool');
  const { name, axis = 1 } = options;
  return {
    kind: 'meanPool',
    name,
    build: ({ g, path }, x) => {
      const place = `\`${path.join('/')}\``;
      if (normaliseAxis(axis, x.shape.length, place) === 0)
        fail('invalid-argument', `${place}: \`axis\` (=${axis}) is that of the batch; choose one behind it.`);
      return g.mean(x, [axis]);
    },
  };
}
