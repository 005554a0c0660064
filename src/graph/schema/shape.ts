// Ops that move elements without computing: reshapes, joins, cuts, look-ups, padding; and Dropout, the identity at inference.
import type { DType } from '../../core/dtype.ts';
import { broadcastShapes, type Dim, formatShape, normaliseAxis, type Shape as Sizes } from '../types.ts';
import { defineOp, type InferContext, int, ints, product, sameAsFirst, string, tensorAttr } from './schema.ts';

/** A constant input's numbers; an unknown shape cannot be told. */
function known(c: InferContext<unknown>, i: number, what: string): readonly number[] {
  return c.constant(i) ?? c.fail(`its ${what} must be a constant.`);
}

export const Reshape = defineOp({
  since: 13,
  inputs: ['data', 'shape'],
  outputs: ['reshaped'],
  attrs: { allowzero: int(0) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const target = known(c, 1, 'shape');
    const copied = target.map((size, i): Dim => {
      if (size !== 0 || c.attrs.allowzero) return size;
      return shape[i] ?? c.fail(`its shape [${target.join(', ')}] copies axis ${i}, which ${formatShape(shape)} does not have.`);
    });
    const open = copied.indexOf(-1);
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
    const axis = c.attrs.axis === shape.length ? shape.length : normaliseAxis(c.attrs.axis, shape.length, 'Flatten');
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
      ? known(c, 1, 'axes').map((axis) => normaliseAxis(axis, shape.length, 'Squeeze'))
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
    const places = new Set(axes.map((axis) => normaliseAxis(axis, rank, 'Unsqueeze')));
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
    const axis = normaliseAxis(c.attrs.axis, shape.length, 'Concat');
    const shapes = c.inputs.map((_, i) => c.type(i).shape);
    for (const other of shapes) {
      const fits =
        other.length === shape.length &&
        other.every((dim, i) => i === axis || dim === shape[i] || typeof dim === 'string' || typeof shape[i] === 'string');
      if (!fits) c.fail(`${formatShape(shape)} and ${formatShape(other)} cannot be joined on axis ${axis}: other sizes differ.`);
    }
    const total = shapes.reduce<number | undefined>((sum, s) => (sum === undefined || typeof s[axis] !== 'number' ? undefined : sum + s[axis]), 0);
    return [{ dtype, shape: shape.map((dim, i) => (i === axis ? (total ?? c.unknown(axis)) : dim)) }];
  },
});

export const Split = defineOp({
  since: 18,
  inputs: ['input', 'split?'],
  outputs: ['outputs*'],
  attrs: { axis: int(0), num_outputs: int() },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axis = normaliseAxis(c.attrs.axis, shape.length, 'Split');
    const size = shape[axis] as Dim;
    const count = c.attrs.num_outputs ?? c.outputs;
    const sizes = c.inputs[1] ? known(c, 1, 'sizes') : undefined;
    if (sizes && typeof size === 'number' && sizes.reduce((a, b) => a + b, 0) !== size) {
      c.fail(`the sizes [${sizes.join(', ')}] do not add up to axis ${axis} of ${formatShape(shape)}.`);
    }
    const part = (i: number): Dim => {
      if (sizes) return sizes[i] ?? c.fail(`it has ${c.outputs} outputs but ${sizes.length} sizes.`);
      if (typeof size !== 'number') return c.unknown(i);
      const chunk = Math.ceil(size / count);
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
    const cuts = sliceRanges(
      shape,
      known(c, 1, 'starts'),
      known(c, 2, 'ends'),
      c.inputs[3] && known(c, 3, 'axes'),
      c.inputs[4] && known(c, 4, 'steps'),
    );
    return [{ dtype, shape: shape.map((dim, i) => (cuts.has(i) ? (cuts.get(i)?.size ?? c.unknown(i)) : dim)) }];
  },
});

interface Range {
  readonly start: number;
  readonly step: number;
  /** How many elements are taken; `undefined` on a symbolic axis. */
  readonly size: number | undefined;
}

