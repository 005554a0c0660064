// What layers over spatial axes share: the rank and channels of their input, and sizes given once or per axis. Called by convolutions and pools.
import { fail } from '../../core/errors.ts';
import { inWords } from '../../core/known-options.ts';
import type { Value } from '../../graph/graph.ts';
import type { Scope } from '../scope.ts';

/** One number for every spatial axis, or one for each. */
export type Sizes = number | readonly number[];

interface Spatial {
  readonly channels: number;
  /** `sizes` for each axis. @throws GraftError `invalid-argument` for a wrong number of them, or for one that is not whole or below `least`. */
  each(name: string, sizes: Sizes, least?: number): readonly number[];
  /** The ONNX attribute for the same padding on both sides, or for as much as keeps the size at stride 1. */
  padding(padding: Sizes | 'same'): { readonly auto_pad: string } | { readonly pads: readonly number[] };
}

/** The spatial axes of a layer's input `[N, C, ...]`. @throws GraftError `invalid-shape` unless there are 1 to 3 of them and the channels are known. */
export function spatial(scope: Scope, x: Value): Spatial {
  const place = scope.path.join('/');
  const channels = x.shape[1];
  const rank = x.shape.length - 2;
  if (rank < 1 || rank > 3 || typeof channels !== 'number') {
    return fail('invalid-shape', `\`${place}\` takes [N, C, ...] with 1 to 3 spatial axes and known channels, not [${x.shape.join(', ')}].`);
  }
  const each = (name: string, sizes: Sizes, least = 1): readonly number[] => {
    if (typeof sizes !== 'number' && !Array.isArray(sizes)) {
      const remedy = sizes === undefined ? 'is missing' : `is ${inWords(sizes)}`;
      fail('invalid-argument', `\`${place}\`: \`${name}\` ${remedy}; give a whole number, or one for each of its ${rank} spatial axes.`);
    }
    const list = typeof sizes === 'number' ? Array.from({ length: rank }, () => sizes) : sizes;
    if (list.length !== rank) {
      fail('invalid-argument', `\`${place}\`: \`${name}\` (=[${list.join(', ')}]) has ${list.length} sizes, but its input has ${rank} spatial axes.`);
    }
    if (!list.every((size) => Number.isInteger(size) && size >= least)) {
      fail('invalid-argument', `\`${place}\`: \`${name}\` (=${list.join(', ')}) must be whole numbers of at least ${least}.`);
    }
    return list;
  };
  const padding = (given: Sizes | 'same') => {
    if (given === 'same') return { auto_pad: 'SAME_UPPER' };
    const sides = each('padding', given, 0);
    return { pads: [...sides, ...sides] };
  };
  return { channels, each, padding };
}
