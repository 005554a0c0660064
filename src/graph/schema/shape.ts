// Ops that move elements without computing: reshapes, joins, cuts, look-ups, padding; and Dropout, the identity at inference.
import type { DType } from '../../core/dtype.ts';
import { sliceRange, takesAll } from '../slice-range.ts';
import { broadcastShapes, type Dim, formatShape, normaliseAxis, type Shape as Sizes } from '../types.ts';
import { defineOp, type InferContext, int, ints, product, string, tensorAttr } from './schema.ts';

/** A constant input's numbers; an unknown shape cannot be told. */
function known(c: InferContext<unknown>, i: number, what: string): readonly number[] {
  return c.constant(i) ?? c.fail(`its ${what} must be a constant; fold what computes it into one.`);
}

/** A shape that an input holds: its numbers, the names of sizes, and new names for what is not known yet. */
function sizesIn(c: InferContext<unknown>, i: number, what: string): Dim[] {
  const [length] = c.type(i).shape;
  const elements = c.elements(i) ?? Array<undefined>(typeof length === 'number' ? length : known(c, i, what).length).fill(undefined);
  return elements.map((element, k) => element ?? c.unknown(k));
}

export const Reshape = defineOp({
  since: 13,
  inputs: ['data', 'shape'],
  outputs: ['reshaped'],
  attrs: { allowzero: int(0) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const target = sizesIn(c, 1, 'shape');
    const copied = target.map((size, i): Dim => {
      if (size !== 0 || c.attrs.allowzero) return size;
      return shape[i] ?? c.fail(`its shape [${target.join(', ')}] copies axis ${i}, which ${formatShape(shape)} does not have.`);
    });
    const open = copied.indexOf(-1);
    if (copied.some((size, i) => typeof size === 'number' && size < 0 && (size < -1 || i !== open))) {
      c.fail(`its shape [${target.join(', ')}] may hold one -1 and no other negative size.`);
    }
    if (open >= 0) copied[open] = remaining(c, shape, copied, open);
    const [from, to] = [product(shape), product(copied)];
    if (from !== undefined && to !== undefined && from !== to) {
      c.fail(`${formatShape(shape)} has ${from} elements, which do not fill ${formatShape(target)}.`);
    }
    return [{ dtype, shape: copied }];
  },
});

/** What -1 stands for: the input's size divided by the other sizes, after cancelling the names that occur on both sides. */
function remaining(c: InferContext<unknown>, shape: Sizes, target: readonly Dim[], open: number): Dim {
  const left = [...shape];
  const others: Dim[] = [];
  target.forEach((dim, i) => {
    if (i === open) return;
    const at = typeof dim === 'string' ? left.indexOf(dim) : -1;
    if (at >= 0) left.splice(at, 1);
    else others.push(dim);
  });
  const names = left.filter((dim) => typeof dim === 'string');
  const size = product(left.filter((dim) => typeof dim === 'number')) as number;
  const divisor = product(others);
  if (divisor === undefined || names.length > 1) return c.unknown(open);
  if (names.length === 1) return size === divisor ? (names[0] as Dim) : c.unknown(open);
  if (divisor === 0 || size % divisor !== 0)
    return c.fail(`${formatShape(shape)} cannot be reshaped to ${formatShape(target)}: ${size} / ${divisor} is not whole.`);
  return size / divisor;
}

export const Flatten = defineOp({
  since: 13,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { axis: int(1) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axis = c.attrs.axis === shape.length ? shape.length : normaliseAxis(c.attrs.axis, shape.length, c.place);
    const join = (dims: Sizes, key: string): Dim => {
      const names = dims.filter((dim) => dim !== 1);
      return product(dims) ?? (names.length === 1 ? (names[0] as Dim) : c.unknown(key));
    };
    return [{ dtype, shape: [join(shape.slice(0, axis), 'outer'), join(shape.slice(axis), 'inner')] }];
  },
});

export const Squeeze = defineOp({
  since: 13,
  inputs: ['data', 'axes?'],
  outputs: ['squeezed'],
  attrs: {},
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axes = c.inputs[1]
      ? known(c, 1, 'axes').map((axis) => normaliseAxis(axis, shape.length, c.place))
      : shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
    const wrong = axes.find((axis) => shape[axis] !== 1 && typeof shape[axis] === 'number');
    if (wrong !== undefined) c.fail(`axis ${wrong} of ${formatShape(shape)} is ${shape[wrong]}, not 1, and cannot be squeezed.`);
    return [{ dtype, shape: shape.filter((_, i) => !axes.includes(i)) }];
  },
});