/** What a Slice takes along each axis it names, after ONNX's clamping. */
function sliceRanges(
  shape: Sizes,
  starts: readonly number[],
  ends: readonly number[],
  axes?: readonly number[],
  steps?: readonly number[],
): Map<number, Range> {
  const ranges = new Map<number, Range>();
  starts.forEach((from, i) => {
    const axis = normaliseAxis(axes?.[i] ?? i, shape.length, 'Slice');
    const step = steps?.[i] ?? 1;
    const dim = shape[axis];
    if (typeof dim !== 'number') {
      ranges.set(axis, { start: from, step, size: undefined });
      return;
    }
    const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + dim : at, step > 0 ? 0 : -1), step > 0 ? dim : dim - 1);
    const start = step > 0 ? clamp(from) : Math.max(0, clamp(from));
    const end = (ends[i] as number) < -dim ? (step > 0 ? 0 : -1) : clamp(ends[i] as number);
    ranges.set(axis, { start, step, size: Math.max(0, Math.ceil((end - start) / step)) });
  });
  return ranges;
}

export const Gather = defineOp({
  since: 13,
  inputs: ['data', 'indices'],
  outputs: ['output'],
  attrs: { axis: int(0) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axis = normaliseAxis(c.attrs.axis, shape.length, 'Gather');
    return [{ dtype, shape: [...shape.slice(0, axis), ...c.type(1).shape, ...shape.slice(axis + 1)] }];
  },
});

export const ScatterND = defineOp({
  since: 18,
  inputs: ['data', 'indices', 'updates'],
  outputs: ['output'],
  attrs: { reduction: string('none') },
  infer: sameAsFirst,
});

export const ScatterElements = defineOp({
  since: 18,
  inputs: ['data', 'indices', 'updates'],
  outputs: ['output'],
  attrs: { axis: int(0), reduction: string('none') },
  infer: sameAsFirst,
});

export const GatherElements = defineOp({
  since: 13,
  inputs: ['data', 'indices'],
  outputs: ['output'],
  attrs: { axis: int(0) },
  infer: (c) => [{ dtype: c.type(0).dtype, shape: c.type(1).shape }],
});

export const Expand = defineOp({
  since: 13,
  inputs: ['input', 'shape'],
  outputs: ['output'],
  attrs: {},
  infer: (c) => [{ dtype: c.type(0).dtype, shape: broadcastShapes(c.type(0).shape, known(c, 1, 'shape'), 'Expand') }],
});

export const Tile = defineOp({
  since: 13,
  inputs: ['input', 'repeats'],
  outputs: ['output'],
  attrs: {},
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const repeats = known(c, 1, 'repeats');
    if (repeats.length !== shape.length) c.fail(`it has ${repeats.length} repeats for the ${shape.length} axes of ${formatShape(shape)}.`);
    return [
      { dtype, shape: shape.map((dim, i) => (repeats[i] === 1 ? dim : typeof dim === 'number' ? dim * (repeats[i] as number) : c.unknown(i))) },
    ];
  },
});

export const Pad = defineOp({
  since: 13,
  inputs: ['data', 'pads', 'constant_value?', 'axes?'],
  outputs: ['output'],
  attrs: { mode: string('constant') },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const pads = known(c, 1, 'pads');
    const axes = c.inputs[3] ? known(c, 3, 'axes').map((axis) => normaliseAxis(axis, shape.length, 'Pad')) : shape.map((_, i) => i);
    if (pads.length !== 2 * axes.length) c.fail(`it has ${pads.length} pads for ${axes.length} axes; give two for each.`);
    return [
      {
        dtype,
        shape: shape.map((dim, i) => {
          const at = axes.indexOf(i);
          const more = at < 0 ? 0 : (pads[at] as number) + (pads[at + axes.length] as number);
          if (more === 0) return dim;
          return typeof dim === 'number' ? dim + more : c.unknown(i);
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
  infer: (c) => [{ dtype: c.attrs.value?.dtype ?? 'float32', shape: known(c, 0, 'shape') }],
});

export const Dropout = defineOp({
  since: 13,
  inputs: ['data', 'ratio?', 'training_mode?'],
  outputs: ['output', 'mask?'],
  attrs: { seed: int() },
  infer: (c) => [c.type(0), { dtype: 'bool', shape: c.type(0).shape }],
});
