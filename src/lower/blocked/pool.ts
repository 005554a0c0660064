// Pools of blocked values.
import type { Value } from '../../graph/graph.ts';
import type { CompositeWindow } from '../../graph/schema/composite.ts';
import { resolveWindow, type WindowAttrs, windowAttrs } from '../../graph/window.ts';
import { interleaved } from './conv.ts';
import { type BlockedContext, type LowerBlocked, sizesOf } from './layout.ts';

type Pool = BlockedContext<WindowAttrs & { readonly ceil_mode: number; readonly count_include_pad?: number }>;

function pool(op: 'MaxPool' | 'AveragePool'): LowerBlocked<Pool['attrs']> {
  return ({ b, node, x: [x], attrs, shape }) => {
    const held = b.held(x);
    if (!held || node.outputs.length > 1 || !attrs.kernel_shape || attrs.ceil_mode || attrs.dilations?.some((dilation) => dilation > 1))
      return undefined;
    const [n, channels, ...places] = shape(x) as [number, number, number, number];
    const { dilations: _, ...window } = windowAttrs(resolveWindow(attrs, attrs.kernel_shape, places, node.name));
    const include = op === 'AveragePool' ? { count_include_pad: attrs.count_include_pad ?? 0 } : {};
    const sizes = sizesOf(node.outputs[0] as Value).slice(2);
    return [b.give(b.op(op, [held], { ...window, ...include }, [n, b.padded(channels), ...sizes]), channels)];
  };
}

/** What padding holds while maxima are compared: less than any of them. */
const LOWEST = -(2 - 2 ** -23) * 2 ** 127;

/**
 * Each place of the windows in turn: where X is the maximum there, and no earlier place was, dY goes to it. What is left of dY after a place goes on to
 * the next, so that of equal ones the first takes all. A place of the windows meets every stride-th row and column of X, so the results lie between one
 * another as in a strided convolution's gradient.
 */
export const MaxPoolGrad: LowerBlocked<CompositeWindow & { readonly ceil_mode: number }> = ({ b, g, x: [x, dy], attrs, shape }) => {
  const held = b.held(x);
  const { kernel_shape: kernel, strides, dilations, pads, ceil_mode } = attrs;
  const inside = pads.every((pad, i) => pad < (kernel[i % 2] as number));
  if (!held || x.dtype !== 'float32' || ceil_mode || !inside || dilations.some((dilation) => dilation > 1)) return undefined;
  const [n, channels, height, width] = shape(x) as [number, number, number, number];
  const [, , rows, columns] = shape(dy) as [number, number, number, number];
  const [top, left, bottom, right] = pads as [number, number, number, number];
  const [down, across] = strides as [number, number];
  const sizes = [n, b.padded(channels), rows, columns];
  const y = b.op('MaxPool', [held], { kernel_shape: kernel, strides, pads }, sizes);
  const padded = pads.every((pad) => pad === 0)
    ? held
    : b.places(held, (five) => g.op('Pad', [five, g.ints([0, 0, top, left, 0, 0, 0, bottom, right, 0]), g.scalar(LOWEST)]));
  const [q, r] = [Math.ceil((height + top + bottom) / down), Math.ceil((width + left + right) / across)];
  const parts = Array.from({ length: down }, () => Array<Value | undefined>(across).fill(undefined));
  let rest = b.of(dy);
  for (let k = 0; k < (kernel[0] as number); k++) {
    for (let l = 0; l < (kernel[1] as number); l++) {
      const ends = [k + (rows - 1) * down + 1, l + (columns - 1) * across + 1];
      const met = b.places(padded, (five) => g.slice(five, [k, l], ends, [2, 3], strides));
      const taken = g.mul(rest, g.mask(g.equal(met, y)));
      rest = g.sub(rest, taken);
      const [row, column] = [Math.floor(k / down), Math.floor(l / across)];
      const around = g.ints([0, 0, row, column, 0, 0, 0, q - rows - row, r - columns - column, 0]);
      const placed = b.places(taken, (five) => g.op('Pad', [five, around]));
      const line = parts[k % down] as (Value | undefined)[];
      const before = line[l % across];
      line[l % across] = before ? g.add(before, placed) : placed;
    }
  }
  const dx = interleaved(b, parts, [n, b.padded(channels), q, r], [q * down, r * across]);
  const cut = b.places(dx, (five) => g.slice(five, [top, left], [top + height, left + width], [2, 3]));
  return [b.give(cut, channels)];
};

export const MaxPool = pool('MaxPool');
export const AveragePool = pool('AveragePool');