export const Unsqueeze = defineOp({
  since: 13,
  inputs: ['data', 'axes'],
  outputs: ['expanded'],
  attrs: {},
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axes = known(c, 1, 'axes');
    const rank = shape.length + axes.length;
    const places = new Set(axes.map((axis) => normaliseAxis(axis, rank, c.place)));
    if (places.size !== axes.length) c.fail(`axes [${axes.join(', ')}] name one axis twice.`);
    const rest = [...shape];
    return [{ dtype, shape: Array.from({ length: rank }, (_, i) => (places.has(i) ? 1 : (rest.shift() as Dim))) }];
  },
});

export const Transpose = defineOp({
  since: 13,
  inputs: ['data'],
  outputs: ['transposed'],
  attrs: { perm: ints() },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const perm = c.attrs.perm ?? shape.map((_, i) => shape.length - 1 - i);
    if (perm.length !== shape.length || new Set(perm).size !== perm.length || perm.some((axis) => !(axis in shape))) {
      c.fail(`\`perm\` [${perm.join(', ')}] is no permutation of the axes of ${formatShape(shape)}.`);
    }
    return [{ dtype, shape: perm.map((axis) => shape[axis] as Dim) }];
  },
});

export const Concat = defineOp({
  since: 13,
  inputs: ['input_0', 'inputs*'],
  outputs: ['concat_result'],
  attrs: { axis: int(0) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axis = normaliseAxis(c.attrs.axis, shape.length, c.place);
    const types = c.inputs.map((_, i) => c.type(i));
    const joined = types.reduce<Sizes>((sofar, other, i) => {
      if (i === 0) return sofar;
      if (other.dtype !== dtype) c.fail(`inputs are ${dtype} and ${other.dtype}; cast them to one type.`);
      const fits = other.shape.length === shape.length && other.shape.every((dim, k) => k === axis || agree(dim, sofar[k] as Dim));
      if (!fits) c.fail(`${formatShape(sofar)} and ${formatShape(other.shape)} cannot be joined on axis ${axis}: other sizes differ.`);
      return sofar.map((dim, k) =>
        k === axis ? sum(dim, other.shape[k] as Dim, c.unknown(k)) : typeof dim === 'number' ? dim : (other.shape[k] as Dim),
      );
    }, shape);
    return [{ dtype, shape: joined }];
  },
});

const agree = (a: Dim, b: Dim): boolean => a === b || typeof a === 'string' || typeof b === 'string';
const sum = (a: Dim, b: Dim, unknown: Dim): Dim => (typeof a === 'number' && typeof b === 'number' ? a + b : a === 0 ? b : b === 0 ? a : unknown);

export const Split = defineOp({
  since: 18,
  inputs: ['input', 'split?'],
  outputs: ['outputs*'],
  attrs: { axis: int(0), num_outputs: int() },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axis = normaliseAxis(c.attrs.axis, shape.length, c.place);
    const size = shape[axis] as Dim;
    const sizes = c.inputs[1] && sizesIn(c, 1, 'sizes');
    const count = sizes?.length ?? c.attrs.num_outputs;
    if ((sizes === undefined) === (c.attrs.num_outputs === undefined)) c.fail('give either the sizes as input `split` or `num_outputs`.');
    if (count !== c.outputs) c.fail(`it cuts into ${count} parts but has ${c.outputs} outputs.`);
    const all = sizes?.reduce<Dim | undefined>((a, b) => (typeof a === 'number' && typeof b === 'number' ? a + b : undefined), 0);
    if (typeof all === 'number' && typeof size === 'number' && all !== size) {
      c.fail(`the sizes [${sizes?.join(', ')}] do not add up to axis ${axis} of ${formatShape(shape)}.`);
    }
    const part = (i: number): Dim => {
      if (sizes) return sizes[i] as Dim;
      if (typeof size !== 'number') return c.outputs === 1 ? size : c.unknown(i);
      const chunk = Math.ceil(size / c.outputs);
      return Math.max(0, Math.min(chunk, size - i * chunk));
    };
    return Array.from({ length: c.outputs }, (_, i) => ({ dtype, shape: shape.map((dim, k) => (k === axis ? part(i) : dim)) }));
  },
});

