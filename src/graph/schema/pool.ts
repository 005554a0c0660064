// Pools by the greatest element of each channel and by the length of a window; the others are in conv.ts.
import { defineOp, type InferContext, int } from './schema.ts';
import { pooledShape, windowDefs } from './window-shape.ts';

const channelwise = (c: InferContext<unknown>) => [{ dtype: c.type(0).dtype, shape: c.type(0).shape.map((dim, i) => (i < 2 ? dim : 1)) }];

export const GlobalMaxPool = defineOp({ since: 1, inputs: ['X'], outputs: ['Y'], attrs: {}, infer: channelwise });

/** The p-th root of the sum of |X|^p over each channel. */
export const GlobalLpPool = defineOp({ since: 2, inputs: ['X'], outputs: ['Y'], attrs: { p: int(2) }, infer: channelwise });

/** As GlobalLpPool, over each window; padding counts as 0. */
export const LpPool = defineOp({
  since: 18,
  inputs: ['X'],
  outputs: ['Y'],
  attrs: { ...windowDefs, ceil_mode: int(0), p: int(2) },
  infer: (c) => [{ dtype: c.type(0).dtype, shape: pooledShape(c, 'LpPool') }],
});
