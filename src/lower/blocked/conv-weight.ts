// The gradient of a convolution's weight in the blocked layout: itself a convolution, whose channels are examples and places.
//
// dW[m, c, k, l] = sum over rows r, columns s and examples n of dY[n, m, r, s] X[n, c, r + k, s + l] (strides and pads left out). With the examples
// innermost, rows and examples become the channels of a convolution, columns its kernel, c its width and l its height; k is a slice of the rows.
import type { Value } from '../../graph/graph.ts';
import type { CompositeWindow } from '../../graph/schema/composite.ts';
import { isBlockable } from './conv.ts';
import { type BlockedContext, type Blocks, type LowerBlocked, padAxis, sizesOf } from './layout.ts';

type Image = [number, number, number, number];

/** Filters that a kernel computes at a time, in blocks. */
const FILTER_BLOCKS = 4;

/** Share of lanes that must hold examples: with fewer, the plain form is faster. */
const LEAST_FULL = 0.5;

export const ConvGradWeight: LowerBlocked<CompositeWindow & { group: number }> = (c) => {
  const { b, x: inputs, attrs, shape } = c;
  const [x, dy] = inputs;
  const { group, kernel_shape: kernel } = attrs;
  const [n, channels] = shape(x) as Image;
  const filters = shape(dy)[1] as number;
  if (!isBlockable(b, shape(x), [filters, channels / group, ...kernel], group, x.dtype)) return undefined;
  if (group === channels && group === filters && group > 1) return [depthwise(c)];
  // Groups that are not depthwise are rare, and few examples leave lanes empty.
  if (group > 1 || n / b.padded(n) < LEAST_FULL) return undefined;
  return [kernel.every((size) => size === 1) ? (pointwiseByExample(c) ?? pointwise(c)) : dense(c)];
};

type Context = BlockedContext<CompositeWindow & { group: number }>;

/** Each channel of each example by itself: a convolution of X with dY as its kernel, strides and dilations exchanged; then the sum over examples. */
function depthwise({ b, g, x: [x, dy], attrs, shape }: Context): Value {
  const { kernel_shape: kernel, strides, dilations, pads } = attrs;
  const [n, channels] = shape(x) as Image;
  const places = shape(dy).slice(2) as [number, number];
  const lanes = n * b.padded(channels);
  const window = exchanged(shape(x).slice(2), places, { kernel, strides, dilations, pads });
  const sums = b.op(
    'Conv',
    [g.reshape(b.of(x), [1, lanes, ...shape(x).slice(2)]), g.reshape(b.of(dy), [lanes, 1, ...places])],
    { group: lanes, kernel_shape: places, strides: dilations, dilations: strides, pads: window.pads },
    [1, lanes, ...window.output],
  );
  const cut = cropped(b, sums, kernel);
  const total = g.sum(g.reshape(cut, [n, b.padded(channels) * (kernel[0] as number) * (kernel[1] as number)]), [0]);
  return g.reshape(b.plain(g.reshape(total, [1, b.padded(channels), ...kernel]), channels), [channels, 1, ...kernel]);
}

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

/** Pads with which a convolution by dY has the kernel's elements as its places, and the places it has, which may be more. */
function exchanged(sizes: readonly number[], places: readonly number[], { kernel, strides, dilations, pads }: Window) {
  const after = kernel.map((count, i) => {
    const reach = (count - 1) * (dilations[i] as number) + ((places[i] as number) - 1) * (strides[i] as number) + 1;
    return Math.max(0, reach - (sizes[i] as number) - (pads[i] as number));
  });
  const output = kernel.map((_, i) => {
    const room = (sizes[i] as number) + (pads[i] as number) + (after[i] as number) - ((places[i] as number) - 1) * (strides[i] as number) - 1;
    return Math.floor(room / (dilations[i] as number)) + 1;
  });
  return { pads: [...pads.slice(0, kernel.length), ...after], output };
}

/** A blocked value cut to its first places. */
function cropped(b: Blocks, x: Value, sizes: readonly number[]): Value {
  const [, , ...places] = sizesOf(x);
  if (places.every((size, i) => size === sizes[i])) return x;
  return b.places(x, (five) => b.g.slice(five, [0, 0], sizes, [2, 3]));
}