export const Slice = defineOp({
  since: 13,
  inputs: ['data', 'starts', 'ends', 'axes?', 'steps?'],
  outputs: ['output'],
  attrs: {},
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const starts = sizesIn(c, 1, 'starts');
    const ends = sizesIn(c, 2, 'ends');
    const axes = c.inputs[3] ? known(c, 3, 'axes') : starts.map((_, i) => i);
    const steps = c.inputs[4] ? known(c, 4, 'steps') : starts.map(() => 1);
    if ([ends, axes, steps].some((list) => list.length !== starts.length)) {
      c.fail(
        `starts, ends, axes and steps have ${[starts, ends, axes, steps].map((list) => list.length).join(', ')} entries; they need the same number.`,
      );
    }
    const result = [...shape];
    starts.forEach((start, i) => {
      const axis = normaliseAxis(axes[i] as number, shape.length, c.place);
      const [dim, end, step] = [shape[axis] as Dim, ends[i] as Dim, steps[i] as number];
      if (step === 0) c.fail(`the step of axis ${axis} is 0.`);
      if (typeof start === 'string' || typeof end === 'string') result[axis] = step === 1 && start === 0 && end === dim ? dim : c.unknown(axis);
      else if (typeof dim === 'number') result[axis] = sliceRange(dim, start, end, step).count;
      else if (!takesAll(start, end, step)) result[axis] = c.unknown(axis);
    });
    return [{ dtype, shape: result }];
  },
});

export const Expand = defineOp({
  since: 13,
  inputs: ['input', 'shape'],
  outputs: ['output'],
  attrs: {},
  infer: (c) => [{ dtype: c.type(0).dtype, shape: broadcastShapes(c.type(0).shape, sizesIn(c, 1, 'shape'), c.place) }],
});

const times = (a: Dim, b: Dim): Dim | undefined => (a === 1 ? b : b === 1 ? a : typeof a === 'number' && typeof b === 'number' ? a * b : undefined);

export const Tile = defineOp({
  since: 13,
  inputs: ['input', 'repeats'],
  outputs: ['output'],
  attrs: {},
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const repeats = sizesIn(c, 1, 'repeats');
    if (repeats.length !== shape.length) c.fail(`it has ${repeats.length} repeats for the ${shape.length} axes of ${formatShape(shape)}.`);
    return [{ dtype, shape: shape.map((dim, i) => times(dim, repeats[i] as Dim) ?? c.unknown(i)) }];
  },
});

export const Pad = defineOp({
  since: 13,
  inputs: ['data', 'pads', 'constant_value?', 'axes?'],
  outputs: ['output'],
  attrs: { mode: string('constant') },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const pads = sizesIn(c, 1, 'pads');
    const axes = c.inputs[3] ? known(c, 3, 'axes').map((axis) => normaliseAxis(axis, shape.length, c.place)) : shape.map((_, i) => i);
    if (pads.length !== 2 * axes.length) c.fail(`it has ${pads.length} pads for ${axes.length} axes; give two for each.`);
    return [
      {
        dtype,
        shape: shape.map((dim, i) => {
          const at = axes.indexOf(i);
          const [before, after] = at < 0 ? [0, 0] : [pads[at] as Dim, pads[at + axes.length] as Dim];
          if (before === 0 && after === 0) return dim;
          if (typeof dim === 'string' || typeof before === 'string' || typeof after === 'string') return c.unknown(i);
          const more = before + after;
          return dim + more >= 0 ? dim + more : c.fail(`the pads of axis ${i} cut ${-more} elements off ${formatShape(shape)}.`);
        }),
      },
    ];
  },
});

export const Shape = defineOp({
  since: 13,
  inputs: ['data'],
  outputs: ['shape'],
  attrs: { start: int(0), end: int() },
  infer: (c) => [{ dtype: 'int64' as DType, shape: [c.type(0).shape.slice(c.attrs.start, c.attrs.end).length] }],
});

export const ConstantOfShape = defineOp({
  since: 9,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { value: tensorAttr() },
  infer: (c) => [{ dtype: c.attrs.value?.dtype ?? 'float32', shape: sizesIn(c, 0, 'shape') }],
});

export const Range = defineOp({
  since: 11,
  inputs: ['start', 'limit', 'delta'],
  outputs: ['output'],
  attrs: {},
  infer: (c) => {
    const [start, limit, delta] = [0, 1, 2].map((i) => c.constant(i)?.[0]);
    if (start === undefined || limit === undefined || delta === undefined) return [{ dtype: c.type(0).dtype, shape: [c.unknown('length')] }];
    if (delta === 0) c.fail('its delta is 0.');
    return [{ dtype: c.type(0).dtype, shape: [Math.max(0, Math.ceil((limit - start) / delta))] }];
  },
});

export const Dropout = defineOp({
  since: 13,
  inputs: ['data', 'ratio?', 'training_mode?'],
  outputs: ['output', 'mask?'],
  attrs: { seed: int() },
  infer: (c) => [c.type(0), { dtype: 'bool', shape: c.type(0).shape }],
});
