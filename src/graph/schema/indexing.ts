// Ops that look elements up by index, or put them there.
import { formatShape, normaliseAxis } from '../types.ts';
import { defineOp, type InferContext, int, string } from './schema.ts';

export const Gather = defineOp({
  since: 13,
  inputs: ['data', 'indices'],
  outputs: ['output'],
  attrs: { axis: int(0) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    const axis = normaliseAxis(c.attrs.axis, shape.length, c.place);
    requireIndices(c);
    return [{ dtype, shape: [...shape.slice(0, axis), ...c.type(1).shape, ...shape.slice(axis + 1)] }];
  },
});

function requireIndices(c: InferContext<unknown>): void {
  const { dtype } = c.type(1);
  if (dtype !== 'int64' && dtype !== 'int32') c.fail(`its indices are ${dtype}; cast them to int64.`);
}

export const GatherElements = defineOp({
  since: 13,
  inputs: ['data', 'indices'],
  outputs: ['output'],
  attrs: { axis: int(0) },
  infer: (c) => {
    requireIndices(c);
    requireRank(c, 1);
    return [{ dtype: c.type(0).dtype, shape: c.type(1).shape }];
  },
});

/** The last axis of `indices` [..., k] addresses the first k axes of `data`, behind `batch_dims` leading axes that both share. */
export const GatherND = defineOp({
  since: 13,
  inputs: ['data', 'indices'],
  outputs: ['output'],
  attrs: { batch_dims: int(0) },
  infer: (c) => {
    const { dtype, shape } = c.type(0);
    return [{ dtype, shape: [...c.type(1).shape.slice(0, -1), ...shape.slice(c.attrs.batch_dims + indexDepth(c))] }];
  },
});

export const ScatterElements = defineOp({
  since: 18,
  inputs: ['data', 'indices', 'updates'],
  outputs: ['output'],
  attrs: { axis: int(0), reduction: string('none') },
  infer: (c) => {
    requireIndices(c);
    requireRank(c, 1);
    requireRank(c, 2);
    return [c.type(0)];
  },
});

/** As ScatterElements, for whole slices. */
export const ScatterND = defineOp({
  since: 18,
  inputs: ['data', 'indices', 'updates'],
  outputs: ['output'],
  attrs: { reduction: string('none') },
  infer: (c) => {
    indexDepth(c);
    return [c.type(0)];
  },
});

function requireRank(c: InferContext<unknown>, i: number): void {
  const [data, other] = [c.type(0).shape, c.type(i).shape];
  if (data.length !== other.length) c.fail(`${formatShape(data)} and ${formatShape(other)} differ in rank.`);
}

/** Into how many axes of the data the last axis of the indices points. */
function indexDepth(c: InferContext<unknown>): number {
  const depth = c.type(1).shape.at(-1);
  if (c.type(1).dtype !== 'int64') c.fail(`its indices are ${c.type(1).dtype}; cast them to int64.`);
  return typeof depth === 'number' ? depth : c.fail(`the last axis of its indices ${formatShape(c.type(1).shape)} must be known.`);
}
