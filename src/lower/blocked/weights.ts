// Weights of convolutions as the blocked kernels want them. In: W `[M, C / group, kh, kw]` as ONNX has it. Each form is a few copies of whole blocks.
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { type Blocks, padAxis, sizesOf } from './layout.ts';

/** One channel in and out for each group: `[C / block, kh, kw, block]`. */
export function depthwiseWeight(b: Blocks, w: Value): Value {
  const [filters, , ...kernel] = sizesOf(w) as [number, number, number, number];
  const lanes = b.lanes(b.g.reshape(w, [1, filters, ...kernel]), filters, [1, b.padded(filters), ...kernel]);
  return b.g.reshape(lanes, [b.padded(filters), 1, ...kernel]);
}

/** Filters innermost, input channels before them: `[M / block, C / block, kh, kw, block of C, block of M]`. */
export function forwardWeight(b: Blocks, w: Value, group: number): Value {
  const { g, block } = b;
  const [filters, channels, ...kernel] = sizesOf(w) as [number, number, number, number];
  const places = kernel[0] * kernel[1];
  const [outer, inner] = [b.padded(filters), group === 1 && channels < block ? channels : b.padded(channels)];
  const lanes = lanesFirst(b, padAxis(g, w, 1, inner), inner * places);
  // Fewer channels than a block: the kernel reads the input plain, and the weight as it now is.
  if (inner < block || places === 1) return g.reshape(lanes, [outer, inner, ...kernel]);
  const blocks = g.reshape(lanes, [outer / block, inner / block, block, places, block]);
  return g.reshape(g.transpose(blocks, [0, 1, 3, 2, 4]), [outer, inner, ...kernel]);
}

/** `[M, ...]` of `rest` elements each to `[M padded / block, rest, block]`. */
function lanesFirst(b: Blocks, w: Value, rest: number): Value {
  const filters = sizesOf(w)[0] as number;
  const rows = b.g.reshape(w, [1, filters, rest, 1]);
  return b.lanes(rows, filters, [1, b.padded(filters), rest, 1]);
}

/**
 * The weight whose convolution with dY is the gradient of the input, for some places of the kernel, in this order: input and output channels
 * exchanged, `[C / block, M / block, places, block of M, block of C]`. Returns what makes it for any choice of places.
 */
export function turnedWeight(b: Blocks, w: Value, group: number): (places: readonly number[], kernel: readonly number[]) => Value {
  const { g, block } = b;
  const [filters, channels, ...kernel] = sizesOf(w) as [number, number, number, number];
  const all = kernel[0] * kernel[1];
  if (group > 1 && channels === 1) {
    const lanes = g.reshape(depthwiseWeight(b, w), [b.padded(filters) / block, all, block]);
    return (places, shape) => g.reshape(pick(g, lanes, places, 1), [b.padded(filters), 1, ...shape]);
  }
  const [outer, inner] = [b.padded(channels), b.padded(filters / group)];
  const padded = padAxis(g, w, 0, group === 1 ? inner : filters);
  const lanes = b.lanes(padded, channels, [inner * group, outer, ...kernel]);
  const blocks = g.reshape(lanes, [group, inner / block, block, outer / block, all, block]);
  const turned = g.transpose(blocks, [0, 3, 1, 4, 2, 5]);
  return (places, shape) => g.reshape(pick(g, turned, places, 3), [group * outer, inner, ...shape]);
}

/** Some places of the kernel's axis; all in order is the value itself. */
function pick(g: Builder, x: Value, places: readonly number[], axis: number): Value {
  const whole = places.length === sizesOf(x)[axis] && places.every((place, i) => place === i);
  return whole ? x : g.gather(x, g.ints(places), axis);
}
