// Gradients of the ops that only move elements: each moves the gradient back, and adds up where an element was used more than once.

import { fail } from '../../core/errors.ts';
import { sizeOf, tensorOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { normaliseAxis } from '../../graph/types.ts';
import { type RuleContext, rule, ZERO } from '../rule.ts';

const reshaped = ({ g, x: [x], dy, shape }: RuleContext<unknown>): Value[] => [g.reshape(dy, shape(x))];
export const Reshape = rule<'Reshape'>(reshaped);
export const Flatten = rule<'Flatten'>(reshaped);
export const Squeeze = rule<'Squeeze'>(reshaped);
export const Unsqueeze = rule<'Unsqueeze'>(reshaped);

export const Transpose = rule<'Transpose'>(({ g, x: [x], dy, attrs, shape }) => {
  const rank = shape(x).length;
  const perm = attrs.perm ?? [...Array(rank).keys()].reverse();
  return [
    g.transpose(
      dy,
      perm.map((_, i) => perm.indexOf(i)),
    ),
  ];
});

export const Concat = rule<'Concat'>(({ g, x, dy, attrs, shape }) => {
  const values = Array.from(x);
  const axis = normaliseAxis(attrs.axis, shape(dy).length, 'Concat');
  if (values.length === 1) return [dy];
  return g.append(
    'Split',
    [dy, g.ints(values.map((value) => shape(value)[axis] as number))],
    { axis },
    { outputs: values.map(() => g.fresh('Split')) },
  ).outputs;
});

export const Split = rule<'Split'>(({ g, node, dys, attrs, shape }) => {
  const parts = node.outputs.map((value, i) => {
    if (!value) return fail('unsupported-gradient', `Split node \`${node.name}\` leaves out output ${i}, whose size its gradient needs.`);
    return dys[i] ?? zeros(g, shape(value), value);
  });
  return [g.concat(parts, attrs.axis)];
});

/** Zeros between the elements where steps were taken, and around them where the ends were cut. */
export const Slice = rule<'Slice'>((c) => {
  const {
    g,
    x: [x, starts, , axesInput, stepsInput],
    has,
    shape,
  } = c;
  const from = c.constant(1);
  const axes = has(3) && axesInput ? c.constant(3) : from.map((_, i) => i);
  const steps = has(4) && stepsInput ? c.constant(4) : from.map(() => 1);
  const sizes = shape(x);
  const rank = sizes.length;
  if (sizeOf(shape(c.dy)) === 0 || !starts) return [zeros(g, sizes, x)];
  const pads = Array<number>(2 * rank).fill(0);
  let dx = c.dy;
  axes.forEach((given, i) => {
    const axis = normaliseAxis(given, rank, 'Slice');
    const step = steps[i] as number;
    const size = sizes[axis] as number;
    const count = shape(dx)[axis] as number;
    const start = Math.min(Math.max((from[i] as number) < 0 ? (from[i] as number) + size : (from[i] as number), 0), step > 0 ? size : size - 1);
    if (step < 0) dx = g.slice(dx, [-1], [Number.MIN_SAFE_INTEGER], [axis], [-1]);
    if (Math.abs(step) > 1) dx = spaced(g, dx, shape(dx), axis, Math.abs(step));
    const width = (count - 1) * Math.abs(step) + 1;
    const first = step > 0 ? start : start + (count - 1) * step;
    pads[axis] = first;
    pads[axis + rank] = size - first - width;
  });
  return [pads.some((pad) => pad !== 0) ? g.op('Pad', [dx, g.ints(pads)]) : dx];
});

/** Puts `step - 1` zeros between neighbours along `axis`. */
function spaced(g: Builder, value: Value, sizes: readonly number[], axis: number, step: number): Value {
  const rank = sizes.length;
  const count = sizes[axis] as number;
  const pads = Array<number>(2 * (rank + 1)).fill(0);
  pads[rank + 1 + axis + 1] = step - 1;
  const apart = g.op('Pad', [g.unsqueeze(value, [axis + 1]), g.ints(pads)]);
  const joined = g.reshape(
    apart,
    sizes.map((size, i) => (i === axis ? size * step : size)),
  );
  return g.slice(joined, [0], [(count - 1) * step + 1], [axis]);
}

/** Rows that were looked up several times get the sum. */
export const Gather = rule<'Gather'>(({ g, x: [data, indices], dy, attrs, shape }) => {
  const axis = normaliseAxis(attrs.axis, shape(data).length, 'Gather');
  return [scatterAdd(g, dy, indices, shape(indices).length, axis, shape(data))];
});

/** The adjoint of Gather along `axis`: adds slices of `dy` into zeros `[...sizes]`. */
function scatterAdd(g: Builder, dy: Value, indices: Value, indexRank: number, axis: number, sizes: readonly number[]): Value {
  const rank = sizes.length - 1 + indexRank;
  const indexAxes = Array.from({ length: indexRank }, (_, i) => axis + i);
  const others = [...Array(rank).keys()].filter((i) => !indexAxes.includes(i));
  const front = axis === 0 ? dy : g.transpose(dy, [...indexAxes, ...others]);
  const rest = sizes.filter((_, i) => i !== axis);
  const empty = zeros(g, [sizes[axis] as number, ...rest], dy);
  const summed = g.op('ScatterND', [empty, g.unsqueeze(indices, [-1]), front], { reduction: 'add' });
  if (axis === 0) return summed;
  const back = [...Array(sizes.length).keys()].map((i) => (i === axis ? 0 : i < axis ? i + 1 : i));
  return g.transpose(summed, back);
}

export const GatherElements = rule<'GatherElements'>(({ g, x: [data, indices], dy, attrs, shape }) => [
  g.op('ScatterElements', [zeros(g, shape(data), data), indices, dy], { axis: attrs.axis, reduction: 'add' }),
]);

export const ScatterElements = rule<'ScatterElements'>(({ g, node, x: [, indices], dy, attrs }) => {
  requireAdd(node.op, node.name, attrs.reduction);
  return [dy, undefined, g.op('GatherElements', [dy, indices], { axis: attrs.axis })];
});

export const ScatterND = rule<'ScatterND'>(({ g, node, x: [, indices], dy, attrs, shape }) => {
  requireAdd(node.op, node.name, attrs.reduction);
  if (shape(indices).at(-1) !== 1) fail('unsupported-gradient', `ScatterND node \`${node.name}\`: only indices into the first axis have a gradient.`);
  return [dy, undefined, g.gather(dy, g.squeeze(indices, [-1]))];
});

function requireAdd(op: string, name: string, reduction: string): void {
  if (reduction !== 'add') fail('unsupported-gradient', `${op} node \`${name}\`: only \`reduction\` "add" has a gradient, not "${reduction}".`);
}

/** backward.ts sums the broadcast back. */
export const Expand = rule<'Expand'>(({ dy }) => [dy]);

export const Tile = rule<'Tile'>((c) => {
  const {
    g,
    x: [x],
    dy,
    shape,
  } = c;
  const repeats = c.constant(1);
  const apart = g.reshape(
    dy,
    shape(x).flatMap((size, i) => [repeats[i] as number, size]),
  );
  return [
    g.sum(
      apart,
      repeats.map((_, i) => 2 * i),
    ),
  ];
});

/** A constant border is cut off; the other modes repeat elements, whose gradients add up. */
export const Pad = rule<'Pad'>((c) => {
  const { g, x, has, dy, attrs, shape } = c;
  const sizes = shape(x[0]);
  const rank = sizes.length;
  const given = c.constant(1);
  const axes = has(3) ? c.constant(3).map((axis) => normaliseAxis(axis, rank, 'Pad')) : sizes.map((_, i) => i);
  if (attrs.mode === 'constant') {
    const pads = Array<number>(2 * rank).fill(0);
    axes.forEach((axis, i) => {
      pads[axis] = -(given[i] as number);
      pads[axis + rank] = -(given[i + axes.length] as number);
    });
    const dx = g.op('Pad', [dy, g.ints(pads)]);
    return [dx, undefined, has(2) ? g.sub(g.sum(dy), g.sum(dx)) : undefined];
  }
  let dx = dy;
  axes.forEach((axis, i) => {
    const [before, after] = [given[i] as number, given[i + axes.length] as number];
    if (before === 0 && after === 0) return;
    const size = sizes[axis] as number;
    const source = Array.from({ length: before + size + after }, (_, at) => sourceIndex(attrs.mode, at - before, size));
    const now = shape(dx).map((dim, k) => (k === axis ? size : dim));
    dx = scatterAdd(g, dx, g.constant(tensorOf('int64', source)), 1, axis, now);
  });
  return [dx];
});

/** Which element of an axis of `size` a border at `at` (negative or beyond the end) repeats. */
function sourceIndex(mode: string, at: number, size: number): number {
  if (mode === 'edge') return Math.min(Math.max(at, 0), size - 1);
  if (mode === 'wrap') return ((at % size) + size) % size;
  const period = Math.max(1, 2 * (size - 1));
  const place = ((at % period) + period) % period;
  return place < size ? place : period - place;
}

/** The identity at inference; in training mode the mask that the node itself drew. */
export const Dropout = rule<'Dropout'>((c) => {
  const { g, has, dy, node } = c;
  if (!has(2) || c.constant(2)[0] === 0) return [dy];
  const rate = has(1) ? (c.constant(1)[0] as number) : 0.5;
  const mask =
    node.outputs[1] ?? fail('unsupported-gradient', `Dropout node \`${node.name}\` trains without its mask output, which its gradient needs.`);
  return [g.mul(dy, g.mul(g.mask(mask, dy.dtype), 1 / (1 - rate)))];
});

export const Shape = ZERO;
export const ConstantOfShape = ZERO;

function zeros(g: Builder, sizes: readonly number[], like: Value): Value {
  return g.expand(g.scalar(0, like.dtype), sizes);
}
