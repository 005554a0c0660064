// Gradients of the ops of schema/rearrange.ts: each is linear in what it moves, and mostly its own inverse or that of its sibling.
import { normaliseAxis } from '../../graph/types.ts';
import { rule } from '../rule.ts';

/** In the mode CRD the block's place is the fast part of the channel, which SpaceToDepth does not know. */
export const DepthToSpace = rule<'DepthToSpace'>(({ g, x: [x], dy, attrs, shape }) => {
  const size = attrs.blocksize as number;
  if (attrs.mode === 'DCR') return [g.op('SpaceToDepth', [dy], { blocksize: size })];
  const [n, channels, height, width] = shape(x) as [number, number, number, number];
  const blocks = g.reshape(dy, [n, channels / size ** 2, height, size, width, size]);
  return [g.reshape(g.transpose(blocks, [0, 1, 3, 5, 2, 4]), [n, channels, height, width])];
});

export const SpaceToDepth = rule<'SpaceToDepth'>(({ g, dy, attrs }) => [g.op('DepthToSpace', [dy], { blocksize: attrs.blocksize })]);

export const ReverseSequence = rule<'ReverseSequence'>(({ g, x: [, lengths], dy, attrs }) => [g.op('ReverseSequence', [dy, lengths], attrs)]);

export const Trilu = rule<'Trilu'>(({ g, node, dy, attrs }) => [g.op('Trilu', [dy, node.inputs[1]], attrs)]);

/** Both halves of an odd difference are rounded alike when cutting and when padding, so going back to the old sizes puts everything in its place. */
export const CenterCropPad = rule<'CenterCropPad'>(({ g, node, x: [x], dy, attrs, shape }) => {
  const sizes = shape(x);
  const axes = attrs.axes?.map((axis) => normaliseAxis(axis, sizes.length, node.op)) ?? sizes.map((_, i) => i);
  return [g.op('CenterCropPad', [dy, g.ints(axes.map((axis) => sizes[axis] as number))], { axes })];
});

/** No place is taken twice. */
export const TopK = rule<'TopK'>(({ g, x: [x], y: [, places], dy, attrs: { axis }, shape }) => [
  g.op('ScatterElements', [g.expand(g.scalar(0, x.dtype), shape(x)), places, dy], { axis }),
]);

/** The transpose of a triangle of ones is the other triangle. */
export const CumSum = rule<'CumSum'>(({ g, x: [, axis], dy, attrs: { exclusive, reverse } }) => [
  g.op('CumSum', [dy, axis], { exclusive, reverse: reverse ? 0 : 1 }),
]);