/** X `[N, C, H, W]` with the examples innermost: `[H, W, C, lanes of examples]` by blocks of examples, `[H, N / block, W, C, block]`. */
function examplesInnermost(b: Blocks, x: Value): { x: Value; channels: number } {
  const { g, block } = b;
  const [n, channels, height, width] = sizesOf(x) as Image;
  const batches = b.padded(n) / block;
  if (channels < block && !b.held(x)) {
    const lanes = b.lanes(g.reshape(x, [1, n, channels * height, width]), n, [1, b.padded(n), channels * height, width]);
    return { x: g.transpose(g.reshape(lanes, [batches, channels, height, width, block]), [2, 0, 3, 1, 4]), channels };
  }
  const outer = b.padded(channels);
  const rows = (outer / block) * height;
  const lanes = b.lanes(g.reshape(b.of(x), [1, n, rows, width * block]), n, [1, b.padded(n), rows, width * block]);
  const moved = g.transpose(g.reshape(lanes, [batches, outer / block, height, width, block * block]), [2, 0, 3, 1, 4]);
  return { x: g.reshape(moved, [height, batches, width, outer, block]), channels: outer };
}

/** dY as the weight of that convolution: `[M / block, H, N / block, W, block of N, block of M]`, the rows cut into `pieces`. */
function asWeight(b: Blocks, dy: Value, pieces: number): Value {
  const { g, block } = b;
  const [n, filters, height, width] = sizesOf(dy) as Image;
  const [outer, batches] = [b.padded(filters) / block, b.padded(n) / block];
  const whole = padAxis(g, b.of(dy), 0, batches * block);
  if (batches === 1 && pieces === 1) {
    const rest = outer * height * width * block;
    return b.op('ReorderInput', [g.reshape(whole, [1, block, 1, rest])], { channels_last: 1 }, [1, rest, block, 1]);
  }
  const axes = [batches, block, outer, pieces, height / pieces, width, block];
  return g.transpose(g.reshape(whole, axes), [3, 2, 4, 0, 5, 1, 6]);
}

/** Share of the threads' time that may be lost where work does not divide evenly among them. */
const MOST_IDLE = 0.15;

/** How many pieces to cut the rows into, so that every thread has work: each piece is a group, and their results are added up. */
function piecesOf({ threads }: Blocks, rows: number, items: number): number {
  for (let pieces = 1; pieces <= rows; pieces++) {
    const turns = Math.ceil((items * pieces) / threads);
    if (rows % pieces === 0 && items * pieces >= (1 - MOST_IDLE) * turns * threads) return pieces;
  }
  return 1;
}

/** Windows of one place: rows, columns and examples are channels, and the channels of X the places. */
function pointwise({ b, g, x: [x, dy], attrs, shape }: Context): Value {
  const [n, filters, height, width] = shape(dy) as Image;
  const rows = picked(b, x, attrs, [height, width]);
  const { x: lanes, channels } = examplesInnermost(b, rows);
  const sums = height * width * b.padded(n);
  const outer = b.padded(filters);
  const result = b.op(
    'Conv',
    [g.reshape(lanes, [1, sums, channels, 1]), g.reshape(asWeight(b, dy, 1), [outer, sums, 1, 1])],
    { kernel_shape: [1, 1] },
    [1, outer, channels, 1],
  );
  const used = shape(x)[1] as number;
  const plain = g.reshape(b.plain(result, filters), [filters, channels, 1, 1]);
  return used === channels ? plain : g.slice(plain, [0], [used], [1]);
}

/** By this factor the padding of places to whole blocks may enlarge what is multiplied. */
const MOST_PADDING = 1.1;

/**
 * The same, one product for each example: places are the channels. The side with more channels is a weight as it lies in memory; only the other one is
 * laid out anew. `undefined` where the products of all examples would outweigh what they are made of, or places fill their blocks badly.
 */
function pointwiseByExample({ b, g, x: [x, dy], attrs, shape }: Context): Value | undefined {
  const [n, filters, height, width] = shape(dy) as Image;
  const channels = shape(x)[1] as number;
  const places = height * width;
  const padded = b.padded(places);
  if (padded > places * MOST_PADDING || filters * channels > places * (filters + channels) || channels < b.block) return undefined;
  const rows = picked(b, x, attrs, [height, width]);
  const turned = channels > filters;
  const [wide, narrow, count] = turned ? [rows, dy, filters] : [dy, rows, channels];
  const outer = b.padded(turned ? channels : filters);
  const blocks = g.reshape(b.of(wide), [(n * outer) / b.block, places, b.block]);
  const sums = b.op(
    'Conv',
    [
      g.reshape(b.lanes(g.reshape(channelsLast(b, narrow), [n, places, count, 1]), places, [n, padded, count, 1]), [1, n * padded, count, 1]),
      g.reshape(padAxis(g, blocks, 1, padded), [n * outer, padded, 1, 1]),
    ],
    { group: n, kernel_shape: [1, 1] },
    [1, n * outer, count, 1],
  );
  const total = g.sum(g.reshape(sums, [n, outer / b.block, count, b.block]), [0]);
  const plain = g.reshape(b.plain(g.reshape(total, [1, outer, count, 1]), turned ? channels : filters), [turned ? channels : filters, count]);
  return g.reshape(turned ? g.transpose(plain, [1, 0]) : plain, [filters, channels, 1, 1]);
}

