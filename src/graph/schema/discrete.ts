// Ops on bits and counts, one-hot rows, and what selects elements by comparing them. Most of their results are whole numbers.
import { type Dim, formatShape, normaliseAxis } from '../types.ts';
import { broadcastInputs, defineOp, dtypeAttr, type InferContext, int, sameAsFirst, string } from './schema.ts';

const bitwise = () => defineOp({ since: 18, inputs: ['A', 'B'], outputs: ['C'], attrs: {}, infer: (c) => broadcastInputs(c) });
export const BitwiseAnd = bitwise();
export const BitwiseOr = bitwise();
export const BitwiseXor = bitwise();
export const BitwiseNot = defineOp({ since: 18, inputs: ['X'], outputs: ['Y'], attrs: {}, infer: sameAsFirst });
export const BitShift = defineOp({ since: 11, inputs: ['X', 'Y'], outputs: ['Z'], attrs: { direction: string() }, infer: (c) => broadcastInputs(c) });

/** The number of elements. */
export const Size = defineOp({ since: 13, inputs: ['data'], outputs: ['size'], attrs: {}, infer: () => [{ dtype: 'int64', shape: [] }] });

/** 1 at the greatest element along `axis`, the first of equal ones, else 0. */
export const Hardmax = defineOp({
  since: 13,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { axis: int(-1) },
  infer: (c) => {
    normaliseAxis(c.attrs.axis, c.type(0).shape.length, c.place);
    return [c.type(0)];
  },
});

/** `values` [off, on] laid out over a new axis of size `depth`. */
export const OneHot = defineOp({
  since: 11,
  inputs: ['indices', 'depth', 'values'],
  outputs: ['output'],
  attrs: { axis: int(-1) },
  infer: (c) => {
    const { shape } = c.type(0);
    const axis = normaliseAxis(c.attrs.axis, shape.length + 1, c.place);
    return [{ dtype: c.type(2).dtype, shape: shape.toSpliced(axis, 0, c.elements(1)?.[0] ?? c.unknown('depth')) }];
  },
});

export const EyeLike = defineOp({
  since: 9,
  inputs: ['input'],
  outputs: ['output'],
  attrs: { dtype: dtypeAttr(), k: int(0) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    if (shape.length !== 2) c.fail(`it makes a matrix like another one, and ${formatShape(shape)} is none.`);
    return [{ dtype: c.attrs.dtype ?? dtype, shape }];
  },
});

/** One column for each element that is not 0: its place. */
export const NonZero = defineOp({
  since: 13,
  inputs: ['X'],
  outputs: ['Y'],
  attrs: {},
  infer: (c) => [{ dtype: 'int64', shape: [c.type(0).shape.length, c.unknown('count')] }],
});

export const NonMaxSuppression = defineOp({
  since: 11,
  inputs: ['boxes', 'scores', 'max_output_boxes_per_class?', 'iou_threshold?', 'score_threshold?'],
  outputs: ['selected_indices'],
  attrs: { center_point_box: int(0) },
  infer: (c) => [{ dtype: 'int64', shape: [c.unknown('count'), 3] }],
});

/** The different elements, or the different slices along `axis`. */
export const Unique = defineOp({
  since: 11,
  inputs: ['X'],
  outputs: ['Y', 'indices?', 'inverse_indices?', 'counts?'],
  attrs: { axis: int(), sorted: int(1) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axis = c.attrs.axis === undefined ? undefined : normaliseAxis(c.attrs.axis, shape.length, c.place);
    const count = c.unknown('count');
    const counts = { dtype: 'int64', shape: [count] } as const;
    const places = { dtype: 'int64', shape: [axis === undefined ? c.unknown('size') : (shape[axis] as Dim)] } as const;
    return [{ dtype, shape: axis === undefined ? [count] : shape.with(axis, count) }, counts, places, counts];
  },
});

/** The elements or, with `axis`, the slices at which the 1-D `condition` is true. */
export const Compress = defineOp({
  since: 11,
  inputs: ['input', 'condition'],
  outputs: ['output'],
  attrs: { axis: int() },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const count = taken(c);
    return [{ dtype, shape: c.attrs.axis === undefined ? [count] : shape.with(normaliseAxis(c.attrs.axis, shape.length, c.place), count) }];
  },
});

function taken(c: InferContext<unknown>): Dim {
  return c.constant(1)?.filter((value) => value !== 0).length ?? c.unknown('count');
}
