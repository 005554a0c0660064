// Gradients of the ops that only move elements: each moves the gradient back, and adds up where an element was used more than once.

import { fail } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';
import type { Builder } from '../../graph/builder.ts';
import type { Value } from '../../graph/graph.ts';
import { sliceRange } from '../../graph/slice-range.ts';
import { normaliseAxis } from '../../graph/types.ts';
import { addRuns, runsOf } from '../gather-adjoint.ts';
import { type RuleContext, rule, unsupported, ZERO } from '../rule.ts';

const reshaped = ({ g, x: [x], dy, shape }: RuleContext<unknown>): Value[] => [g.reshape(dy, shape(x))];
export const Reshape = rule<'Reshape'>(reshaped);
export const Flatten = rule<'Flatten'>(reshaped);
export const Squeeze = rule<'Squeeze'>(reshaped);
export const Unsqueeze = rule<'Unsqueeze'>(reshaped);

export const Transpose = rule<'Transpose'>(({ g, x: [x], dy, attrs, shape }) => {
  const rank = shape(x).length;
  const perm = attrs.perm ?? [...Array(rank).keys()].reverse();
  const { op, inputs, attrs: product } = dy.node ?? { op: '' };
  // (A B)^T = B^T A^T: ONNX Runtime would find this out as well, but then runs it late.
  if (op === 'Gemm' && perm[0] === 1 && inputs?.length === 2)
    return [g.op('Gemm', [inputs[1], inputs[0]], { ...product, transA: product?.transB ? 0 : 1, transB: product?.transA ? 0 : 1 })];
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

export const Split = rule<'Split'>(({ g, node, x: [x], has, dys, attrs, shape, constant }) => {
  const sizes = shape(x);
  const axis = normaliseAxis(attrs.axis, sizes.length, node.op);
  const size = sizes[axis] as number;
  const chunk = Math.ceil(size / node.outputs.length);
  const widths = has(1) ? constant(1) : node.outputs.map((_, i) => Math.max(0, Math.min(chunk, size - i * chunk)));
  return [
    g.concat(
      widths.map((width, i) => dys[i] ?? zeros(g, sizes.with(axis, width), x)),
      axis,
    ),
  ];
});

/** Zeros between the elements where steps were taken, and around them where the ends were cut. */
export const Slice = rule<'Slice'>(({ g, node, x: [x], has, dy, shape, constant }) => {
  const sizes = shape(x);
  const rank = sizes.length;
  if (sizeOf(shape(dy)) === 0) return [zeros(g, sizes, x)];
  const [starts, ends] = [constant(1), constant(2)];
  const axes = has(3) ? constant(3) : starts.map((_, i) => i);
  const steps = has(4) ? constant(4) : starts.map(() => 1);
  const pads = Array<number>(2 * rank).fill(0);
  let dx = dy;
  axes.forEach((given, i) => {
    const axis = normaliseAxis(given, rank, node.op);
    const { start, step, count } = sliceRange(sizes[axis] as number, starts[i] as number, ends[i] as number, steps[i] as number);
    const apart = Math.abs(step);
    if (step < 0) dx = g.slice(dx, [-1], [-(2 ** 31)], [axis], [-1]);
    if (apart > 1) dx = spaced(g, dx, shape(dx), axis, apart);
    const first = step > 0 ? start : start + (count - 1) * step;
    pads[axis] = first;
    pads[axis + rank] = (sizes[axis] as number) - first - (count - 1) * apart - 1;
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
export const Pad = rule<'Pad'>(({ g, node, x: [x], has, dy, attrs, shape, constant }) => {
  const sizes = shape(x);
  const rank = sizes.length;
  const given = constant(1);
  const axes = has(3) ? constant(3).map((axis) => normaliseAxis(axis, rank, node.op)) : sizes.map((_, i) => i);
  const sides = axes.map((axis, i) => ({ axis, before: given[i] as number, after: given[i + axes.length] as number }));
  if (attrs.mode === 'constant') {
    const pads = Array<number>(2 * rank).fill(0);
    for (const { axis, before, after } of sides) [pads[axis], pads[axis + rank]] = [-before, -after];
    const dx = g.op('Pad', [dy, g.ints(pads)]);
    return [dx, undefined, has(2) ? g.sub(g.sum(dy), g.sum(dx)) : undefined];
  }
  let dx = dy;
  for (const { axis, before, after } of sides) {
    if (before === 0 && after === 0) continue;
    const size = sizes[axis] as number;
    dx = addRuns(g, dx, runsOf(paddedSources(attrs.mode, size, before, after)), axis, size);
  }
  return [dx];
});

/** Which element of an axis of `size` each place of the padded axis holds. Negative pads cut first; the border repeats what is left. */
function paddedSources(mode: string, size: number, before: number, after: number): number[] {
  const first = Math.max(0, -before);
  const left = size - first - Math.max(0, -after);
  const repeated: Record<string, (at: number) => number> = {
    edge: (at) => Math.min(Math.max(at, 0), left - 1),
    wrap: (at) => ((at % left) + left) % left,
    reflect: (at) => {
      const period = Math.max(1, 2 * (left - 1));
      const place = ((at % period) + period) % period;
      return Math.min(place, period - place);
    },
  };
  const sourceOf = repeated[mode] ?? fail('invalid-argument', `Pad has no mode "${mode}"; it has constant, ${Object.keys(repeated).join(', ')}.`);
  return Array.from({ length: size + before + after }, (_, i) => first + sourceOf(i - Math.max(0, before)));
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

export const Range = unsupported('the length of its result depends on its inputs.');
export const Shape = ZERO;
export const ConstantOfShape = ZERO;

function zeros(g: Builder, sizes: readonly number[], like: Value): Value {
  return g.expand(g.scalar(0, like.dtype), sizes);
}