/** `[N, H, W, C]` of an image. */
function channelsLast(b: Blocks, x: Value): Value {
  const [n, channels, ...places] = sizesOf(x) as Image;
  if (x.node?.op === 'Transpose' && String(x.node.attrs.perm) === '0,3,1,2') return x.node.inputs[0] as Value;
  return b.op('ReorderOutput', [b.of(x)], { channels, channels_last: 1 }, [n, ...places, channels]);
}

/** X at the places that windows of one place, with strides and pads, meet. */
function picked(b: Blocks, x: Value, { strides, pads }: CompositeWindow, places: readonly [number, number]): Value {
  const { g } = b;
  if (strides.every((stride) => stride === 1) && pads.every((pad) => pad === 0)) return x;
  const padded = pads.every((pad) => pad === 0) ? x : g.op('Pad', [x, g.ints([0, 0, ...pads.slice(0, 2), 0, 0, ...pads.slice(2)])]);
  const ends = places.map((count, i) => (count - 1) * (strides[i] as number) + 1);
  const cut = (value: Value) => g.slice(value, [0, 0], ends, [2, 3], strides);
  const held = padded === x ? b.held(x) : undefined;
  return held ? b.give(b.places(held, cut), sizesOf(x)[1] as number) : cut(padded);
}

function dense({ b, g, x: [x, dy], attrs, shape }: Context): Value {
  const { block } = b;
  const { kernel_shape: kernel, strides, dilations, pads } = attrs;
  const [n, filters, height, width] = shape(dy) as Image;
  const [down, across] = kernel as [number, number];
  const [, used, inputHeight, inputWidth] = shape(x) as Image;
  const batches = b.padded(n) / block;
  const { x: lanes, channels } = examplesInnermost(b, x);
  const outer = b.padded(filters);

  // Rows of X under each row of the kernel.
  const reach = (down - 1) * (dilations[0] as number) + (height - 1) * (strides[0] as number) + 1;
  const rowPads = [pads[0] as number, Math.max(0, reach - inputHeight - (pads[0] as number))];
  const padded = rowPads.some((pad) => pad > 0)
    ? g.op('Pad', [lanes, g.ints([rowPads[0] as number, 0, 0, 0, 0, rowPads[1] as number, 0, 0, 0, 0])])
    : lanes;
  const at = (k: number) => Array.from({ length: height }, (_, row) => k * (dilations[0] as number) + row * (strides[0] as number));
  const rows = g.gather(padded, g.ints(Array.from({ length: down }, (_, k) => at(k)).flat()), 0);
  // Each row of the kernel is an example of its own; side by side they are wide enough for the kernel even where X has few channels.
  const together = channels * down <= 64;
  const [images, span] = together ? [1, down * channels] : [down, channels];
  const parts = g.reshape(rows, [down, height * batches, inputWidth, channels, block]);
  const input = together ? g.transpose(parts, [1, 2, 0, 3, 4]) : parts;

  const window = exchanged([inputWidth], [width], {
    kernel: [across],
    strides: strides.slice(1),
    dilations: dilations.slice(1),
    pads: [pads[1] as number],
  });
  const [wide] = window.output as [number];
  const pieces = piecesOf(b, height, images * wide * Math.ceil(outer / (FILTER_BLOCKS * block)));
  const weight = g.reshape(asWeight(b, dy, pieces), [pieces * outer, (height / pieces) * batches * block, width, 1]);
  const sums = b.op(
    'Conv',
    [g.reshape(input, [images, height * batches * block, inputWidth, span]), weight],
    {
      group: pieces,
      kernel_shape: [width, 1],
      strides: [dilations[1] as number, 1],
      dilations: [strides[1] as number, 1],
      pads: [window.pads[0] as number, 0, window.pads[1] as number, 0],
    },
    [images, pieces * outer, wide, span],
  );
  const split = g.reshape(sums, [images, pieces, outer / block, wide, down / images, channels, block]);
  const total = pieces === 1 ? split : g.sum(split, [1], true);
  const all = g.reshape(g.transpose(total, [1, 2, 5, 0, 4, 3, 6]), [outer / block, channels, down, wide, block]);
  const moved = wide === across && channels === used ? all : g.slice(all, [0, 0], [used, across], [1, 3]);
  return g.reshape(b.plain(g.reshape(moved, [1, outer, used * down, across]), filters), [filters, used, down, across]);
}
